"""The text of docs/wording.md, from the words themselves."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import django
from django import forms

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intracept_care.settings")
django.setup()

from recovery.forms.fields import Rating  # noqa: E402
from recovery.forms.questions import THAT_DAY, Questions, opioid_row  # noqa: E402
from recovery.forms.signs import EMERGENCY_SIGNS, RAISED_SIGNS, URGENT_SIGNS  # noqa: E402

HEAD = """\
# What patients are asked

<!-- Written by `DEMO=force python -m tests.docs.wording > docs/wording.md`. Change the words
instead. -->

**Not yet approved by a clinician.** The questions of the daily log and the warning signs, word for
word. Which question is asked on which day, and what an answer does, stands in
[protocol.md](protocol.md). Own words of this project, unless a source stands there at the field.
"""


def page() -> str:
    asked = {**Questions.base_fields, **opioid_row(1)}
    blocks = [
        HEAD,
        "## The daily log\n",
        *(_question(name, field) for name, field in asked.items() if not _hidden(field)),
        "## Warning signs\n",
        "Get help now:\n",
        _signs(EMERGENCY_SIGNS),
        "Call us today:\n",
        _signs(URGENT_SIGNS),
        "Where a clinic has raised the rule:\n",
        _signs(RAISED_SIGNS),
    ]
    return "\n".join(blocks)


def _hidden(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.HiddenInput)


def _question(name: str, field: Any) -> str:
    lines = [f"### `{name}`", "", str(field.label), ""]
    if name in THAT_DAY:
        lines += [f"About a day that is over: {THAT_DAY[name]}", ""]
    if field.help_text:
        lines += [str(field.help_text), ""]
    return "\n".join([*lines, *_answers(field)])


def _answers(field: Any) -> Iterator[str]:
    if isinstance(field, Rating):
        yield "- 0 to 10\n"
    elif choices := [(code, str(word)) for code, word in getattr(field, "choices", ()) if code]:
        yield from (f"- {word} (`{code}`)" for code, word in choices)
        yield ""


def _signs(signs: dict[str, Iterable[Any]]) -> str:
    lines = [f"- {sign} ({rule})" for rule, told in signs.items() for sign in told]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(page())
