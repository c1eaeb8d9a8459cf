"""What the page of a stored log says now: its own text, and what stands above it."""

from dataclasses import dataclass

from recovery.clinical.rules import INCOMPLETE
from recovery.models import DailyLog, Recovery
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
