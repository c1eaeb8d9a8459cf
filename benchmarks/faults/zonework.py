"""The work of F7: the tick's own function for one recovery after another, in every zone, over every
day of seven years. Prints what was wrong as JSON.

Rows are made and not stored: `advance` decides without a query, and what it owes is looked at
instead of sent. What must have been owed is worked out from the plan and a clock on the wall.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import django

django.setup()

from recovery.clinical.pathway import Occasion, occasions  # noqa: E402
from recovery.clinical.reminding import by_day  # noqa: E402
from recovery.models import Clinic, Message, Pathway, Patient, Recovery  # noqa: E402
from recovery.queries.pathways import plan_of  # noqa: E402
from recovery.services.advance import advance  # noqa: E402
from recovery.services.situations import Situation  # noqa: E402
from recovery.services.timing import Facts  # noqa: E402

FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
DAY, HOUR, QUARTER = timedelta(days=1), timedelta(hours=1), timedelta(minutes=15)
# Days 1 to 13 remind by this table; so a recovery begun every 13 days has every day covered.
DAILY, EVERY = range(1, 14), 13
WALL = {1: time(17), 2: time(20)}
PATHWAY = Pathway.objects.get(clinic=None, version=1)
PLAN = plan_of(PATHWAY.pk)
CLINIC = Clinic(name="Fault Clinic", zone="UTC")


@dataclass
class Found:
    zones: int = 0
    recoveries: int = 0
    reminders: int = 0
    moved: int = 0
    twice: int = 0
    at_night: int = 0
    missed: int = 0
    at_another_time: int = 0
    # What the database would refuse, so that its recovery could not be advanced any more.
    out_of_order: int = 0
    examples: list[str] = field(default_factory=list)


def zones() -> list[list[str]]:
    """The zones of the world, together where their clocks show the same over all the years."""
    same: dict[tuple[object, ...], list[str]] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        changes = clock_changes(zone)
        near = (
            on_day(day) + QUARTER * n for day in sorted(changes) for n in range(-4 * 36, 4 * 36)
        )
        shown = tuple(at.astimezone(zone).utcoffset() for at in (on_day(FIRST), *near))
        same.setdefault((*sorted(changes), *shown), []).append(name)
    return list(same.values())


def on_day(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def clock_changes(zone: ZoneInfo) -> set[date]:
    """The days at whose noon the clock is otherwise than the day before."""
    noons = [on_day(FIRST + DAY * n) for n in range(-30, (LAST - FIRST).days + 60)]
    return {
        after.date()
        for before, after in pairwise(noons)
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()
    }


def on_the_wall(on: date, at: time, zone: ZoneInfo) -> datetime:
    """When a clock there first shows that time, or else, if it never does, the first after it."""
    wanted = datetime.combine(on, at)
    early = wanted.replace(tzinfo=UTC) - timedelta(hours=16)
    # From well before, a quarter of an hour at a time: all offsets and changes are in quarters.
    shown = (early + timedelta(minutes=15) * n for n in range(4 * 32))
    return next(
        moment for moment in shown if moment.astimezone(zone).replace(tzinfo=None) >= wanted
    )


@dataclass
class Run:
    recovery: Recovery
    owed: list[Message] = field(default_factory=list)
    # When the zone changed, if it did, and the zones before and after.
    moved_at: datetime | None = None
    first: str = ""

    def zone_at(self, at: datetime) -> ZoneInfo:
        before = self.moved_at is not None and at < self.moved_at
        return ZoneInfo(self.first if before else self.recovery.patient.zone)


def followed(on: date, zone: str, chance: random.Random, other: str = "") -> Run:
    """One recovery, from its procedure at 09:30 there until its daily forms have ended."""
    at = on_the_wall(on, time(9, 30), ZoneInfo(zone))
    patient = Patient(clinic=CLINIC, zone=zone, given_name="Ruth", family_name="Keller")
    recovery = Recovery(
        clinic=CLINIC,
        patient=patient,
        pathway=PATHWAY,
        state=Recovery.State.ACTIVE,
        created_at=at - HOUR,
        procedure_on=on,
        procedure_at=at,
        baseline_pain=6,
        next_event_at=at - HOUR,
    )
    run = Run(recovery, first=zone)
    move_at = at + DAY * chance.uniform(0.5, 12) if other else None
    situation = Situation(
        recovery=recovery,
        plan=PLAN,
        occasions=planned(recovery),
        checkins={},
        alerts=[],
        logs=[],
        addressee=1,
        people=[],
        facts=Facts(baseline_answered=True),
    )
    until = at + DAY * 15
    while recovery.next_event_at is not None and recovery.next_event_at <= until:
        now = recovery.next_event_at
        if move_at is not None and run.moved_at is None and move_at <= now:
            now = run.moved_at = move_at
            patient.zone = other
            situation.occasions = planned(recovery)
        # What a day's silence raises is another promise's matter.
        situation.alerts = []
        run.owed += advance(situation, now).messages
    return run


def planned(recovery: Recovery) -> list[Occasion]:
    return occasions(
        recovery.procedure_at,
        recovery.patient.zone,
        PLAN,
        procedure_on=recovery.procedure_on,
    )


def look(run: Run, found: Found) -> None:
    gone = [mail for mail in run.owed if mail.state == Message.State.OWED]
    on = run.recovery.procedure_on
    keys = Counter((mail.checkin.key, mail.number) for mail in run.owed)
    found.recoveries += 1
    found.reminders += len(gone)
    found.moved += run.moved_at is not None
    for key, count in keys.items():
        if count > 1:
            found.twice += 1
            found.examples.append(f"twice: {key} {run.first} {on}")
    for one in planned(run.recovery):
        if not one.opens_at < one.expires_at >= one.due_at:
            found.out_of_order += 1
            found.examples.append(
                f"out of order: {one.key} {run.first} {run.recovery.procedure_on}"
            )
    for mail in gone:
        leaves = mail.send_after
        # As a sender looks again at the moment that it sends.
        leaves = by_day(leaves, run.zone_at(leaves).key)
        if not time(8) <= leaves.astimezone(run.zone_at(leaves)).time() < time(21):
            found.at_night += 1
            found.examples.append(f"at night: {mail.dedupe_key} {leaves} {run.zone_at(leaves)}")
    if run.moved_at is None:
        _each_at_its_time(run, {(m.checkin.key, m.number): m.planned_at for m in gone}, found)


def _each_at_its_time(run: Run, gone: dict[tuple[str, int | None], datetime], found: Found) -> None:
    zone = ZoneInfo(run.first)
    for day in DAILY:
        for number, at in WALL.items():
            on = run.recovery.procedure_on + day * DAY
            expected, seen = on_the_wall(on, at, zone), gone.get((f"DAY-{day:02}", number))
            if seen is None and expected.astimezone(zone).date() == on:
                found.missed += 1
                found.examples.append(f"missed: day {day} number {number} {zone} {on}")
            elif seen is not None and seen != expected:
                found.at_another_time += 1
                found.examples.append(f"at {seen} for {expected}: {zone}")


def begins(quick: bool, changes: set[date], chance: random.Random) -> Iterator[date]:
    """Procedure dates that cover every day; in the short form only those near a clock change."""
    first = FIRST - DAY * 13
    for number in range((LAST - first).days // EVERY + 1):
        on = first + DAY * EVERY * number
        near = any(on <= change <= on + DAY * 14 for change in changes)
        if near or not quick or chance.random() < 0.02:
            yield on


def main(seed: str, *, quick: bool, part: int, parts: int) -> None:
    chance, found = random.Random(seed), Found()
    same = zones()
    names = [group[0] for group in same]
    for group in same[part::parts]:
        found.zones += len(group)
        changes = clock_changes(ZoneInfo(group[0]))
        for on in begins(quick, changes, chance):
            look(followed(on, group[0], chance), found)
            if chance.random() < 0.2:
                look(followed(on, group[0], chance, other=chance.choice(names)), found)
    found.examples = found.examples[:5]
    print(json.dumps(found.__dict__ | {"rules": len(same[part::parts])}))


if __name__ == "__main__":
    main(sys.argv[1], quick=sys.argv[2] == "quick", part=int(sys.argv[3]), parts=int(sys.argv[4]))
