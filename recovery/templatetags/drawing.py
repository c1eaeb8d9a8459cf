"""The staff's chart as HTML: templates/staff/_chart.html, filled in."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.template.defaultfilters import floatformat
from django.utils.safestring import SafeString, mark_safe

from recovery.models import Recovery, RecoveryPhase
from recovery.models.alerts import Severity
from recovery.queries.marks import Mark
from recovery.queries.plot import Band, Chart, Label
from recovery.templatetags.corridor import corridor_caption, corridor_standing, value_rows
from recovery.templatetags.filled import escaped, filled
from recovery.templatetags.staff import contact_kind, day_label

register = template.Library()

# From here on today's name stands left of its line, and a narrow screen shows the chart's end.
EDGE, MIDDLE = 760, 425
# What the template prints as the chart has it.
DRAWN = (
    "today_x",
    "baseline_y",
    "set_band",
    "own_band",
    "leg_line",
    "leg_marks",
    "leg_late",
    "worst",
    "gaps",
    "line",
    "other_dots",
    "dots",
    "late_dots",
    "staff_dots",
    "staff_late_dots",
    "dot",
    "square",
    "hollow",
    "hollow_square",
    "small",
    "bar",
    "in_days",
    "opioids",
    "opioid_base_y",
    "uncounted",
    "acetaminophen",
    "nsaid",
    "none",
)
ALERTS = {
    Severity.EMERGENCY: (
        '<path class="c-em" d="M{x} 256m-3.3-8h6.6l4.7 4.7v6.6l-4.7 4.7h-6.6l-4.7-4.7v-6.6z"/>'
    ),
    Severity.URGENT: '<path class="c-ur" d="M{x} 248l8 14h-16z"/>',
    Severity.REVIEW: '<circle class="c-re" cx="{x}" cy="256" r="5.5"/>',
}


@register.simple_tag(takes_context=True)
def drawing(context: Context) -> SafeString:
    """What a page of `chart`, `phases`, `recovery` and `summary` draws."""
    chart: Chart = context["chart"]
    recovery: Recovery = context["recovery"]
    lead, more = context["summary"]
    return filled(
        "staff/_chart.html",
        {name: getattr(chart, name) for name in DRAWN}
        | {
            "uuid": recovery.uuid,
            "caption": corridor_caption(chart, recovery.pathway.version),
            "lead": lead,
            "more": more,
            "standing": corridor_standing(chart),
            "first": day_label(chart.first),
            "last": day_label(chart.last),
            "today": day_label(chart.today),
            "baseline": recovery.baseline_pain,
            "baseline_mme": floatformat(recovery.baseline_opioid_mme),
            "opioid_full": floatformat(chart.opioid_full),
            "grams_full": floatformat(chart.grams_full),
            "bands": _joined(_band(band) for band in chart.bands),
            "newest": chart.newest and _newest(chart.newest),
            "leg": chart.leg_newest and chart.leg_newest.value,
            "leg_place": chart.leg_newest and _place(chart.leg_newest),
            "leg_anchor": chart.leg_newest
            and chart.leg_newest.anchor
            and " c-" + chart.leg_newest.anchor,
            "alerts": _joined(_alert(mark) for mark in chart.alerts),
            "contacts": _joined(_contact(mark) for mark in chart.contacts),
            "labels": _joined(_label(x, day) for x, day in chart.labels),
            "plans": _joined(_plan(x, large=chart.radius == 5) for x, _day in chart.planned),
            "planned": ", ".join(day_label(day) for _x, day in chart.planned),
            "rows": value_rows(chart),
        },
        phases=tuple(RecoveryPhase.Code(phase.code) for phase in context["phases"]),
        phase=chart.phase and RecoveryPhase.Code(chart.phase.code),
        grid=tuple(chart.grid),
        dense=chart.dense,
        today_at_edge=(chart.today_x or 0) > EDGE,
        today_in_second_half=(chart.today_x or 0) > MIDDLE,
        corridor=bool(chart.corridor),
        severities=frozenset(chart.severities),
    )


def _joined(drawn: Iterable[str]) -> SafeString:
    return mark_safe("".join(drawn))  # noqa: S308 - numbers of our own, and what was escaped


def _band(band: Band) -> str:
    name = f'<text x="{band.name_x}" y="14">{escaped(band.name)}</text>' if band.name else ""
    shade = "c-pa" if band.dark else "c-pb"
    return f'<rect class="{shade}" x="{band.x}" y="40" width="{band.width}" height="196"/>{name}'


def _place(label: Label) -> SafeString:
    place = f'x="{label.x}" dx="{label.dx}" y="{label.y}" dy="{label.dy}"'
    return mark_safe(place)  # noqa: S308 - numbers


def _newest(label: Label) -> SafeString:
    drawn = f'<text class="t-b t-halo" {_place(label)}>{label.value}</text>'
    return mark_safe(drawn)  # noqa: S308 - numbers


def _alert(mark: Mark) -> str:
    return ALERTS[Severity(mark.shape)].format(x=mark.x) + _beside(mark, mark.label, 11, 253)


def _contact(mark: Mark) -> str:
    said = contact_kind(mark.label) if mark.label else ""
    return f'<path class="c-ct" d="M{mark.x} 278m-5 0h10v8h-6l-4 4z"/>' + _beside(
        mark, said, 9, 279
    )


def _beside(mark: Mark, said: Any, dx: int, y: int) -> str:
    if not said:
        return ""
    return f'<text class="t-halo" x="{mark.x}" dx="{dx}" y="{y}">{escaped(said)}</text>'


def _label(x: float, day: int) -> str:
    return f'<text class="c-mid" x="{x}" y="407">{day_label(day)}</text>'


def _plan(x: float, *, large: bool) -> str:
    return f'<circle class="c-plan" cx="{x}" cy="388" r="{4 if large else 3}"/>'
