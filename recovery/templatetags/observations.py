"""The observation room in words: cells, what changed, and the code of the first log."""

from collections.abc import Iterable, Sequence
from typing import Any

import segno
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recovery.clinical.observation import (
    ANESTHETIC_SOURCE,
    ANESTHETIC_TEXT,
    FULL_STRENGTH,
    Course,
    Stretch,
)

register = template.Library()

# By field: its name in the grid and what the name needs beside it.
ROWS = {
    "pain": (gettext_lazy("Back pain"), gettext_lazy("0 to 10")),
    "strength_left": (gettext_lazy("Leg strength, left"), gettext_lazy("0 to 5")),
    "strength_right": (gettext_lazy("Leg strength, right"), gettext_lazy("0 to 5")),
    "feeling": (gettext_lazy("Leg feeling"), ""),
    "site": (gettext_lazy("Site"), ""),
    "urine": (gettext_lazy("Passed urine"), ""),
    "mobility": (gettext_lazy("Stood, walked"), ""),
}
CELLS = {
    "full": gettext_lazy("full"),
    "dull_left": gettext_lazy("dull L"),
    "dull_right": gettext_lazy("dull R"),
    "dull_both": gettext_lazy("dull both"),
    "dry": gettext_lazy("dry"),
    "ooze": gettext_lazy("ooze"),
    "bleeding": gettext_lazy("bleeding"),
    "swelling": gettext_lazy("swelling"),
    "passed": gettext_lazy("yes"),
    "not_yet": gettext_lazy("not yet"),
    "cannot": gettext_lazy("cannot"),
    "sat": gettext_lazy("sat"),
    "stood": gettext_lazy("stood"),
    "walked": gettext_lazy("walked"),
}
# In a sentence: what it is, and answers that read otherwise than in a cell.
SUBJECTS = {
    "pain": gettext_lazy("back pain"),
    "strength_left": gettext_lazy("left leg"),
    "strength_right": gettext_lazy("right leg"),
    "feeling": gettext_lazy("leg feeling"),
    "site": gettext_lazy("site:"),
    "urine": gettext_lazy("urine:"),
    "mobility": gettext_lazy("stood or walked:"),
}
SAID = {
    "dull_left": gettext_lazy("dull on the left"),
    "dull_right": gettext_lazy("dull on the right"),
    "dull_both": gettext_lazy("dull on both sides"),
    "passed": gettext_lazy("passed"),
    "cannot": gettext_lazy("cannot pass it"),
}
STRENGTHS = ("strength_left", "strength_right")
QUIET_ZONE = 4


@register.filter
def row_name(field: str) -> str:
    return str(ROWS[field][0])


@register.filter
def row_hint(field: str) -> str:
    return str(ROWS[field][1])


@register.filter
def cell(row: Any, field: str) -> str:
    """An answer in the grid; a dash for what was not looked at, nothing for what is to come."""
    if row is None:
        return ""
    value = row.values.get(field)
    return "–" if value is None else str(CELLS.get(value, value))


@register.simple_tag
def grid(sheet: Any) -> list[dict[str, Any]]:
    """The sheet's rows, each with a cell for every column."""
    return [
        {
            "field": field,
            "cells": [
                {
                    "text": cell(column.row, field),
                    "changed": field in column.changed,
                    "current": column.current,
                    "ahead": column.ahead,
                }
                for column in sheet.columns
            ],
        }
        for field in ROWS
    ]


def minutes_words(minutes: Iterable[int]) -> str:
    """0, 15 and 30 min."""
    return _("%(minutes)s min") % {
        "minutes": get_text_list([str(minute) for minute in minutes], _("and"))
    }


def said(field: str, value: Any) -> str:
    if field in STRENGTHS:
        return _("%(n)d of %(most)d") % {"n": value, "most": FULL_STRENGTH}
    return str(SAID.get(value) or CELLS.get(value, value))


@register.filter
def course_words(course: Course) -> str:
    """Right leg 4 of 5 at 0 and 15 min, back to 5 at 30 min."""
    first, *rest = course.stretches
    text = _("%(what)s %(value)s at %(minutes)s") % {
        "what": capfirst(SUBJECTS[course.field]),
        "value": said(course.field, first.value),
        "minutes": minutes_words(first.minutes),
    }
    return ", ".join([text, *(_went_on(course.field, stretch) for stretch in rest)]) + "."


def _went_on(field: str, stretch: Stretch) -> str:
    """Where it is as before again, the first such mark says it."""
    if stretch.changed:
        words = {"value": said(field, stretch.value), "minutes": minutes_words(stretch.minutes)}
        return _("%(value)s at %(minutes)s") % words
    words = {"minutes": minutes_words(stretch.minutes[:1])}
    if field in STRENGTHS:
        return _("back to %(n)d at %(minutes)s") % {"n": stretch.value, **words}
    return _("then %(value)s at %(minutes)s") % {"value": said(field, stretch.value), **words}


@register.filter
def stands_words(course: Course) -> str:
    """Right leg 4 of 5 at 15 min: the newest answer alone."""
    newest = course.stretches[-1]
    return _("%(what)s %(value)s at %(minutes)s") % {
        "what": capfirst(SUBJECTS[course.field]),
        "value": said(course.field, newest.value),
        "minutes": minutes_words(newest.minutes[-1:]),
    }


def discharge_saved(*, answered: bool) -> str:
    """What staff are told of a discharge; `answered`: by a first log before leaving."""
    if answered:
        return _("The discharge is saved. The first log answers the first evening.")
    return _("The discharge is saved. The first evening follows it.")


@register.filter
def mark_name(minute: int | None) -> str:
    return _("Before") if minute is None else _("%(n)d minutes") % {"n": minute}


@register.filter
def mark_short(minute: int | None) -> str:
    return _("Before") if minute is None else f"+{minute}"


@register.filter
def answers_words(row: Any) -> str:
    """One version of a mark: Back pain 4, right leg 4 of 5, leg feeling dull on the right."""
    told = [f"{SUBJECTS[field]} {said(field, value)}" for field, value in row.values.items()]
    return capfirst(", ".join(told)) if told else _("Taken back")


@register.simple_tag
def anesthetic() -> SafeString:
    """What the anesthetic can do, with its source mark, as the protocol has it."""
    text, mark = ANESTHETIC_TEXT, ANESTHETIC_SOURCE
    return format_html('{} <span class="ic-tag">{}</span>', text, mark)


@register.simple_tag
def qr(address: str, title: str) -> SafeString:
    """The address as a code for a camera, with the light frame that a camera needs around it."""
    rows = segno.make_qr(address, error="m").matrix
    size = len(rows) + 2 * QUIET_ZONE
    path = "".join(_runs(rows))
    return format_html(
        '<svg class="ic-qr" viewBox="0 0 {size} {size}" role="img" aria-labelledby="qr-title">'
        '<title id="qr-title">{title}</title><path d="{path}"/></svg>',
        size=size,
        title=title,
        path=mark_safe(path),  # noqa: S308 - numbers of our own
    )


def _runs(rows: Sequence[Sequence[int]]) -> Iterable[str]:
    """The dark squares, neighbours in one stroke."""
    for y, row in enumerate(rows, start=QUIET_ZONE):
        start = None
        for x, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield f"M{start + QUIET_ZONE} {y}.5h{x - start}"
                start = None
