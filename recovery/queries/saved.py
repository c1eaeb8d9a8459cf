"""What the page of a stored log says now: its own text, and what stands above it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from recovery.clinical.rules import INCOMPLETE
from recovery.models import AlertLog, DailyLog, Recovery
from recovery.models.alerts import Severity
from recovery.queries.pathways import severity_shown
from recovery.queries.today import StandingAdvice, standing_advice, standing_of
from recovery.wording import say_filled


@dataclass(frozen=True, slots=True)
class SavedPage:
    """`standing` is another log's advice that outranks this one's own; it comes first.

    `own` is an emergency or urgent text of this log, until staff have closed its alert; then it
    is `past`, a record. `review` is a text without a call; none is shown while advice stands,
    since it may say that something can be expected.
    """

    standing: StandingAdvice | None
    own: StandingAdvice | None
    past: str
    review: str

    @property
    def top(self) -> StandingAdvice | None:
        return self.standing or self.own

    @property
    def severity(self) -> str | None:
        """Of the loudest text on the page; None without any."""
        if self.top:
            return self.top.severity
        return Severity.REVIEW if self.review else None


@dataclass(frozen=True, slots=True)
class WaitQuestion:
    """Can it wait until tomorrow? `answer` is what the patient said, None before that."""

    answer: bool | None
    # The page tells the patient to call today, whatever the answer.
    urgent: bool


def wait_question(log: DailyLog, recovery: Recovery) -> WaitQuestion | None:
    """Asked while an alert stands that this log has fed; never while one is an emergency, and not
    where the only thing to look at is that answers are missing. One statement.
    """
    fed = AlertLog.objects.filter(alert=OuterRef("pk"), log=log)
    standing = recovery.alerts.not_closed().annotate(fed=Exists(fed))
    alerts = list(standing.values_list("severity", "can_wait", "fed"))
    own = [(severity, can_wait) for severity, can_wait, fed in alerts if fed]
    emergency = any(severity == Severity.EMERGENCY for severity, *_rest in alerts)
    if emergency or not own or log.shown_rule == INCOMPLETE:
        return None
    answers = [can_wait for _severity, can_wait in own if can_wait is not None]
    return WaitQuestion(
        answer=all(answers) if answers else None,
        urgent=any(severity == Severity.URGENT for severity, _can_wait in own),
    )


def saved(log: DailyLog, recovery: Recovery, *, by_link: bool = False) -> SavedPage:
    """By link only the advice that this very log was given, in any version, may show."""
    standing = standing_advice(recovery)
    own = standing_of(log, recovery)
    above = standing_advice(recovery, client_id=log.client_id) if by_link else standing
    severity = severity_shown(log)
    calls = severity is not None and severity != Severity.REVIEW
    silent = standing or severity is None or calls or log.shown_rule == INCOMPLETE
    return SavedPage(
        standing=None if own and above and own.rule == above.rule else above,
        own=own,
        past=say_filled(log.advice) if calls and not own else "",
        review="" if silent else say_filled(log.advice),
    )
