"""Builds the PDF of a sheet. The template is in Typst; all that it says goes in as data."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import typst
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recovery.models import Clinic
from recovery.queries.plot import Chart
from recovery.queries.scores import ScoreTable
from recovery.queries.visits import Section, VisitSheet

TEMPLATE = settings.BASE_DIR / "templates" / "sheets" / "visit.typ"
# The first comes with Typst: Latin, Greek and Cyrillic. What it lacks is taken from the machine.
FONTS = ("Libertinus Serif", "Noto Sans", "Noto Sans CJK SC", "DejaVu Sans")
# The builder itself refuses PDF/UA-1 where a heading, an image's words or a title is missing.
PLAIN, ACCESSIBLE = "1.7", "ua-1"
# A list is shortened by its weight when the page is full: a question of the patient's last.
WEIGHTS = {"questions": 1.0, "alerts": 0.6, "medicines": 1.0, "worst": 0.5}


class Paper(StrEnum):
    A4 = "a4"
    LETTER = "us-letter"


def paper_of(clinic: Clinic) -> Paper:
    """What printers there hold, by the clinic's zone."""
    return Paper.LETTER if clinic.zone.startswith(("America/", "US/")) else Paper.A4


def visit_pdf(sheet: VisitSheet, clinic: Clinic, *, paper: Paper, now: datetime) -> bytes:
    """One tagged page. The same sheet at the same `now` gives the same bytes."""
    data = json.dumps(_visit(sheet, clinic, paper, now), ensure_ascii=False, sort_keys=True)
    try:
        return _typeset(data, [PLAIN, ACCESSIBLE], now)
    except typst.TypstError:
        # It is refused for a letter that no font here has, too. A box in its place is better than
        # no sheet; the tags stay.
        return _typeset(data, [PLAIN], now)


def _typeset(data: str, standards: list[str], now: datetime) -> bytes:
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=standards,
        timestamp=int(now.timestamp()),
    )
    return made


def _visit(sheet: VisitSheet, clinic: Clinic, paper: Paper, now: datetime) -> dict[str, Any]:
    patient, place = sheet.recovery.patient, sheet.place
    made = date_format(now.astimezone(ZoneInfo(clinic.zone)), _("M j, Y, H:i"))
    described = chart_words(sheet)
    phase = str(place.phase or _("before the procedure")).lower()
    return {
        "paper": paper,
        "language": get_language() or "en",
        "fonts": FONTS,
        "title": _("Visit sheet, record %(number)s") % {"number": patient.record_number},
        "clinic": clinic.name,
        "made": _("Made %(at)s") % {"at": made},
        "name": patient.name,
        "where": f"D{place.day}, {phase}.",
        "who": who(sheet),
        "facts": [(one.label, one.value) for one in sheet.facts],
        "summary": sheet.summary,
        "described": described,
        "key": chart_key(sheet.chart),
        "chart": _svg(sheet, described),
        "scores": _scores(sheet.scores),
        "sections": [
            _section(sheet.questions, "questions", "fr", "auto"),
            _section(sheet.alerts, "alerts", "auto", "auto", "fr", "fr"),
            _section(sheet.medicines, "medicines", "auto", "fr"),
            _section(sheet.worst, "worst", "auto", "auto", "fr"),
        ],
        "foot": _(
            "Dates are those of the patient. What does not stand here stands on the patient's page."
        ),
    }


def _svg(sheet: VisitSheet, described: str) -> str:
    """The page's drawing. A path of one dot has no length, and would not be drawn."""
    given = {"chart": sheet.chart, "recovery": sheet.recovery, "described": described}
    svg = render_to_string("sheets/chart.svg", given)
    return svg.replace("h0M", "h.01M").replace('h0"', 'h.01"')


def who(sheet: VisitSheet) -> str:
    """Record number, birth and age, and before which visit."""
    patient = sheet.recovery.patient
    words = [_("Record %(number)s.") % {"number": patient.record_number}]
    if patient.birth_date:
        born = date_format(patient.birth_date, _("M j, Y"))
        words.append(_("Born %(born)s, %(age)d.") % {"born": born, "age": sheet.place.age})
    return " ".join([*words, *([f"{sheet.visit}."] if sheet.visit else [])])


def chart_words(sheet: VisitSheet) -> str:
    """The chart for who cannot see it."""
    return _("Pain from 0 to 10 by day after the procedure, against the baseline. %(summary)s") % {
        "summary": " ".join(sheet.summary)
    }


def chart_key(chart: Chart) -> str:
    """What the marks of the chart are; only those that are drawn."""
    words = [_("Line: average pain, 24 h.")]
    words += [_("Upward: worst.")] if chart.worst else []
    words += [_("Hollow: entered later.")] if chart.late_dots or chart.staff_late_dots else []
    words += [_("Dotted: no log between.")] if chart.gaps else []
    words += [_("Shaded: the corridor by the clinic's own data.")] if chart.own_band else []
    words += [_("Shaded: the corridor as the clinic has set it.")] if chart.set_band else []
    return " ".join(words) if chart.newest else ""


def _scores(table: ScoreTable) -> dict[str, Any]:
    return {
        "title": _("Scores against the baseline"),
        "head": [*score_head(table)],
        "rows": [
            [
                *(line.instrument, line.baseline, *line.scores),
                *(line.change, line.points, line.r30, line.r50),
            ]
            for line in table.lines
        ],
        "empty": _("No score yet."),
        "note": " ".join(score_notes(table)),
    }


def score_head(table: ScoreTable) -> list[str]:
    return [
        _("Score"),
        _("Baseline"),
        *table.columns,
        _("Change, latest"),
        _("Points that matter"),
        _("30 %%") % {},
        _("50 %% (M)") % {},
    ]


def score_notes(table: ScoreTable) -> list[str]:
    """What the marks are, with their sources, and what does not stand in the table."""
    notes = [
        _(
            "Points that matter: NRS 2, RMDQ 5, ODI 10 (V S35), PEG 3 of its sum (V S32); 30 %% of"
            " the baseline (V S35), 50 %% (M, not verified; V S10). Points and percent are two"
            " marks."
        )
        % {},
        *table.notes,
    ]
    if table.earlier:
        notes.append(_("Earlier forms that are not shown: %(n)d.") % {"n": table.earlier})
    return notes


def _section(part: Section, name: str, *widths: str) -> dict[str, Any]:
    return {
        "title": part.title,
        "rows": part.rows,
        "total": part.total,
        "empty": part.empty,
        "note": part.note,
        "hidden": _("Not shown here: {n}."),
        "weight": WEIGHTS[name],
        "widths": widths,
    }
