"""What a draft's rules would have said of the logs there are: by the live rules, from the rows."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from recovery.clinical import rules
from recovery.clinical.ownpathways import Document, differences
from recovery.clinical.plan import RuleChange
from recovery.clinical.rules import judging
from recovery.models import (
    Alert,
    AlertLog,
    Clinic,
    Contact,
    Rehearsal,
    RehearsalFiring,
)
from recovery.queries import pastlogs

PAGE = 50
# What a rule's alert came to, where staff had something to do.
ACTED = (
    Alert.ClosingReason.PHONE,
    Alert.ClosingReason.SEEN,
    Alert.ClosingReason.EMERGENCY_DEPARTMENT,
)
Changes = tuple[RuleChange, ...]


def changed_rules(old: Document, new: Document) -> list[str]:
    """The rules that the two differ in, in severity or in text."""
    found = [section for section in differences(old, new) if section.name == "rules"]
    return sorted({one.subject for section in found for one in section.differences})


def as_data(changes: Iterable[RuleChange]) -> list[dict[str, str]]:
    ordered = sorted(changes, key=lambda one: one.rule_id)
    return [
        {"rule": one.rule_id, "severity": one.severity, "patient_text": one.patient_text}
        for one in ordered
    ]


def from_data(data: Iterable[Mapping[str, str]]) -> Changes:
    return tuple(RuleChange(one["rule"], one["severity"], one["patient_text"]) for one in data)


def digest(old: Document, new: Document) -> str:
    """Of all that a rehearsal depends on besides the logs."""
    what = [as_data(old.changes), as_data(new.changes), rules.RULE_SET_VERSION]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def rehearsal_of(clinic: Clinic, old: Document, new: Document) -> Rehearsal | None:
    """That of exactly these changes."""
    rows = Rehearsal.objects.select_related("by", "seen_by")
    return rows.filter(clinic=clinic, digest=digest(old, new)).first()


# Judging
# -------


@dataclass(frozen=True, slots=True)
class Judged:
    """One log, judged once more. `now` and `then` are the texts shown: the rule of each."""

    recovery_id: int
    log_id: int
    day: int
    findings_now: tuple[rules.Finding, ...]
    findings: tuple[rules.Finding, ...]
    now: str | None
    then: str | None
    # It fires what it fired when it was written.
    as_written: bool


def judged(recoveries: Sequence[int], now: Changes, then: Changes) -> Iterator[Judged]:
    """Every stored log of these recoveries, as `pastlogs.replayed` has them."""
    for log in pastlogs.replayed(recoveries):
        before, after = rules.with_changes(log.found, now), rules.with_changes(log.found, then)
        yield Judged(
            recovery_id=log.recovery_id,
            log_id=log.log_id,
            day=log.day,
            findings_now=before,
            findings=after,
            now=rules.advice(before).rule_id,
            then=rules.advice(after).rule_id,
            as_written=log.as_written,
        )


# What staff did
# --------------


def acted_on(
    recoveries: Sequence[int], rule_ids: Sequence[str] | None = None
) -> set[tuple[int, str]]:
    """The logs whose alert of a rule, by default of any, led to action, each with the rule:
    somebody was reached, or it was closed as resolved by phone, seen in clinic, or sent to the
    emergency department.
    """
    alerts = Alert.objects.filter(_acted(), recovery__in=recoveries)
    if rule_ids is not None:
        alerts = alerts.filter(rule__in=rule_ids)
    rows = AlertLog.objects.filter(alert__in=alerts).values_list("log_id", "alert__rule")
    return set(rows)


def timed_alerts(clinic: Clinic, rule_ids: Sequence[str]) -> Iterator[tuple[Alert, bool]]:
    """The alerts of rules that no log fires, each with whether it led to action."""
    alerts = Alert.objects.filter(recovery__clinic=clinic, rule__in=rule_ids)
    did = set(alerts.filter(_acted()).values_list("pk", flat=True))
    for alert in alerts.select_related("recovery__patient").order_by("pk"):
        yield alert, alert.pk in did


def _acted() -> Q:
    reached = Contact.alerts.through.objects.filter(contact__outcome__in=Contact.REACHED)
    return Q(closing_reason__in=ACTED) | Q(pk__in=reached.values("alert_id"))


# The page
# --------


@dataclass(frozen=True, slots=True)
class Line:
    """A changed rule: how loud it is now and would be, and what it would have done."""

    rule: str
    timed: bool
    now: rules.Severity
    then: rules.Severity
    fires: int = 0
    patients: int = 0
    acted: int = 0
    shown_now: int = 0
    shown: int = 0

    @property
    def share(self) -> int | None:
        """Of those that led to action, in whole percent; None where it never fires."""
        return round(100 * self.acted / self.fires) if self.fires else None


def lines(rehearsal: Rehearsal) -> list[Line]:
    now, then = from_data(rehearsal.changes_now), from_data(rehearsal.changes)
    return [
        Line(
            rule,
            rule in judging.TIME_RULES_BY_ID,
            severity(rule, now),
            severity(rule, then),
            **rehearsal.counts.get(rule, {}),
        )
        for rule in rehearsal.rules
    ]


def severity(rule: str, changes: Changes) -> rules.Severity:
    """How loud any rule is with these changes, one of time and scores too."""
    if rule in judging.TIME_RULES_BY_ID:
        return judging.finding(rule, changes=changes).severity
    return rules.severity_of(rule, changes)


def totals(rehearsal: Rehearsal) -> dict[str, dict[str, int]]:
    """By rule: how often it would have fired, for how many patients, how often with action."""
    rows = (
        RehearsalFiring.objects.filter(rehearsal=rehearsal)
        .order_by()
        .values("rule")
        .annotate(
            fires=Count("pk"),
            patients=Count("recovery__patient", distinct=True),
            acted=Count("pk", filter=Q(acted=True)),
        )
    )
    found: dict[str, dict[str, int]] = defaultdict(
        lambda: {"fires": 0, "patients": 0, "acted": 0, "shown_now": 0, "shown": 0}
    )
    for row in rows:
        found[row["rule"]] |= {name: row[name] for name in ("fires", "patients", "acted")}
    return {rule: dict(found[rule]) for rule in rehearsal.rules}


def firings(
    rehearsal: Rehearsal, rule: str, after: int
) -> tuple[list[RehearsalFiring], int | None]:
    """A page of a rule's firings, and the number after which the next begins."""
    rows = RehearsalFiring.objects.filter(rehearsal=rehearsal, rule=rule, pk__gt=after)
    found: list[Any] = list(
        rows.select_related("recovery__patient", "log").order_by("pk")[: PAGE + 1]
    )
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None
