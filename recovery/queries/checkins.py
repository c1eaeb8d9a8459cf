"""Check-ins as pages show them: what a form is called, in what state it is, what was answered."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recovery.clinical.checkinforms import LOG, LOG_FORMS
from recovery.clinical.instruments import Response, response, rounded
from recovery.clinical.instruments.response import POINTS
from recovery.clinical.medicines import opioid_total
from recovery.clinical.pathway import Occasion
from recovery.models import CheckIn, DailyLog, FormResponse, Recovery, Score
from recovery.queries.pathways import planned

NAMES: dict[str, Promise] = {
    "baseline": _("Before your procedure"),
    "two_week": _("Two-week check-in"),
    "one_month": _("One-month check-in"),
    "six_week": _("Six-week check-in"),
    "three_month": _("Three-month check-in"),
    "six_month": _("Six-month check-in"),
    "one_year": _("One-year check-in"),
    "two_year": _("Two-year check-in"),
}
# What staff call every form of a pathway, logs too.
STAFF_NAMES: dict[str, Promise] = {
    "baseline": _("Baseline"),
    "evening": _("First evening"),
    "daily": _("Daily log"),
    "two_week": _("Two-week check"),
    "one_month": _("One-month check"),
    "six_week": _("Six-week check"),
    "three_month": _("Three-month check"),
    "six_month": _("Six-month check"),
    "one_year": _("One-year check"),
    "two_year": _("Two-year check"),
}
STATES: dict[str, Promise] = {
    "planned": _("Planned"),
    "open": _("Open"),
    "due": _("Due"),
    "overdue": _("Overdue"),
    "partly_answered": _("Partly answered"),
    "completed": _("Answered"),
    "expired": _("Expired"),
    "cancelled": _("Cancelled"),
}
DUE = timedelta(hours=24)
BASELINE_KEY = "BASE"


def named(form: str) -> Promise:
    return NAMES[form]


def state_of(
    *,
    opens_at: datetime,
    due_at: datetime,
    expires_at: datetime,
    now: datetime,
    answered: bool = False,
    begun: bool = False,
    cancelled: bool = False,
) -> str:
    """The one word for a check-in, planned or stored, at `now`; a key of STATES.

    It is due in the 24 hours before `due_at` and overdue from then until it expires.
    """
    if cancelled:
        return "cancelled"
    if answered:
        return "completed"
    if now >= expires_at:
        return "expired"
    if now < opens_at:
        return "planned"
    if begun:
        return "partly_answered"
    if now >= due_at:
        return "overdue"
    return "due" if now >= due_at - DUE else "open"


def response_of(checkin: CheckIn, *, staff: bool) -> FormResponse | None:
    """What was sent, else the newest draft, from whichever device; a draft of staff for `staff`."""
    rows = FormResponse.objects.filter(checkin=checkin)
    sent = rows.filter(status=FormResponse.Status.COMPLETED).order_by("-completed_at").first()
    drafts = rows if staff else rows.exclude(source=DailyLog.Source.STAFF)
    return sent or drafts.order_by("-saved_at").first()


def as_log(response: FormResponse) -> DailyLog:
    """What a form asked of a log's questions, as a log that is not stored."""
    told = response.answers.get(LOG, {})
    total, unknown = opioid_total(told.get("opioids") or [])
    zone = ZoneInfo(response.recovery.patient.zone)
    return DailyLog(
        **told,
        day=response.recovery.day_on(response.saved_at.astimezone(zone).date()),
        opioid_mme=total,
        opioid_total_unknown=unknown,
        entered_at=response.saved_at,
        source=response.source,
        mode=response.mode,
        rule_set=response.rule_set,
        shown_rule=response.shown_rule,
        advice=response.advice,
    )


# Staff: every form of a recovery
# -------------------------------


