"""Logs of a clinic as a table, and what they share with the other tables of an export."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.db.models import Aggregate, Q, TextField
from django.db.models.functions import Cast

from recovery.clinical.pathway import local
from recovery.models import CheckIn, Clinic, DailyLog, Message, Pathway, RecoveryPhase
from recovery.queries.subjects import Subject

Cells = tuple[Any, ...]
# A whole row behind the recovery that it is about.
Read = tuple[int, Cells]
Subjects = Mapping[int, Subject]


@dataclass(frozen=True, slots=True)
class Period:
    """Days where the clinic is, both within; None is without a limit."""

    zone: str
    first: date | None = None
    last: date | None = None

    def days(self, name: str) -> Q:
        """Of a date column."""
        found = Q(**{f"{name}__gte": self.first}) if self.first else Q()
        return found & Q(**{f"{name}__lte": self.last}) if self.last else found

    def moments(self, name: str) -> Q:
        found = Q(**{f"{name}__gte": local(self.first, time(), self.zone)}) if self.first else Q()
        if self.last and self.last < date.max:
            end = local(self.last + timedelta(days=1), time(), self.zone)
            found &= Q(**{f"{name}__lt": end})
        return found


def text(what: str | Aggregate) -> Cast:
    """As the database writes it (a moment for `Subject.at`): to read a value only to write it takes
    longer than the rest, and a row of ids is one more that the garbage collector walks through.
    """
    return Cast(what, TextField())


class Codes:
    """What codes of a clinic's rows stand for."""

    def __init__(self, clinic: Clinic) -> None:
        usable = Q(clinic=clinic) | Q(clinic=None)
        self.pathways = {
            row.pk: f"{row.version}" if row.clinic_id else f"default {row.version}"
            for row in Pathway.objects.filter(usable).only("version", "clinic")
        }
        phases = RecoveryPhase.objects.filter(pathway__in=list(self.pathways))
        self.phases = dict(phases.values_list("pk", "code"))


ANSWERS = (
    *("pain_avg", "pain_worst", "pain_controlled", "sudden_new_back_pain", "fall", "leg_pain"),
    *("leg_pain_status", "leg_weakness", "leg_numbness", "leg_side", "saddle", "bladder", "bowel"),
    *("temp_value", "temp_unit", "chills", "bleeding", "headache", "neck_stiff_or_confused"),
    *("chest_or_breath", "calf_one_leg", "hard_to_wake", "allergy_severe", "acetaminophen_mg"),
    *("nsaid_taken", "opioid_mme", "opioid_total_unknown", "activity_level", "walk_minutes"),
    *("pt_done", "sleep"),
)
JUDGED = (
    *("judged_baseline_pain", "judged_baseline_opioid_mme", "judged_anticoagulated"),
    "judged_osteoporosis",
)
LISTS = ("wound", "rules")
WINDOW = ("reminder_planned_at", "reminder_sent_at", "opens_at", "due_at", "expires_at")
HOW = ("source", "mode", "late", "revision", "superseded")
LOG_COLUMNS = (
    *("day", "phase", "log_date", *WINDOW, "answered_at", *HOW, "retrospective"),
    *("still_happening", *ANSWERS, "wound", "rules", "shown_rule", "rule_set", "pathway", *JUDGED),
    *("log", "opioids", "free_text"),
)
_LOG_FIELDS: tuple[str | Cast, ...] = (
    *("recovery_id", "pk", text("client_id"), "day", "phase_id", "log_date", text("entered_at")),
    *("source", "mode", "late", "revision", "retrospective", "still_happening", *ANSWERS),
)
_HEAD = 11
_END = _HEAD + len(ANSWERS)
# Behind what an answer is followed by: two lists, and three that say by what it was judged.
_REST = _END + 2 + 5


def logs(subjects: Subjects, period: Period, codes: Codes) -> Iterator[Read]:
    here = DailyLog.objects.filter(recovery__in=list(subjects))
    windows = _answered(subjects)
    # Asked apart: a join would look every log up once more.
    corrected = set(
        here.filter(supersedes__isnull=False).values_list("supersedes", flat=True).order_by()
    )
    rows = (
        here.filter(period.days("log_date"))
        .order_by("recovery_id", "day", "pk")
        .values_list(
            *_LOG_FIELDS,
            *map(text, LISTS),
            *("shown_rule", "rule_set", "judged_pathway_id", *JUDGED),
            *(text("uuid"), text("opioids"), "free_text"),
        )
    )
    phase_of, pathway_of, window_of = codes.phases.get, codes.pathways.get, windows.get
    nothing: Cells = (None,) * len(WINDOW)
    for row in rows:
        recovery, pk, client_id, day, phase, on, entered_at, source, mode, late, revision = row[
            :_HEAD
        ]
        subject = subjects[recovery]
        at = subject.at
        wound, fired, shown, rule_set, judged = row[_END + 2 : _REST]
        window = window_of((recovery, client_id))
        # Joined tuples: of all ways to make a row of sixty cells the fastest by far.
        yield (
            recovery,
            subject.cells
            + (day, phase_of(phase, "before"), subject.on(on))
            + (tuple(map(at, window)) if window else nothing)
            + (at(entered_at), source, mode, late, revision, pk in corrected)
            + row[_HEAD : _END + 2]
            + (listed(wound, "none"), listed(fired, ""), shown, rule_set, pathway_of(judged, ""))
            + row[_REST:],
        )


def listed(stored: str | None, nothing: str) -> str | None:
    """A JSON list of codes as words with spaces between."""
    if stored is None or stored == "null":
        return None
    return stored[1:-1].replace('"', "").replace(",", "") if len(stored) > 2 else nothing


def _answered(subjects: Subjects) -> dict[tuple[int, Any], Cells]:
    """The check-in that a log answered, by the log's recovery and client id: its corrections
    answer the same. Of several the first.
    """
    found: dict[tuple[int, Any], Cells] = {}
    rows = CheckIn.objects.filter(recovery__in=list(subjects), completed_by__isnull=False)
    sent = reminded(subjects)
    columns: tuple[str | Cast, ...] = (
        "pk",
        "recovery_id",
        *map(text, ("completed_by__client_id", *WINDOW[2:])),
    )
    for pk, recovery, client_id, *window in rows.order_by("opens_at", "pk").values_list(*columns):
        found.setdefault((recovery, client_id), (*sent.get(pk, (None, None)), *window))
    return found


def reminded(subjects: Subjects) -> dict[int, tuple[str, str]]:
    """When the first reminder of a check-in that went was planned, and when it went."""
    rows = Message.objects.filter(
        recovery__in=list(subjects),
        kind=Message.Kind.REMINDER,
        checkin__isnull=False,
        sent_at__isnull=False,
    )
    found: dict[int, tuple[str, str]] = {}
    for checkin, planned, sent in rows.order_by("sent_at", "pk").values_list(
        "checkin_id", text("planned_at"), text("sent_at")
    ):
        found.setdefault(checkin, (planned, sent))
    return found
