"""What studies report, as rows of a table with a mark each: the same for every patient."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, gettext_noop, ngettext
from django.utils.translation import gettext as _

from recovery.clinical.reported import Met, Opioids, Responded
from recovery.clinical.sources import SOURCES
from recovery.clinical.trials import FIGURES, MATTERS, Figure, Measure

register = template.Library()

# Of a row's drawing: its width, where no change stands in it, its middle, half a diamond.
WIDTH, NO_CHANGE, MIDDLE, HALF = 160, 32, 8, 5
PAIN_MARKS = {Met.PAIN_2, Met.PAIN_50, Met.NO_PAIN, Met.BOTH}
# Pixels a point of fall.
POINT = {Measure.PAIN: 16.0, Measure.ODI: 1.6}
AXIS = {Measure.PAIN: (0, 2, 4, 6), Measure.ODI: (0, 10, 30, 50)}
ARMS = {
    "treated": gettext_lazy("treated"),
    "treated, no other arm": gettext_lazy("treated, no other arm"),
    "sham": gettext_lazy("sham"),
    "standard care": gettext_lazy("standard care"),
}


# What else the rows of clinical.reported say, but for the marks, which are the page's own words:
# named here to be translated, since the clinical core knows of no language.
REPORTED = (
    gettext_noop("took opioids before"),
    gettext_noop("the maker (M)"),
    gettext_noop("not read"),
    gettext_noop("12 months"),
    gettext_noop("24 months"),
    gettext_noop("1 year"),
    gettext_noop("5 years"),
    gettext_noop("5.3 years"),
    gettext_noop("share unchanged (p=0.56)"),
    gettext_noop("62% fewer actively take them"),
    gettext_noop("40.3% fewer"),
    gettext_noop("61.7% fewer"),
    gettext_noop("65.2% had stopped"),
)


@register.simple_tag
def trial_rows(measure: str) -> SafeString:
    """The figures of one measure, time point by time point."""
    return _rows(Measure(measure), get_language() or "")


@lru_cache(maxsize=16)
def _rows(measure: Measure, _language: str) -> SafeString:
    """Without the end tags that HTML leaves out: a page of a year must stay small."""
    ours = [figure for figure in FIGURES if figure.measure == measure]
    html = ""
    for months, same in groupby(ours, lambda figure: figure.months):
        head = ngettext("%(n)d month", "%(n)d months", months) % {"n": months}
        html += f"<tbody><tr><th colspan=6 scope=rowgroup>{head}{''.join(map(_row, same))}"
    return mark_safe(html)  # noqa: S308 - data of our own


def _row(figure: Figure) -> str:
    fall = f"−{figure.fall}" + ("" if figure.sd is None else f" ({figure.sd})")
    return (
        f"<tr><th>{figure.study}<td>{ARMS[figure.arm]}<td>{figure.n}<td>{fall}"
        f"<td>{_drawing(figure)}<td>{', '.join(figure.sources)}"
    )


def _drawing(figure: Figure) -> str:
    """Dotted: no change, and what matters; a bar of one SD where given; an open diamond. The style
    sheet tells them apart by their places, since there are many.
    """

    def x(fall: Decimal | int) -> int:
        return round(NO_CHANGE + float(fall) * POINT[figure.measure])

    at, bar = x(figure.fall), ""
    if figure.sd is not None:
        ends = (x(figure.fall - figure.sd), x(figure.fall + figure.sd))
        bar = f'<path d="M{ends[0]} {MIDDLE}H{ends[1]}"/>'
    return (
        f'<svg class="ic-trial" viewBox="0 0 {WIDTH} 16" aria-hidden=true>'
        f'<path d="M{NO_CHANGE} 0v16M{x(MATTERS[figure.measure])} 0v16"/>{bar}'
        f'<path d="M{at} 3l{HALF} 5-5 5-5-5z"/></svg>'
    )


@register.simple_tag
def trial_axis(measure: str) -> SafeString:
    """The numbers above the drawings of one measure."""
    numbers = "".join(
        f"<text x={NO_CHANGE + n * POINT[Measure(measure)]:g} y=10>{n}</text>"
        for n in AXIS[Measure(measure)]
    )
    box = f'<svg class="ic-trial ic-trial--axis" viewBox="0 0 {WIDTH} 12" aria-hidden=true>'
    return mark_safe(f"{box}{numbers}</svg>")  # noqa: S308 - numbers of our own


@register.simple_tag
def trial_sources() -> str:
    """The sources behind the marks."""
    return _explained(mark for figure in FIGURES for mark in figure.sources)


@register.filter
def sources_of(rows: Sequence[Responded] | Sequence[Opioids]) -> str:
    return _explained(row.source for row in rows)


@register.filter
def with_intervals(rows: Sequence[Responded]) -> bool:
    return any(row.interval for row in rows)


@register.filter
def about_pain(rows: Sequence[Responded]) -> bool:
    return any(row.met in PAIN_MARKS for row in rows)


@register.filter
def source_mark(mark: str) -> str:
    """V and the host that was read, as a link; a mark without an address as it is."""
    tag, _space, address = mark.partition(" ")
    host, slash, _path = address.partition("/")
    if not slash:
        return mark
    return format_html('{} <a href="https://{}">{}</a>', tag, address, host)


def _explained(marks: Iterable[str]) -> str:
    keys = sorted({mark.split()[-1] for mark in marks}, key=lambda key: int(key[1:]))
    return _("Sources: %(list)s.") % {"list": "; ".join(f"{key} {SOURCES[key][0]}" for key in keys)}


@register.filter
def reported_word(text: str) -> str:
    """A mark, an arm, a time, what was found or who paid."""
    return _(text)