def form_checkin(recovery: Recovery, key: str, *, now: datetime) -> CheckIn | None:
    """The check-in of a form by its key, which staff may enter; None for no such.

    Not yet a row when it never opened for the patient, as when somebody was enrolled after it had
    expired.
    """
    row = CheckIn.objects.filter(recovery=recovery, anchor=recovery.anchor, key=key).first()
    if row is not None:
        usable = row.form not in LOG_FORMS and row.state != CheckIn.State.CANCELLED
        return row if usable else None
    for one in planned(recovery):
        if one.key == key and one.form not in LOG_FORMS and one.opens_at <= now:
            return CheckIn(
                recovery=recovery,
                anchor=recovery.anchor,
                key=one.key,
                form=one.form,
                day=one.day,
                opens_at=one.opens_at,
                due_at=one.due_at,
                expires_at=one.expires_at,
                state=CheckIn.State.EXPIRED if one.expires_at <= now else CheckIn.State.OPEN,
                reminders_settled=sum(at <= now for at in one.reminders),
            )
    return None


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A score; `response` compares it with the baseline where the instrument has marks."""

    instrument: str
    score: str
    answered: int
    baseline: str = ""
    response: Response | None = None

    @property
    def better_by(self) -> str:
        """The change in the points on which it is decided; a PEG's are those of its raw sum."""
        change = self.response.change if self.response else None
        return "" if change is None else rounded(change, 1).removesuffix(".0")


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form of the plan, or one that was answered under another date or another pathway."""

    key: str
    name: Promise
    day: int
    opens_at: datetime
    due_at: datetime
    expires_at: datetime
    state: str
    sent: FormResponse | None
    draft: FormResponse | None
    enterable: bool
    scores: list[ScoreRow] = field(default_factory=list)

    @property
    def state_name(self) -> Promise:
        return STATES[self.state]


def forms_of(recovery: Recovery, *, now: datetime) -> list[FormRow]:
    """The check-in forms in the order of their days; three statements, whatever the number."""
    checkins = {
        (row.anchor, row.key): row
        for row in CheckIn.objects.filter(recovery=recovery).exclude(form__in=LOG_FORMS)
    }
    responses: dict[int, list[FormResponse]] = defaultdict(list)
    rows = FormResponse.objects.filter(recovery=recovery).prefetch_related("scores")
    for row in rows.select_related("entered_by").order_by("saved_at"):
        responses[row.checkin_id].append(row)
    superseded = {row.supersedes_id for found in responses.values() for row in found}
    plan = {one.key: one for one in planned(recovery) if one.form not in LOG_FORMS}
    # A row keeps the window that it opened with, also where the pathway has changed since.
    found = [
        _form_row(row or one, row, responses, superseded, now, enterable=True)
        for key, one in plan.items()
        for row in [checkins.get((recovery.anchor, key))]
    ]
    # One of another date or pathway is a record: its key may name a check-in of the present ones.
    found += [
        _form_row(row, row, responses, superseded, now, enterable=False)
        for (anchor, key), row in checkins.items()
        if (anchor != recovery.anchor or key not in plan) and responses[row.pk]
    ]
    found.sort(key=lambda row: row.opens_at)
    return _with_scores(found, recovery)


def _form_row(
    planned: Occasion | CheckIn,
    checkin: CheckIn | None,
    responses: dict[int, list[FormResponse]],
    superseded: set[int | None],
    now: datetime,
    *,
    enterable: bool,
) -> FormRow:
    known = responses[checkin.pk] if checkin else []
    sent = [row for row in known if row.is_sent and row.pk not in superseded]
    drafts = [row for row in known if row.status == FormResponse.Status.IN_PROGRESS]
    return FormRow(
        key=planned.key,
        name=STAFF_NAMES[planned.form],
        day=planned.day,
        opens_at=planned.opens_at,
        due_at=planned.due_at,
        expires_at=planned.expires_at,
        state=state_of(
            opens_at=planned.opens_at,
            due_at=planned.due_at,
            expires_at=planned.expires_at,
            now=now,
            answered=bool(sent),
            begun=bool(drafts),
            cancelled=checkin is not None and checkin.state == CheckIn.State.CANCELLED,
        ),
        sent=sent[-1] if sent else None,
        draft=drafts[-1] if drafts and not sent else None,
        enterable=enterable and planned.opens_at <= now,
    )


def _score_row(one: Score, baseline: dict[str, tuple[Decimal, str]] | None) -> ScoreRow:
    total, shown = (baseline or {}).get(one.instrument, (None, ""))
    compared = None
    if one.instrument in POINTS and total is not None and one.total is not None:
        compared = response(one.instrument, total, one.total)
    return ScoreRow(one.instrument, one.score, one.answered, shown, compared)


def _with_scores(rows: list[FormRow], recovery: Recovery) -> list[FormRow]:
    forms = [(row.key, list(row.sent.scores.all()) if row.sent else []) for row in rows]
    for row, found in zip(rows, beside_baseline(forms, recovery), strict=True):
        row.scores.extend(found)
    return rows


def beside_baseline(
    forms: Iterable[tuple[str, Sequence[Score]]], recovery: Recovery
) -> Iterator[list[ScoreRow]]:
    """The scores of each form, by its key, the earliest first: each beside its baseline, that of
    the form before the procedure, else for pain what was typed at enrolment.
    """
    baseline: dict[str, tuple[Decimal, str]] = {}
    if recovery.baseline_pain is not None:
        baseline["NRS"] = Decimal(recovery.baseline_pain), str(recovery.baseline_pain)
    for key, scores in forms:
        if key == BASELINE_KEY:
            baseline |= {
                one.instrument: (one.total, one.score) for one in scores if one.total is not None
            }
        yield [_score_row(one, None if key == BASELINE_KEY else baseline) for one in scores]
