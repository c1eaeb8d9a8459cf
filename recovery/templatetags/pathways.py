"""How a clinic's pathway reads: its forms, its days, its rules, and what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recovery.clinical.ownpathways import (
    Difference,
    Mail,
    PhaseTexts,
    PreparationTexts,
    Problem,
)
from recovery.clinical.ownpathways.document import BEFORE_LINES, PHASE_LINES
from recovery.clinical.ownpathways.textchecks import graded, joined
from recovery.clinical.pathway import Occasion
from recovery.clinical.plan import WORST_PAIN, Moment, Slot, Step
from recovery.clinical.readability import AIM
from recovery.clinical.rules import RULES_BY_ID, fill
from recovery.forms import pathway_words as words
from recovery.models import Pathway
from recovery.queries.checkins import STAFF_NAMES
from recovery.queries.pathway_moves import Fate, Preview
from recovery.queries.pathways import title_of
from recovery.templatetags.patient import with_degrees
from recovery.templatetags.staff import day_label

register = template.Library()

# The drawn corridor: its room without the numbers at its sides, and how far an open end reaches.
WIDTH, HEIGHT, LEFT, TOP = 560, 120, 32, 12
OPEN_END = 30
EVERY = (0, 5, 10)
CHANGES = {
    "added": gettext_lazy("added"),
    "taken out": gettext_lazy("taken out"),
    "changed": gettext_lazy("changed"),
}
SECTIONS = {
    "title": gettext_lazy("Title"),
    "forms": gettext_lazy("Forms"),
    "unanswered": words.FIELDS["unanswered"],
    "corridor": gettext_lazy("Corridor"),
    "rules": gettext_lazy("Rules"),
    "phases": gettext_lazy("Days of the phases"),
    "texts": gettext_lazy("Texts for patients"),
}
FATES = {
    Fate.KEEPS: gettext_lazy("open: keeps its times, which the patient was told or has begun"),
    Fate.FOLLOWS: gettext_lazy("open: gets the new times"),
    Fate.LATER: gettext_lazy("open: withdrawn, opens again later"),
    Fate.CANCELLED: gettext_lazy("open: cancelled"),
    Fate.REOPENS: gettext_lazy("cancelled before: opens again"),
    Fate.MOVED: gettext_lazy("gets the new times"),
    Fate.ADDED: gettext_lazy("is asked too"),
    Fate.DROPPED: gettext_lazy("is not asked any more"),
    Fate.OVER: gettext_lazy("over by then, not asked"),
    Fate.STAYS: gettext_lazy("stays as it is"),
    Fate.SAME: gettext_lazy("stays as it is"),
}

STILL = (Fate.SAME, Fate.STAYS)


@register.filter
def slot_name(slot: Slot | Occasion) -> str:
    return words.slot_name(slot.key, slot.form, slot.day)


@register.filter
def moment(at: Moment) -> str:
    """D5 06:00, with the real minus sign before the procedure."""
    return f"{day_label(at.day)} {at.at:%H:%M}"


@register.filter
def told_name(code: str) -> str:
    return words.told_name(code)


@register.filter
def severity_name(severity: str) -> str:
    return words.severity_name(severity)


@register.filter
def version_name(pathway: Pathway) -> str:
    """Version 2; the shipped one has a title only."""
    if pathway.clinic_id is None:
        return title_of(pathway)
    return _("Version %(n)d") % {"n": pathway.version}


@register.filter
def pathway_title(pathway: Pathway) -> str:
    """Version 2, Our own pathway."""
    if pathway.clinic_id is None:
        return title_of(pathway)
    return f"{version_name(pathway)}, {title_of(pathway)}"


@register.filter
def days_of(phase: Any) -> str:
    """D3 to D14, D0, D15 on."""
    if phase.last_day is None:
        return _("D%(first)d on") % {"first": phase.first_day}
    if phase.last_day == phase.first_day:
        return f"D{phase.first_day}"
    return _("D%(first)d to D%(last)d") % {"first": phase.first_day, "last": phase.last_day}


@register.filter
def texts(told: PhaseTexts | PreparationTexts) -> list[tuple[str, Sequence[str]]]:
    """What there is to read, with its name."""
    names = PHASE_LINES if isinstance(told, PhaseTexts) else BEFORE_LINES
    found = ((words.field_name(name), getattr(told, name)) for name in names)
    return [(name, lines) for name, lines in found if lines]


@register.filter
def rule_name(rule_id: str) -> str:
    return words.rule_name(rule_id)


@register.filter
def shipped_text(rule_id: str) -> str:
    return RULES_BY_ID[rule_id].patient_text if rule_id in RULES_BY_ID else ""


@register.filter
def filled(text: str, clinic: Any) -> str:
    """A rule's text as this clinic's patients read it."""
    return with_degrees(fill(text, clinic.numbers))


@register.filter
def reads_at(text: str) -> str:
    """How hard a rule's text is to read; empty where there is none."""
    return _grade(graded(text)) if text else ""


