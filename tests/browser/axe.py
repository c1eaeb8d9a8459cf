"""What axe finds on a page that stands open in the browser."""

import json

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The passed rules are counted, not listed: a list of every element takes longer than the rules.
RUN = f"""async () => {{
    const found = await axe.run(document, {{
        runOnly: {{type: "tag", values: {json.dumps(TAGS)}}},
        resultTypes: ["violations"],
    }});
    if (!found.passes.length) throw new Error("axe has looked at nothing");
    return found.violations.flatMap(problem => problem.nodes.map(
        node => `${{problem.id}}: ${{problem.help}}: ${{node.html.slice(0, 160)}}`));
}}"""


def complaints(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(RUN)
