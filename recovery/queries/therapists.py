"""What an outside physiotherapist is shown of a recovery, and the links that staff have made.

Which facts, and which not: docs/decisions/0029.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recovery.models import (
    AccessEvent,
    Clinic,
    DailyLog,
    Recovery,
    RecoveryPhase,
    TherapistLink,
)
from recovery.queries.days import by_day
from recovery.queries.milestones import standing
from recovery.queries.pathways import phase_now
from recovery.queries.patients import Place, place
from recovery.queries.plot import Chart
from recovery.queries.scores import ScoreTable, score_table
from recovery.queries.timeline import current, logs_of
from recovery.queries.visits import FACTS, drawn

# Scores of pain and function; what a patient says of the whole treatment is for the clinic.
FUNCTION = ("NRS", "PEG", "RMDQ", "ODI")
# Of so many days, today among them, it says how active somebody was.
ACTIVE_DAYS = 14
LEVELS = {
    "rest": gettext_lazy("rest"),
    "light": gettext_lazy("light activity"),
    "most": gettext_lazy("most activities"),
    "full": gettext_lazy("full activity"),
}


@dataclass(frozen=True, slots=True)
class TherapistSheet:
    recovery: Recovery
    place: Place
    facts: list[tuple[str, str]]
    chart: Chart
    described: str
    scores: ScoreTable
    activity: list[tuple[str, str]]
    milestones: list[tuple[str, str]]
    # What the clinic tells the patient at this time; None before the procedure.
    phase: RecoveryPhase | None


def therapist_sheet(recovery: Recovery, clinic: Clinic, *, now: datetime) -> TherapistSheet:
    """Six statements, whatever the history."""
    days = by_day(current(logs_of(recovery)))
    where = place(recovery, now)
    today = now.astimezone(ZoneInfo(recovery.patient.zone)).date()
    return TherapistSheet(
        recovery=recovery,
        place=where,
        facts=_facts(recovery),
        chart=drawn(recovery, clinic, days, [], where),
        described=_trend(recovery, [day.average for day in days if day.average is not None]),
        scores=score_table(recovery, now=now, only=FUNCTION),
        activity=_activity(recovery, today),
        milestones=[
            (one.get_code_display(), f"{date_format(one.on, _('M j'))}, D{one.day}")
            for one in standing(recovery)
        ],
        phase=phase_now(recovery, now),
    )


def _facts(recovery: Recovery) -> list[tuple[str, str]]:
    return [
        (_("Procedure"), date_format(recovery.procedure_on, _("M j, Y"))),
        (_("Levels"), recovery.levels or _("not given")),
        (_("Surgeon"), recovery.surgeon or _("not given")),
        (_("Osteoporosis"), str(FACTS[recovery.osteoporosis])),
        (_("Anticoagulant"), str(FACTS[recovery.anticoagulated])),
    ]


def _trend(recovery: Recovery, pains: Sequence[int]) -> str:
    if not pains:
        return _("No pain answer yet.")
    base = recovery.baseline_pain
    told = _("Last pain answer %(n)d of 10.") % {"n": pains[-1]}
    before = _("No baseline.") if base is None else _("Baseline %(n)d.") % {"n": base}
    return f"{told} {before}"


def _activity(recovery: Recovery, today: date) -> list[tuple[str, str]]:
    """What was told of the last days; a question that was not answered is none."""
    rows = list(
        DailyLog.objects.current()
        .filter(recovery=recovery, log_date__gt=today - timedelta(days=ACTIVE_DAYS))
        .order_by("log_date", "pk")
        .values_list("log_date", "activity_level", "walk_minutes", "pt_done")
    )
    levels = [level for _on, level, _walk, _pt in rows if level]
    walks = {on: walk for on, _level, walk, _pt in rows if walk is not None}
    therapy = {on for on, _level, _walk, done in rows if done}
    n = len(therapy)
    return [
        (_("Activity, last told"), str(LEVELS[levels[-1]]) if levels else _("not told")),
        (
            _("Longest walk"),
            _("%(n)d minutes") % {"n": max(walks.values())} if walks else _("not told"),
        ),
        (
            _("Physical therapy"),
            ngettext("on %(n)d day", "on %(n)d days", n) % {"n": n} if n else _("not told of"),
        ),
    ]


# Links
# -----


@dataclass(frozen=True, slots=True)
class MadeLink:
    link: TherapistLink
    is_open: bool
    openings: int
    last_opened_at: datetime | None


def links_of(recovery: Recovery, *, now: datetime) -> list[MadeLink]:
    """Every link, the newest first, with how often it was opened. Two statements."""
    rows = list(recovery.therapist_links.select_related("created_by", "revoked_by").order_by("-pk"))
    opened: dict[str, list[datetime]] = {row.what: [] for row in rows}
    events = AccessEvent.objects.filter(
        patient=recovery.patient_id, user=None, what__in=list(opened)
    )
    for what, at in events.order_by("at").values_list("what", "at"):
        opened[what].append(at)
    for row in rows:
        row.recovery = recovery
    return [
        MadeLink(
            link=row,
            is_open=row.is_open(now),
            openings=len(opened[row.what]),
            last_opened_at=max(opened[row.what], default=None),
        )
        for row in rows
    ]
