"""Reminders across clock changes and moves to another zone, by the tick's own function and a real
mail server: none twice, none at night, none missed.
"""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.db.models import Min

from recovery.models import Message, Patient, Recovery
from recovery.services import delivery, tick
from tests.cast import checkin_of, make_recovery

pytestmark = [pytest.mark.django_db, pytest.mark.once]
YEAR = 2026
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
# Half-hour and 45-minute zones, one beyond the date line, one with a change for Ramadan.
ALWAYS = ("Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "America/New_York")


class Change(NamedTuple):
    zone: str
    on: date


# The reminders of the first days: their day, and the time on a wall there.
REMINDERS = {
    ("EVE0", 1): (0, time(19)),
    ("DAY-01", 1): (1, time(17)),
    ("DAY-01", 2): (1, time(20)),
    ("DAY-02", 1): (2, time(17)),
    ("DAY-02", 2): (2, time(20)),
}


def clock_changes() -> list[Change]:
    """Every clock change of the year, once for the zones that share all of them."""
    noons = [datetime(YEAR, 1, 1, 12, tzinfo=UTC) + day * DAY for day in range(365)]
    kinds: dict[tuple[timedelta | None, ...], str] = {}
    for name in sorted(available_timezones()):
        kinds[tuple(noon.astimezone(ZoneInfo(name)).utcoffset() for noon in noons)] = name
    return [
        Change(name, noon.astimezone(ZoneInfo(name)).date())
        for offsets, name in kinds.items()
        for noon, before, after in zip(noons[1:], offsets, offsets[1:], strict=False)
        if before != after
    ]


def run_until(recoveries: list[Recovery], until: datetime) -> None:
    """Beat's minutes, from one event to the next, each with a tick and a round of delivery."""
    mine = Recovery.objects.filter(pk__in=[recovery.pk for recovery in recoveries])
    before = datetime.min.replace(tzinfo=UTC)
    while True:
        event = mine.aggregate(at=Min("next_event_at"))["at"]
        mail = Message.objects.filter(state="owed").aggregate(at=Min("send_after"))["at"]
        now = min(filter(None, [event, mail]))
        if now > until:
            break
        assert now > before, "what was dealt with comes again"
        if tick.run(now=now).advanced or mail == now:
            delivery.deliver(clock=lambda now=now: now)
        before = now


def sent(recovery: Recovery) -> Counter[tuple[str, int, datetime]]:
    """What went out in the first days."""
    rows = Message.objects.filter(recovery=recovery, state="sent", checkin__day__lte=2)
    return Counter(rows.values_list("checkin__key", "number", "sent_at"))


def moment(on: date, at: time, zone: str) -> datetime:
    """When a clock on the wall there first shows that time, found by looking at it."""
    start = datetime.combine(on - DAY, time(0), tzinfo=UTC)
    return next(
        shown
        for shown in (start + quarter * QUARTER for quarter in range(3 * 24 * 4))
        if shown.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(on, at)
    )


def test_the_year_has_its_clock_changes():
    found = clock_changes()
    assert Change("Australia/Lord_Howe", date(YEAR, 10, 4)) in found
    assert {change.on for change in found if change.zone == "Africa/El_Aaiun"} == {
        date(YEAR, 2, 15),
        date(YEAR, 3, 22),
    }
    assert len({change.zone for change in found}) >= 25


def seasons(changes: list[Change]) -> list[list[Change]]:
    """Changes that are near each other, so that no clock runs through the months between."""
    found: list[list[Change]] = []
    for change in sorted(changes, key=lambda change: change.on):
        if not found or change.on - found[-1][-1].on > 2 * DAY:
            found.append([])
        found[-1].append(change)
    return found


def test_every_reminder_goes_once_at_its_time_on_the_wall(clinic, nurse, mail_server):
    """The clock changes on day 1 of each recovery."""
    ordinary = [Change(zone, date(YEAR, month, 15)) for zone in ALWAYS for month in (1, 7)]
    wrong = {}
    for season in seasons(clock_changes() + ordinary):
        recoveries = [
            make_recovery(
                clinic,
                day=0,
                now=moment(change.on - DAY, time(18), change.zone),
                zone=change.zone,
                ticked=False,
            )
            for change in season
        ]
        run_until(recoveries, max(recovery.procedure_at for recovery in recoveries) + 2.5 * DAY)
        Recovery.objects.update(next_event_at=None)
        Message.objects.filter(state="owed").delete()
        for recovery, change in zip(recoveries, season, strict=True):
            expected = Counter(
                (*reminder, moment(change.on + (day - 1) * DAY, at, change.zone))
                for reminder, (day, at) in REMINDERS.items()
            )
            found = sent(recovery)
            if found != expected:
                wrong[change] = (found - expected, expected - found)
    assert wrong == {}


MOVES = [
    ("America/New_York", "Asia/Tokyo"),
    ("Asia/Tokyo", "America/New_York"),
    ("America/Los_Angeles", "America/New_York"),
    ("America/New_York", "America/Los_Angeles"),
    ("Australia/Lord_Howe", "Asia/Kathmandu"),
    ("Pacific/Apia", "Pacific/Pago_Pago"),
    ("Pacific/Pago_Pago", "Pacific/Apia"),
    ("Europe/London", "Africa/Casablanca"),
]


def test_a_move_to_another_zone_sends_nothing_twice_and_nothing_at_night(
    clinic, nurse, mail_server
):
    """On day 1, at every sixth hour of the day."""
    on = date(YEAR, 3, 28)
    moved = []
    for before, after in MOVES:
        for hour in range(1, 24, 6):
            begin = moment(on - DAY, time(5), before)
            recovery = make_recovery(clinic, day=0, now=begin, zone=before, ticked=False)
            moved.append((moment(on, time(hour, 30), before), recovery, after))
    moved.sort(key=lambda move: move[0])
    recoveries = [recovery for _, recovery, _ in moved]
    for at, recovery, after in moved:
        run_until(recoveries, at)
        Patient.objects.filter(pk=recovery.patient_id).update(zone=after)
        Recovery.objects.filter(pk=recovery.pk).update(next_event_at=at)
    run_until(recoveries, moved[-1][0] + 2 * DAY)

    for at, recovery, after in moved:
        found = sent(recovery)
        keys = [(key, number) for key, number, _ in found.elements()]
        assert len(set(keys)) == len(keys), "sent twice"
        for key, number, sent_at in found:
            zone = after if sent_at >= at else recovery.patient.zone
            assert time(8) <= sent_at.astimezone(ZoneInfo(zone)).time() < time(21), (key, number)
        missed = set(REMINDERS) - set(
            Message.objects.filter(recovery=recovery, kind="reminder").values_list(
                "checkin__key", "number"
            )
        )
        for key, number in missed:
            day, at_wall = REMINDERS[key, number]
            comes = moment(recovery.procedure_on + day * DAY, at_wall, after)
            assert comes >= checkin_of(recovery, key).expires_at, (key, number, after)