@register.filter
def lines_read_at(text: str) -> str:
    """The same of one sentence a line."""
    found = joined(text.splitlines())
    return _grade(graded(found)) if found else ""


def _grade(found: float) -> str:
    """Empty at 0 and below: a few short words, or numbers for the most part, have no grade."""
    if round(found, 1) <= 0:
        return ""
    given = {"grade": f"{found:.1f}", "aim": AIM}
    return _("Reads at grade %(grade)s. The aim is %(aim)s or less.") % given


@register.filter
def message_of(problem: Problem) -> str:
    return words.message_of(problem)


@register.simple_tag
def place_of(data: Mapping[str, Any], problem: Problem) -> str:
    return words.place_of(data, problem)


# The calendar
# ------------


@register.filter
def mailed(mail: Mail, names: Mapping[str, str]) -> str:
    """The forms that one mail names."""
    return ", ".join(names[key] for key in mail.names)


@register.filter
def mail_words(mail: Mail) -> str:
    """Several forms are one mail; a time between the first and the last of a day is none, nor is
    one at which staff call.
    """
    if mail.call:
        return _("no mail: staff call instead")
    if not mail.sent:
        return _("no mail: two a day are the most")
    return _("one mail") if len(mail.names) > 1 else ""


# What differs
# ------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text; `marked` where the other side does not have it."""

    text: str
    marked: bool


@register.filter
def section_name(name: str) -> str:
    return str(SECTIONS[name])


@register.simple_tag
def subject(difference: Difference, section: str, names: Mapping[str, str]) -> str:
    """What differs, as staff say it: Pulse D17, R13, Short-term, Corridor from D0. `names` are
    those of the forms by their key.
    """
    key = difference.subject
    if section == "title":
        return _("Pathway")
    if section == "unanswered":
        return words.field_name(section)
    if section == "corridor":
        return _("Corridor from %(day)s") % {"day": key}
    if section == "forms":
        return names[key]
    if section == "rules":
        return f"{key}: {words.rule_name(key)}"
    return words.told_name(key)


@register.filter
def what_changed(difference: Difference) -> str:
    return words.field_name(difference.field) if difference.field else str(CHANGES[difference.what])


@register.filter
def lines_before(difference: Difference) -> list[Line]:
    return _lines(difference, difference.before, difference.after)


@register.filter
def lines_after(difference: Difference) -> list[Line]:
    return _lines(difference, difference.after, difference.before)


def _lines(difference: Difference, text: str, other: str) -> list[Line]:
    if difference.field == "severity":
        text, other = (words.severity_name(one) for one in (text, other))
    if text.partition(",")[0] in STAFF_NAMES:
        # A whole form, whose name stands beside it.
        text = text.partition(": ")[2]
    there = other.splitlines()
    return [Line(one, one not in there) for one in text.splitlines()]


@register.simple_tag(takes_context=True)
def line_text(context: Context, line: Line, section: str) -> str:
    """A rule's text with the clinic's own numbers in it, as its patients read it."""
    return filled(line.text, context["request"].clinic) if section == "rules" else line.text


@register.filter
def fates(found: Preview) -> list[tuple[Fate, int]]:
    """How many forms have each fate, of those that change."""
    return [(fate, found.counts[fate]) for fate in FATES if found.of(fate) and fate not in STILL]


@register.filter
def fate_words(fate: Fate) -> str:
    return str(FATES[fate])


# The corridor
# ------------


@dataclass(frozen=True, slots=True)
class Band:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """The corridor's steps as rectangles, with its marks: days below, pain at the side."""

    bands: list[Band]
    days: list[tuple[float, int]]
    pains: list[tuple[float, int]]
    right: int
    bottom: int


@register.simple_tag
def corridor_drawing(steps: Sequence[Step]) -> Drawing:
    last = max(
        step.first_day + OPEN_END if step.last_day is None else step.last_day for step in steps
    )

    def x(day: int) -> float:
        return round(LEFT + WIDTH * day / (last + 1), 1)

    def y(pain: int) -> float:
        return round(TOP + HEIGHT * (WORST_PAIN - pain) / WORST_PAIN, 1)

    bands = []
    for step in steps:
        begin, end = x(step.first_day), x((last if step.last_day is None else step.last_day) + 1)
        # A band of one value is a line that can be seen.
        height = max(y(step.low) - y(step.high), 2)
        bands.append(Band(begin, y(step.high), round(end - begin, 1), round(height, 1)))
    return Drawing(
        bands=bands,
        days=[(x(step.first_day), step.first_day) for step in steps],
        pains=[(y(pain), pain) for pain in EVERY],
        right=LEFT + WIDTH,
        bottom=TOP + HEIGHT,
    )
