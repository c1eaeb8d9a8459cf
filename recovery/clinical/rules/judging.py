"""What R40 to R46 fire on: misses, silence and scores. Pure; the services know the facts.

"Contact" means one that reached somebody (docs/protocol.md).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from recovery.clinical.instruments.response import pgic_worse, response
from recovery.clinical.plan import RuleChange
from recovery.clinical.rules.engine import Finding, with_changes
from recovery.clinical.rules.rule import Severity
from recovery.clinical.rules.timed import TIME_RULES

TIME_RULES_BY_ID = {rule.id: rule for rule in TIME_RULES}

CONTACT_DAYS = frozenset({1, 2})
SILENCE = timedelta(hours=24)
RUN = 2
# Time points at which a limited response is said, and not before (R44).
LIMITED_FROM = frozenset({"six_week", "three_month"})

Total = Decimal | int | None
Totals = Mapping[str, Total]


def finding(rule_id: str, detail: str = "", changes: Sequence[RuleChange] = ()) -> Finding:
    """A rule of time or score as a finding, with the clinic's `changes`. Staff alone hear of it, so
    it has no patient text.
    """
    rule = TIME_RULES_BY_ID[rule_id]
    if rule.severity is None:
        raise ValueError(f"{rule_id} raises nothing by itself")
    found = Finding(
        rule_id=rule.id,
        severity=Severity(rule.severity),
        headline=rule.headline,
        staff_text=f"{rule.staff_text} {detail}".strip(),
        patient_text="",
        calls="",
        items=(),
    )
    return with_changes([found], changes)[0]


def first_day_silent(*, logged: bool, contact_days: Collection[int]) -> bool:
    """R40, when the check-in of D1 expires: no log about D1, and no contact on D1 or D2."""
    return not logged and not CONTACT_DAYS.intersection(contact_days)


def run_of_misses(missed: Collection[int], day: int, expected: Sequence[int]) -> Sequence[int]:
    """The days missed in a row up to `day`, itself included, of those on which the pathway
    expects a log; `expected` is in order.
    """
    run = [day]
    for before in reversed([one for one in expected if one < day]):
        if before not in missed:
            break
        run.insert(0, before)
    return run


def second_miss(missed: Collection[int], day: int, expected: Sequence[int]) -> bool:
    """R41, when the check-in of `day` expires: the second of a run, so once per run."""
    return day in missed and len(run_of_misses(missed, day, expected)) == RUN


def silent_after(
    *, fed_at: datetime, last_log_at: datetime | None, contacted_at: datetime | None, now: datetime
) -> bool:
    """R42: 24 h since a log last fed the alert, without a contact or another log."""
    if last_log_at is not None and last_log_at > fed_at:
        return False
    if contacted_at is not None and contacted_at >= fed_at:
        return False
    return now >= fed_at + SILENCE


def limited_response(form: str, *, baseline: Total, followup: Total) -> bool:
    """R44, on the 7-day NRS: less than 2 points and less than 30 % of baseline.

    Not said while either figure is missing. With a baseline of 0 there is nothing to fall, so
    nothing is limited.
    """
    if form not in LIMITED_FROM or not baseline:
        return False
    change = response("NRS", baseline, followup)
    return change.mid is False and change.r30 is False


def worse_than_baseline(baseline: Totals, followup: Totals) -> tuple[str, ...]:
    """R45: the instruments that are worse, by raw sums; PGIC is a comparison by itself."""
    worse = [
        name
        for name in ("PEG", "RMDQ")
        if response(name, baseline.get(name), followup.get(name)).worse
    ]
    answer = followup.get("PGIC")
    if answer is not None and pgic_worse(int(answer)):
        worse.append("PGIC")
    return tuple(worse)
