"""What another number in a rule's condition would have fired on the logs there are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from recovery.clinical import rules
from recovery.models import Clinic, ThresholdFiring, ThresholdRehearsal
from recovery.queries import pastlogs
from recovery.queries.rehearsals import PAGE, Changes

Change = ThresholdFiring.Change


def supposed_of(row: ThresholdRehearsal) -> rules.Supposed:
    return rules.Supposed(row.rule, row.name, row.value)


def asked(clinic: Clinic) -> QuerySet[ThresholdRehearsal]:
    """Those of today's rules, by rule and number."""
    rows = ThresholdRehearsal.objects.filter(clinic=clinic, rule_set=rules.RULE_SET_VERSION)
    return rows.select_related("by").order_by("rule", "name", "value")


# Judging
# -------


@dataclass(frozen=True, slots=True)
class Compared:
    """One log by both numbers. `change` is None where the rule fires by neither."""

    recovery_id: int
    log_id: int
    day: int
    change: Change | None
    loudest_now: str
    loudest: str
    # Other rules that would fire where they do not today, and the other way round.
    gained: frozenset[str]
    lost: frozenset[str]
    as_written: bool


def compared(
    recoveries: Sequence[int], supposed: rules.Supposed, changes: Changes
) -> Iterator[Compared]:
    """Every stored log of these recoveries, as `pastlogs.replayed` has them; `changes` say only
    how loud the rules are.
    """
    rule = supposed.rule_id
    for log in pastlogs.replayed(recoveries, suppose=supposed):
        now = {one.rule_id for one in log.found}
        then = {one.rule_id for one in log.supposed}
        yield Compared(
            recovery_id=log.recovery_id,
            log_id=log.log_id,
            day=log.day,
            change=_change(rule in now, rule in then),
            loudest_now=_loudest(log.found, changes),
            loudest=_loudest(log.supposed, changes),
            gained=frozenset(then - now - {rule}),
            lost=frozenset(now - then - {rule}),
            as_written=log.as_written,
        )


def _change(now: bool, then: bool) -> Change | None:
    if now:
        return Change.KEPT if then else Change.LOST
    return Change.GAINED if then else None


def _loudest(found: Iterable[rules.Finding], changes: Changes) -> str:
    severities = [one.severity for one in rules.with_changes(found, changes)]
    return str(min(severities, key=lambda one: one.rank)) if severities else ""


# The page
# --------


@dataclass(frozen=True, slots=True)
class Figures:
    fires: int = 0
    patients: int = 0
    acted: int = 0
    # Of what is lost: the log would be told of more mildly, and of these, by no rule at all.
    quieter: int = 0
    silent: int = 0

    @property
    def share(self) -> int | None:
        """Of those that led to action, in whole percent; None where there is none."""
        return round(100 * self.acted / self.fires) if self.fires else None


def totals(row: ThresholdRehearsal) -> dict[str, dict[str, int]]:
    """By change, and of what fires `now` and `then`."""
    firings = ThresholdFiring.objects.filter(rehearsal=row)
    of = {
        "now": firings.exclude(change=Change.GAINED),
        "then": firings.exclude(change=Change.LOST),
        **{change.value: firings.filter(change=change) for change in Change},
    }
    return {name: _counted(rows) for name, rows in of.items()}


def _counted(rows: QuerySet[ThresholdFiring]) -> dict[str, int]:
    return rows.aggregate(
        fires=Count("pk"),
        patients=Count("recovery__patient", distinct=True),
        acted=Count("pk", filter=Q(acted=True)),
        quieter=Count("pk", filter=~Q(loudest=F("loudest_now"))),
        silent=Count("pk", filter=Q(loudest="")),
    )


def figures(row: ThresholdRehearsal) -> Mapping[str, Figures]:
    names = ("now", "then", *Change.values)
    return {name: Figures(**row.counts.get(name, {})) for name in names}


@dataclass(frozen=True, slots=True)
class Other:
    """A rule that fires where the one asked about does not."""

    rule: str
    gained: int = 0
    lost: int = 0


def others(row: ThresholdRehearsal) -> list[Other]:
    found = row.counts.get("others", {})
    return [Other(rule, **found[rule]) for rule in sorted(found)]


def firings(
    row: ThresholdRehearsal, change: str, after: int
) -> tuple[list[ThresholdFiring], int | None]:
    """A page of the firings of a change, and the number after which the next begins."""
    rows = ThresholdFiring.objects.filter(rehearsal=row, change=change, pk__gt=after)
    found: list[Any] = list(
        rows.select_related("recovery__patient", "log").order_by("pk")[: PAGE + 1]
    )
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None
