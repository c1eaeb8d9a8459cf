"""What axe finds on a page that stands open in the browser."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The passed rules are counted, not listed: a list of every element takes longer than the rules.
RUN = """async runOnly => {
    const found = await axe.run(document, {
        runOnly,
        resultTypes: ["violations"],
    });
    if (!found.passes.length) throw new Error("axe has looked at nothing");
    return found.violations.flatMap(problem => problem.nodes.map(
        node => `${problem.id}: ${problem.help}: ${node.html.slice(0, 160)}`));
}"""


def complaints(page: Page, *rules: str) -> list[str]:
    """By all rules of TAGS, or by those named alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    return page.evaluate(RUN, only)
