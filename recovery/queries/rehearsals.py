"""What a draft's rules would have said of the logs there are: by the live rules, from the rows."""

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from recovery.clinical import logfields, rules
from recovery.clinical.ownpathways import Document, differences
from recovery.clinical.plan import RuleChange
from recovery.clinical.rules import judging
from recovery.models import (
    Alert,
    AlertLog,
    Clinic,
    Contact,
    DailyLog,
    Rehearsal,
    RehearsalFiring,
)
from recovery.models.logs import ANSWERS, WHO

PAGE = 50
# A note fires nothing.
ASKED = tuple(name for name in ANSWERS if name != "free_text")
# What a rule's alert came to, where staff had something to do.
ACTED = (
    Alert.ClosingReason.PHONE,
    Alert.ClosingReason.SEEN,
    Alert.ClosingReason.EMERGENCY_DEPARTMENT,
)
PROFILE = (
    *("judged_baseline_pain", "judged_baseline_opioid_mme", "judged_anticoagulated"),
    "judged_osteoporosis",
)
COLUMNS = (
    *("recovery_id", "pk", "client_id", "log_date", "day", "source", "rules", "rule_set"),
    *(*PROFILE, *ASKED),
)
HEAD = 8
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
    """Every stored log of these recoveries, each with the profile and the history that it was
    judged by when it was written: the versions that a correction superseded later as well.
    """
    rows = (
        DailyLog.objects.filter(recovery__in=recoveries)
        .order_by("recovery_id", "pk")
        .values_list(*COLUMNS)
    )
    history = _History()
    for row in rows:
        recovery, pk, client_id, on, day, source, fired, rule_set = row[:HEAD]
        history.come_to(recovery, on - timedelta(days=day))
        profile = rules.Profile(*row[HEAD : HEAD + len(PROFILE)])
        values = {
            name: value
            for name, value in zip(ASKED, row[HEAD + len(PROFILE) :], strict=True)
            if value is not None and value != ""
        }
        try:
            clean = logfields.clean({**values, "day": day, "entered_by": WHO[source]})
        except logfields.LogError:
            # An earlier release took it; it counts among those that are judged otherwise.
            yield Judged(recovery, pk, day, (), (), None, None, as_written=False)
            continue
        found = rules.assess(profile, history.without(client_id), clean)
        history.add(client_id, on, clean.get("pain_avg"))
        before, after = rules.with_changes(found, now), rules.with_changes(found, then)
        yield Judged(
            recovery_id=recovery,
            log_id=pk,
            day=day,
            findings_now=before,
            findings=after,
            now=rules.advice(before).rule_id if found else None,
            then=rules.advice(after).rule_id if found else None,
            as_written=rule_set != rules.RULE_SET_VERSION
            or [one.rule_id for one in found] == fired,
        )


class _History:
    """The earlier logs of a recovery as they stood when the next one was written: one a client id,
    in the order of their first versions, counted from the procedure's date of that time.
    """

    def __init__(self) -> None:
        self._recovery: int | None = None
        self._begin = date.min
        self._logs: dict[uuid.UUID, tuple[date, int | None]] = {}
        self._earlier: dict[uuid.UUID, rules.Earlier] = {}

    def come_to(self, recovery: int, begin: date) -> None:
        if recovery != self._recovery:
            self._recovery, self._begin = recovery, begin
            self._logs, self._earlier = {}, {}
        elif begin != self._begin:
            self._begin = begin
            self._earlier = {
                client_id: rules.Earlier((on - begin).days, pain)
                for client_id, (on, pain) in self._logs.items()
            }

    def without(self, client_id: uuid.UUID) -> list[rules.Earlier]:
        if client_id not in self._earlier:
            return list(self._earlier.values())
        return [one for own, one in self._earlier.items() if own != client_id]

    def add(self, client_id: uuid.UUID, on: date, pain: int | None) -> None:
        self._logs[client_id] = (on, pain)
        self._earlier[client_id] = rules.Earlier((on - self._begin).days, pain)


# What staff did
# --------------


def acted_on(recoveries: Sequence[int], rule_ids: Sequence[str]) -> set[tuple[int, str]]:
    """The logs whose alert of a rule led to action, each with the rule: somebody was reached, or
    it was closed as resolved by phone, seen in clinic, or sent to the emergency department.
    """
    alerts = Alert.objects.filter(_acted(), recovery__in=recoveries, rule__in=rule_ids)
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
