"""Every text that a patient may read, from the source itself: templates, code, clinical texts."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.template import engines
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from recovery.clinical.wording import everything

ROOT = Path(__file__).resolve().parents[2]

# Patients read what these say. A folder holds all its files.
TEMPLATES = (
    "account",
    "errors",
    "log",
    "mails",
    "patient",
    "texts",
    "base.html",
    "staff/_paper.html",
)
MODULES = (
    "recovery/accounts.py",
    "recovery/forms/checkin_layout.py",
    "recovery/forms/checkin_told.py",
    "recovery/forms/checkins.py",
    "recovery/forms/fields.py",
    "recovery/forms/layout.py",
    "recovery/forms/logs.py",
    "recovery/forms/milestones.py",
    "recovery/forms/at_once.py",
    "recovery/forms/paper.py",
    "recovery/forms/signs.py",
    "recovery/forms/places.py",
    "recovery/forms/questions.py",
    "recovery/forms/reminders.py",
    "recovery/forms/sign_in.py",
    "recovery/forms/told.py",
    "recovery/forms/visits.py",
    "recovery/forms/words.py",
    "recovery/mails/build.py",
    "recovery/models/channels.py",
    "recovery/models/milestones.py",
    "recovery/queries/checkins.py",
    "recovery/queries/strip.py",
    "recovery/services/later.py",
    "recovery/services/milestones.py",
    "recovery/services/visits.py",
    "recovery/templatetags/moments.py",
    "recovery/templatetags/patient.py",
    "recovery/views/patient/accounts.py",
    "recovery/views/patient/reminders.py",
)
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy"), 1),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), 2),
}
# A literal in a filter's argument, like a date's format.
IN_FILTER = re.compile(r"""_\("((?:[^"\\]|\\.)*)"\)""")


@dataclass(frozen=True, slots=True)
class Msgid:
    singular: str
    plural: str
    where: str


def msgids() -> list[Msgid]:
    """Each text once, with the first place that says it."""
    found: dict[str, Msgid] = {}
    for one in (*_of_clinical(), *_of_templates(), *_of_modules()):
        known = found.setdefault(one.singular, one)
        if one.plural and not known.plural:
            found[one.singular] = one
    return list(found.values())


def _of_clinical() -> Iterator[Msgid]:
    for told in everything():
        yield Msgid(told.text, "", f"recovery/clinical/{told.place or 'no-rule'}")


def template_files() -> Iterator[Path]:
    folder = ROOT / "templates"
    for name in TEMPLATES:
        path = folder / name
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _of_templates() -> Iterator[Msgid]:
    engine = engines["django"].engine
    for path in template_files():
        where = str(path.relative_to(ROOT))
        source = path.read_text(encoding="utf-8")
        nodes = engine.from_string(source).nodelist
        for node in nodes.get_nodes_by_type(TranslateNode):
            yield Msgid(node.filter_expression.var.literal.replace("%", "%%"), "", where)
        for node in nodes.get_nodes_by_type(BlockTranslateNode):
            singular, _names = node.render_token_list(node.singular)
            plural = node.render_token_list(node.plural)[0] if node.plural else ""
            yield Msgid(singular, plural, where)
        for literal in IN_FILTER.findall(source):
            yield Msgid(literal.replace("\\\\", "\\"), "", where)


def _of_modules() -> Iterator[Msgid]:
    for name in MODULES:
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            wanted = CALLS.get(call.func.id, 0)
            words = [arg.value for arg in call.args[:wanted] if isinstance(arg, ast.Constant)]
            if wanted and len(words) == wanted:
                yield Msgid(words[0], words[1] if wanted == 2 else "", name)
