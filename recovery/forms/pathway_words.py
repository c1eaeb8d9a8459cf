"""A pathway's forms, phases, rules and fields in the words of staff."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recovery.clinical.ownpathways import Problem
from recovery.clinical.ownpathways.document import PULSE
from recovery.clinical.rules.judging import TIME_RULES_BY_ID
from recovery.models import RecoveryPhase
from recovery.models.alerts import Severity
from recovery.queries.checkins import STAFF_NAMES

BEFORE = "before"
FIELDS: dict[str, Promise] = {
    "title": gettext_lazy("Title"),
    "forms": gettext_lazy("Forms"),
    "corridor": gettext_lazy("Corridor"),
    "rules": gettext_lazy("Rules"),
    "phases": gettext_lazy("Phases"),
    "asked": gettext_lazy("Asked"),
    "key": gettext_lazy("Key"),
    "form": gettext_lazy("Form"),
    "day": gettext_lazy("Day"),
    "opens": gettext_lazy("Opens"),
    "due": gettext_lazy("Due"),
    "expires": gettext_lazy("Ends"),
    "reminders": gettext_lazy("Reminders"),
    "first_day": gettext_lazy("First day"),
    "last_day": gettext_lazy("Last day"),
    "low": gettext_lazy("Pain from"),
    "high": gettext_lazy("Pain to"),
    "severity": gettext_lazy("Severity"),
    "patient_text": gettext_lazy("Text for patients"),
    "name": gettext_lazy("Name for patients"),
    "steps": gettext_lazy("What is done"),
    "suits": gettext_lazy("Who it is for"),
    "benefits": gettext_lazy("What it can do"),
    "risks": gettext_lazy("What can go wrong"),
    "choices": gettext_lazy("What else there is"),
    "good_now": gettext_lazy("Good to do"),
    "wait_with": gettext_lazy("Wait until we say so"),
    "expect": gettext_lazy("What you can expect"),
    "about": gettext_lazy("Good to know"),
    "source": gettext_lazy("Source"),
    "review_on": gettext_lazy("To be reviewed on"),
}

# What a rule of the daily log is about; exactly when it fires stands in docs/protocol.md. Rules of
# time and scores have a headline that says it.
RULES: dict[str, Promise] = {
    "R01": gettext_lazy("Signs of cauda equina"),
    "R02": gettext_lazy("Weakness in a leg"),
    "R03": gettext_lazy("New signs in both legs"),
    "R04": gettext_lazy("Chest pain, trouble breathing or fainting"),
    "R05": gettext_lazy("Fever with another warning sign"),
    "R06": gettext_lazy("Bleeding that does not stop"),
    "R07": gettext_lazy("Hard to wake, or a severe allergy"),
    "R08": gettext_lazy("Bad headache with fever, a stiff neck or confusion"),
    "R10": gettext_lazy("“Not sure” about a sign of cauda equina"),
    "R11": gettext_lazy("Numbness in a leg, or weakness that comes late"),
    "R12": gettext_lazy("Fever"),
    "R13": gettext_lazy("Signs at the wound"),
    "R14": gettext_lazy("A dressing soaked with blood"),
    "R15": gettext_lazy("Signs in one calf"),
    "R16": gettext_lazy("Bad headache"),
    "R17": gettext_lazy("Severe pain that medicine does not control"),
    "R18": gettext_lazy("High pain after the first days"),
    "R19": gettext_lazy("Sudden back pain, or a fall with more pain"),
    "R20": gettext_lazy("Severe new leg pain"),
    "R21": gettext_lazy("Acetaminophen above the most a day"),
    "R29": gettext_lazy("Fever that comes late"),
    "R30": gettext_lazy("Slightly raised temperature"),
    "R31": gettext_lazy("Early drainage, or late spotting"),
    "R32": gettext_lazy("High pain in the first days"),
    "R33": gettext_lazy("New leg pain"),
    "R34": gettext_lazy("Pain above the baseline twice in a row"),
    "R35": gettext_lazy("A fall"),
    "R36": gettext_lazy("Much opioid, or more than before"),
    "R37": gettext_lazy("Acetaminophen near the most a day"),
    "R38": gettext_lazy("Pain that had eased comes back"),
    "R39": gettext_lazy("No answer to a safety question"),
}


def rule_name(rule_id: str) -> str:
    return str(RULES[rule_id]) if rule_id in RULES else TIME_RULES_BY_ID[rule_id].headline


def field_name(name: str) -> str:
    return str(FIELDS.get(name, name))


def slot_name(key: str, form: str, day: int) -> str:
    """Daily log D5, Pulse D17, Six-week check D42."""
    name = _("Pulse") if key.startswith(PULSE) else str(STAFF_NAMES.get(form, form))
    return f"{name} D{day}" if day >= 0 else f"{name} D−{-day}"


def told_name(code: str) -> str:
    """What staff call a phase, or the time before the procedure."""
    return _("Before the procedure") if code == BEFORE else str(RecoveryPhase.Code(code).label)


def severity_name(severity: str) -> str:
    return str(Severity(severity).label)


def message_of(problem: Problem) -> str:
    """What is wrong, in the language of the page."""
    return problem.words.in_language(_)


def place_of(data: Mapping[str, Any], problem: Problem) -> str:
    """Where in the pathway a problem is, as a manager would say it; empty for the whole."""
    head, *rest = problem.path or ("",)
    words, entry = [], data.get(str(head))
    if isinstance(entry, list) and rest and isinstance(rest[0], int):
        words.append(_entry_name(str(head), entry[rest[0]]))
        rest = rest[1:]
    elif head == BEFORE:
        words.append(told_name(BEFORE))
    elif head:
        words.append(field_name(str(head)))
    words += [field_name(part) for part in rest if isinstance(part, str)]
    # An entry of a list within: which line of a text, which of the reminders.
    words += [str(part + 1) for part in rest if isinstance(part, int)]
    return ", ".join(words)


def _entry_name(head: str, entry: Mapping[str, Any]) -> str:
    if head == "forms":
        return slot_name(entry["key"], entry["form"], entry["day"])
    if head == "phases":
        return told_name(entry["code"])
    if head == "rules":
        return str(entry["rule"])
    return _("Corridor from D%(day)d") % {"day": entry["first_day"]}
