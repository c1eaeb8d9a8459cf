"""How staff's pages say the corridor, the course beside it, and the values of the days."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recovery.clinical.corridor import Band, Rise, Standing, standing
from recovery.models.alerts import Severity
from recovery.queries.corridors import Course, Exit
from recovery.queries.days import MG, Day
from recovery.queries.marks import Mark
from recovery.queries.plot import Chart
from recovery.templatetags.once import Once
from recovery.templatetags.staff import contact_kind, day_label


def plain(number: Decimal) -> str:
    """2.5 as it is, 30 for 30.0."""
    return f"{number.normalize():f}"


def span_of(band: Band) -> str:
    return _("%(low)s to %(high)s") % {"low": plain(band.low), "high": plain(band.high)}


def corridor_caption(chart: Chart, version: int) -> str:
    """Where the bands on the chart come from; empty where there are none."""
    counts = [band.recoveries for band in chart.corridor.values() if band.recoveries is not None]
    setting = _("clinic setting %(version)d, not study data") % {"version": version}
    if not counts:
        return _("Corridor: %(setting)s") % {"setting": setting} if chart.set_band else ""
    least, most = min(counts), max(counts)
    n = str(most) if least == most else _("%(low)d to %(high)d") % {"low": least, "high": most}
    own = _("Corridor: middle half of %(n)s of the clinic's own completed recoveries") % {"n": n}
    if not chart.set_band:
        return own
    return _("%(own)s; on other days %(setting)s") % {"own": own, "setting": setting}


STANDING = {
    Standing.ABOVE: gettext_lazy(
        "The newest pain, %(pain)d on %(day)s, is above the corridor, %(band)s."
    ),
    Standing.WITHIN: gettext_lazy(
        "The newest pain, %(pain)d on %(day)s, is within the corridor, %(band)s."
    ),
    Standing.BELOW: gettext_lazy(
        "The newest pain, %(pain)d on %(day)s, is below the corridor, %(band)s."
    ),
}


def corridor_standing(chart: Chart) -> str:
    """Where the newest pain stands, if its day has a band."""
    day = chart.rated
    band = day and chart.corridor.get(day.day)
    if not day or not band or day.average is None:
        return ""
    words = {"pain": day.average, "day": day_label(day.day), "band": span_of(band)}
    return str(STANDING[standing(day.average, band)]) % words


# Beside a row of a list
# ----------------------


def course_words(course: Course, last_log_day: int | None) -> str:
    """Why a course is worth a look, in one line; empty where it is not."""
    said = [
        course.exit and _exit(course.exit),
        course.rise and _rise(course.rise),
        course.silent and silence(last_log_day),
    ]
    return " ".join(filter(None, said))


def _exit(found: Exit) -> str:
    words = {"pain": found.pain, "day": day_label(found.day), "band": span_of(found.band)}
    return _("Pain %(pain)d on %(day)s, above the clinic's corridor %(band)s.") % words


def _rise(found: Rise) -> str:
    return ngettext(
        "Pain up %(points)d in %(days)d day, %(first)s to %(last)s.",
        "Pain up %(points)d in %(days)d days, %(first)s to %(last)s.",
        found.days,
    ) % {
        "points": found.points,
        "days": found.days,
        "first": day_label(found.first_day),
        "last": day_label(found.last_day),
    }


def silence(last_log_day: int | None) -> str:
    if last_log_day is None:
        return _("No log yet.")
    return _("Missed a check-in. Last log: %(day)s.") % {"day": day_label(last_log_day)}


# The values as a table
# ---------------------

NONE, LATER = gettext_lazy("none"), gettext_lazy("entered later")
BY_STAFF, NSAID = gettext_lazy("by staff"), gettext_lazy("NSAID")


def value_rows(chart: Chart) -> SafeString:
    """What the chart shows as table rows, a day each, newest first, without the end tags that HTML
    leaves out.

    Days next to each other that share a band share its cell. Without any band, or any leg pain,
    there is no such column.
    """
    told = {day.day: day for day in chart.days}
    alerts = {mark.day: mark for mark in chart.alerts}
    contacts = {mark.day: mark for mark in chart.contacts}
    days = sorted({*told, *alerts, *contacts}, reverse=True)
    bands = _band_cells(chart, days) if chart.corridor else dict.fromkeys(days, "")
    with_leg = chart.leg_newest is not None
    once, rows = Once(), []
    # Of a year's amounts most are the same.
    amount = cache(lambda value: _amount(value, once))
    grams = cache(lambda mg: _amount(None if mg is None else Decimal(mg) / MG, once))
    for on in days:
        day = told.get(on)
        notes = [*_marked(alerts.get(on), contacts.get(on)), *_notes(day, once)]
        row = f"<tr><th>{day_label(on)}"
        if day is None:
            row += f"<td>–<td>–{'<td>–' * with_leg}{bands[on]}<td>–<td>–"
        else:
            mme = "?" if day.mme is None and day.mme_unknown else amount(day.mme)
            leg = f"<td>{_cell(day.leg)}" if with_leg else ""
            row += (
                f"<td>{_cell(day.average)}<td>{_cell(day.worst)}{leg}{bands[on]}"
                f"<td>{mme}<td>{grams(day.acetaminophen_mg)}"
            )
        rows.append(f"{row}<td>{'; '.join(notes)}" if notes else row)
    return mark_safe("".join(rows))  # noqa: S308 - numbers and words of our own


def _band_cells(chart: Chart, days: list[int]) -> dict[int, str]:
    """By day: the cell that begins in its row, or nothing under one that goes on."""

    def words(day: int) -> str:
        band = chart.corridor.get(day)
        if band is None:
            return "–"
        if band.recoveries is None:
            return f"{plain(band.low)}–{plain(band.high)}"
        return f"{plain(band.low)}–{plain(band.high)}, n {band.recoveries}"

    cells = {}
    for said, same in groupby(days, words):
        first, *rest = same
        rows = f" rowspan={len(rest) + 1}" if rest else ""
        cells |= {first: f"<td{rows}>{said}"} | dict.fromkeys(rest, "")
    return cells


def _cell(value: int | None) -> str:
    return "–" if value is None else str(value)


def _amount(value: Decimal | None, once: Once) -> str:
    """What was told to be none is a word, what was not answered a dash."""
    if value is None:
        return "–"
    return plain(value) if value else once(NONE)


def _marked(alert: Mark | None, contact: Mark | None) -> Iterator[str]:
    if alert:
        severity = str(Severity(alert.shape).label).lower()
        yield _("%(severity)s alert %(rules)s") % {
            "severity": severity,
            "rules": ", ".join(alert.told),
        }
    if contact:
        yield ", ".join(contact_kind(kind) for kind in contact.told)


def _notes(day: Day | None, once: Once) -> Iterator[str]:
    if day is None:
        yield _("no log")
        return
    if day.other_pains:
        pains = ", ".join(str(pain) for pain in day.other_pains)
        yield _("%(n)d logs, earlier %(pains)s") % {"n": day.logs, "pains": pains}
    elif day.logs > 1:
        yield _("%(n)d logs") % {"n": day.logs}
    if day.late:
        yield once(LATER)
    if day.by_staff:
        yield once(BY_STAFF)
    if day.nsaid:
        yield once(NSAID)
