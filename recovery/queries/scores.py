"""Scores of a recovery in one table: time points across, instruments down, marks of the latest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from recovery.clinical.instruments import Response, pgic_responder, pgic_worse, rmdq_marks
from recovery.clinical.instruments.response import POINTS
from recovery.clinical.timepoints import BASELINE
from recovery.models import DailyLog, Recovery, Score
from recovery.queries.checkins import BASELINE_KEY, ScoreRow, beside_baseline, forms_of
from recovery.queries.record import Record
from recovery.queries.record_parts import Row

# As many forms stand beside the baseline; earlier ones are counted.
FORMS = 4
FIRST = ("NRS", "PEG", "RMDQ", "ODI", "PGIC")


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """`scores` in the order of the table's forms; the rest is about the latest of them."""

    instrument: str
    baseline: str
    scores: list[str]
    change: str
    points: str
    r30: str
    r50: str


@dataclass(frozen=True, slots=True)
class ScoreTable:
    # The day on which each form was answered, and who entered it where it was staff.
    columns: list[str]
    lines: list[ScoreLine]
    # Forms with scores that are older than those.
    earlier: int
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scored:
    """A form that was sent, with its scores."""

    key: str
    completed_at: datetime
    by_staff: bool
    scores: list[ScoreRow]


def score_table(
    recovery: Recovery, *, now: datetime, only: Collection[str] | None = None
) -> ScoreTable:
    """Three statements. A score that is missing is a dash; nothing is filled in. `only` names the
    instruments that may stand in it.
    """
    forms = []
    for row in forms_of(recovery, now=now):
        found = [one for one in row.scores if only is None or one.instrument in only]
        if row.sent and row.sent.completed_at and found:
            by_staff = row.sent.source == DailyLog.Source.STAFF
            forms.append(Scored(row.key, row.sent.completed_at, by_staff, found))
    return _table(recovery, forms)


def scores_of(recovery: Recovery, record: Record) -> ScoreTable:
    """The same table from what a page has read already."""
    sent = {row.person: row for row in record.forms}
    found: dict[str, list[Row]] = {}
    # Of a check-in that was sent from two devices the later one counts, as in `forms_of`.
    counts: dict[str, str] = {}
    for row in record.scores:
        response = str(row.number)
        found.setdefault(response, []).append(row)
        other = counts.setdefault(row.kind, response)
        if sent[other].at < sent[response].at:
            counts[row.kind] = response
    forms = [(sent[one], rows) for one, rows in found.items() if counts[rows[0].kind] == one]
    keyed = [
        (BASELINE_KEY if form.kind == BASELINE else form.kind, [_score(row) for row in rows])
        for form, rows in forms
    ]
    compared = beside_baseline(keyed, recovery)
    return _table(
        recovery,
        [
            Scored(key, form.at, form.code == DailyLog.Source.STAFF, scores)
            for (form, _rows), (key, _scores), scores in zip(forms, keyed, compared, strict=True)
        ],
    )


def _score(row: Row) -> Score:
    total = Decimal(row.person) if row.person else None
    return Score(instrument=row.code, score=row.text, total=total, answered=0)


def _table(recovery: Recovery, forms: Sequence[Scored]) -> ScoreTable:
    later = [form for form in forms if form.key != BASELINE_KEY]
    shown = later[-FORMS:]
    by_form = [{score.instrument: score for score in form.scores} for form in shown]
    baseline = {
        score.instrument: score.score
        for form in forms
        if form.key == BASELINE_KEY
        for score in form.scores
    }
    if recovery.baseline_pain is not None:
        baseline.setdefault("NRS", str(recovery.baseline_pain))
    names = set(baseline).union(*by_form)
    ordered = [*(name for name in FIRST if name in names), *sorted(names.difference(FIRST))]
    lines = [
        _line(name, baseline.get(name, ""), [scores.get(name) for scores in by_form])
        for name in ordered
    ]
    hard = "RMDQ" in names and _hard_to_measure(lines)
    return ScoreTable(
        columns=[_column(recovery, form) for form in shown],
        lines=lines,
        earlier=len(later) - len(shown),
        notes=[_("RMDQ: hard to measure change here (V S34).")] if hard else [],
    )


def _column(recovery: Recovery, form: Scored) -> str:
    at = form.completed_at.astimezone(ZoneInfo(recovery.patient.zone))
    day = f"D{recovery.day_on(at.date())}"
    return _("%(day)s, by staff") % {"day": day} if form.by_staff else day


def _line(name: str, baseline: str, found: list[ScoreRow | None]) -> ScoreLine:
    latest = next((score for score in reversed(found) if score and score.score), None)
    compared = latest.response if latest else None
    shown = [(score.score if score else "") or "–" for score in found]
    line = ScoreLine(
        instrument=name,
        baseline=baseline or "–",
        scores=shown,
        change=_change(name, latest),
        points=_points(name, compared),
        r30=_yes(compared.r30 if compared else None),
        r50=_yes(compared.r50 if compared else None),
    )
    return _pgic(line, latest) if name == "PGIC" and latest else line


def _change(name: str, latest: ScoreRow | None) -> str:
    if latest is None or latest.response is None or latest.response.change is None:
        return "–"
    change = latest.response.change
    points = latest.better_by.removeprefix("-")
    if change == 0:
        return _("no change")
    if name == "PEG":
        text = _("better by %(n)s of its sum") if change > 0 else _("worse by %(n)s of its sum")
    else:
        text = _("better by %(n)s") if change > 0 else _("worse by %(n)s")
    return text % {"n": points}


def _points(name: str, compared: Response | None) -> str:
    if compared is None or compared.mid is None:
        return "–"
    given = {"n": POINTS[name]}
    if compared.worse:
        return _("worse by %(n)d or more") % given
    return _("yes, %(n)d or more") % given if compared.mid else _("no, below %(n)d") % given


def _yes(mark: bool | None) -> str:
    return "–" if mark is None else (_("yes") if mark else _("no"))


def _pgic(line: ScoreLine, latest: ScoreRow) -> ScoreLine:
    """It is a change already: 1 or 2 is a response, 5 to 7 is worse."""
    answer = int(Decimal(latest.score))
    if pgic_worse(answer):
        said = _("worse")
    else:
        said = _("responder") if pgic_responder(answer) else _("not a responder")
    return ScoreLine(line.instrument, "–", line.scores, said, "–", "–", "–")


def _hard_to_measure(lines: list[ScoreLine]) -> bool:
    [line] = [line for line in lines if line.instrument == "RMDQ"]
    latest = next((score for score in reversed(line.scores) if score != "–"), None)
    if latest is None or line.baseline == "–":
        return False
    return bool(rmdq_marks(Decimal(line.baseline), Decimal(latest)).hard_to_measure)
