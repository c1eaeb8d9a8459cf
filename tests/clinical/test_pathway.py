import json
import os
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from recovery.clinical.pathway import (
    DEFAULT_PLAN,
    Moment,
    Plan,
    RuleChange,
    Slot,
    Step,
    checkin_key_for,
    local,
    occasions,
    plan_from_json,
    plan_to_json,
)

NEW_YORK = "America/New_York"
# Days before and after every kind of clock change: none, half an hour, at midnight, at 02:00.
ZONES = [
    NEW_YORK,
    "UTC",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
]
ALL = ["C180", "C365", "C730"]
MORNING = datetime.fromisoformat("2026-06-10T09:30")


def planned(at="2026-06-10T09:30", zone=NEW_YORK, **given):
    """The occasions by key, their times as wall-clock times: "D5 06:00"."""
    procedure_at = datetime.fromisoformat(at)
    found = occasions(procedure_at, zone, **given)

    def wall(moment):
        there = moment.astimezone(ZoneInfo(zone))
        return f"D{(there.date() - procedure_at.date()).days} {there:%H:%M}"

    return {
        one.key: (
            one.form,
            one.day,
            wall(one.opens_at),
            wall(one.due_at),
            wall(one.expires_at),
            [wall(reminder) for reminder in one.reminders],
        )
        for one in found
    }


@pytest.mark.parametrize(
    ("key", "form", "day", "opens", "due", "expires", "reminders"),
    [
        (
            "BASE",
            "baseline",
            -1,
            "D-30 09:00",
            "D-1 20:00",
            "D0 09:30",
            ["D-7 10:00", "D-2 10:00", "D-1 10:00"],
        ),
        ("EVE0", "evening", 0, "D0 16:00", "D0 21:00", "D1 12:00", ["D0 19:00"]),
        ("DAY-01", "daily", 1, "D1 06:00", "D1 20:00", "D2 12:00", ["D1 17:00", "D1 20:00"]),
        ("DAY-14", "daily", 14, "D14 06:00", "D14 20:00", "D15 12:00", ["D14 17:00", "D14 20:00"]),
        ("PULSE-17", "daily", 17, "D17 06:00", "D17 20:00", "D18 20:00", ["D17 17:00"]),
        ("PULSE-27", "daily", 27, "D27 06:00", "D27 20:00", "D28 20:00", ["D27 17:00"]),
        (
            "PULSE-34",
            "daily",
            34,
            "D34 06:00",
            "D35 20:00",
            "D37 20:00",
            ["D34 17:00", "D35 17:00"],
        ),
        (
            "PULSE-83",
            "daily",
            83,
            "D83 06:00",
            "D84 20:00",
            "D86 20:00",
            ["D83 17:00", "D84 17:00"],
        ),
        ("C14", "two_week", 14, "D12 06:00", "D14 20:00", "D18 23:59", ["D14 10:00", "D16 10:00"]),
        (
            "C30",
            "one_month",
            30,
            "D27 06:00",
            "D30 20:00",
            "D37 23:59",
            ["D28 10:00", "D30 10:00", "D33 10:00"],
        ),
        (
            "C42",
            "six_week",
            42,
            "D38 06:00",
            "D42 20:00",
            "D49 23:59",
            ["D40 10:00", "D42 10:00", "D45 10:00"],
        ),
        (
            "C90",
            "three_month",
            90,
            "D83 06:00",
            "D90 20:00",
            "D104 23:59",
            ["D85 10:00", "D90 10:00", "D95 10:00", "D100 10:00"],
        ),
        (
            "C180",
            "six_month",
            180,
            "D166 06:00",
            "D180 20:00",
            "D208 23:59",
            ["D173 10:00", "D180 10:00", "D190 10:00"],
        ),
        (
            "C365",
            "one_year",
            365,
            "D335 06:00",
            "D365 20:00",
            "D395 23:59",
            ["D350 10:00", "D365 10:00", "D380 10:00"],
        ),
        (
            "C730",
            "two_year",
            730,
            "D700 06:00",
            "D730 20:00",
            "D760 23:59",
            ["D715 10:00", "D730 10:00", "D745 10:00"],
        ),
    ],
)
def test_a_row_of_the_schedule(key, form, day, opens, due, expires, reminders):
    assert planned(include=ALL)[key] == (form, day, opens, due, expires, reminders)


def test_the_whole_default_pathway():
    daily = [f"DAY-{day:02}" for day in range(1, 15)]
    pulses = [17, 20, 24, 27, 34, 41, 48, 55, 62, 69, 76, 83]
    checks = ["C14", "C30", "C42", "C90"]
    keys = {"BASE", "EVE0", *daily, *(f"PULSE-{day}" for day in pulses), *checks}
    assert planned().keys() == keys
    assert planned(include=ALL).keys() == keys | set(ALL)
    assert planned(include=["C180"]).keys() == keys | {"C180"}


def test_a_key_the_plan_lacks_cannot_be_included():
    with pytest.raises(ValueError, match="the plan has no C181"):
        planned(include=["C180", "C181"])


@pytest.mark.parametrize(
    ("until_day", "last"),
    [(-2, []), (-1, ["BASE"]), (0, ["BASE", "EVE0"]), (1, ["BASE", "EVE0", "DAY-01"])],
)
def test_until_day_is_inclusive_by_the_occasions_own_day(until_day, last):
    assert list(planned(until_day=until_day)) == last


def test_occasions_stand_by_opening_then_key():
    found = occasions(MORNING, NEW_YORK, include=ALL)
    order = [(one.opens_at, one.key) for one in found]
    assert order == sorted(order)
    keys = [one.key for one in found]
    assert keys.index("C14") + 1 == keys.index("DAY-12")
    assert keys.index("C30") + 1 == keys.index("PULSE-27")
    assert keys.index("C90") + 1 == keys.index("PULSE-83")


@pytest.mark.parametrize(
    ("at", "discharged_at", "opens", "due", "reminders"),
    [
        ("09:30", None, "D0 16:00", "D0 21:00", ["D0 19:00"]),
        ("12:00", None, "D0 16:00", "D0 21:00", ["D0 19:00"]),
        ("12:01", None, "D0 16:01", "D0 21:00", ["D0 19:00"]),
        ("15:30", None, "D0 19:30", "D0 21:30", ["D0 19:30"]),
        ("16:59", None, "D0 20:59", "D0 22:59", ["D0 20:59"]),
        ("17:00", None, "D0 21:00", "D0 23:00", []),
        ("21:00", None, "D1 01:00", "D1 03:00", []),
        ("09:30", "11:00", "D0 13:00", "D0 21:00", ["D0 19:00"]),
        ("09:30", "17:30", "D0 19:30", "D0 21:30", ["D0 19:30"]),
        ("09:30", "19:00", "D0 21:00", "D0 23:00", []),
        ("09:30", "23:00", "D1 01:00", "D1 03:00", []),
    ],
)
def test_the_first_evening_moves_with_the_discharge(at, discharged_at, opens, due, reminders):
    discharge = discharged_at and datetime.fromisoformat(f"2026-06-10T{discharged_at}")
    evening = planned(f"2026-06-10T{at}", discharged_at=discharge)["EVE0"]
    assert evening == ("evening", 0, opens, due, "D1 12:00", reminders)


@pytest.mark.parametrize(
    ("discharged_at", "times"),
    [
        ("2026-06-11T09:00", ("D1 11:00", "D1 12:00", "D1 12:00")),
        ("2026-06-11T10:00", None),
    ],
)
def test_an_overnight_stay_never_asks_past_the_expiry(discharged_at, times):
    evening = planned(discharged_at=datetime.fromisoformat(discharged_at)).get("EVE0")
    assert (evening and evening[2:5]) == times


def test_hours_after_the_procedure_are_hours_that_pass():
    """In the night of 1 November 2026 New York has 25 hours."""
    evening = occasions(datetime.fromisoformat("2026-10-31T22:30"), NEW_YORK, until_day=0)[1]
    assert evening.opens_at - local(date(2026, 10, 31), time(22, 30), NEW_YORK) == timedelta(
        hours=4
    )


def test_a_procedure_whose_hour_is_not_known():
    baseline, evening = occasions(date(2026, 6, 10), NEW_YORK, until_day=0)
    assert baseline.expires_at == local(date(2026, 6, 10), time(23, 59), NEW_YORK)
    assert evening.opens_at == local(date(2026, 6, 10), time(16), NEW_YORK)


def test_an_aware_time_is_the_same_as_the_clock_on_the_wall():
    aware = datetime(2026, 6, 10, 13, 30, tzinfo=UTC)
    assert occasions(aware, NEW_YORK) == occasions(MORNING, NEW_YORK)


def test_days_do_not_shift_when_the_patient_moves_to_another_zone():
    """At 01:00 UTC on the 10th it is still the 9th in New York, but D0 stays the 10th."""
    start = datetime(2026, 6, 10, 1, tzinfo=UTC)
    moved = occasions(start, NEW_YORK, procedure_on=date(2026, 6, 10))
    first = next(one for one in moved if one.key == "DAY-01")
    assert first.opens_at == local(date(2026, 6, 11), time(6), NEW_YORK)
    assert moved[0].expires_at == start


@pytest.mark.parametrize("zone", ["America/Los_Angeles", NEW_YORK, "Pacific/Kiritimati"])
def test_nothing_is_due_after_it_has_ended_where_the_patient_moves_to_another_zone(zone):
    """At 08:00 in Tokyo it is the afternoon of the day before in Los Angeles."""
    start = local(date(2026, 6, 10), time(8), "Asia/Tokyo")
    moved = occasions(start, zone, procedure_on=date(2026, 6, 10), include=ALL)
    assert moved[0].key == "BASE"
    assert moved[0].expires_at == start
    assert all(one.opens_at < one.expires_at for one in moved)
    assert all(one.due_at <= one.expires_at for one in moved)


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (-1, None),
        (0, "EVE0"),
        (1, "DAY-01"),
        (14, "DAY-14"),
        (15, None),
        (16, None),
        (17, "PULSE-17"),
        (18, "PULSE-17"),
        (19, None),
        (20, "PULSE-20"),
        (28, "PULSE-27"),
        (29, None),
        (30, None),
        (34, "PULSE-34"),
        (37, "PULSE-34"),
        (38, None),
        (86, "PULSE-83"),
        (87, None),
        (90, None),
    ],
)
def test_which_checkin_a_log_answers(day, key):
    assert checkin_key_for(day) == key


@pytest.mark.parametrize(
    ("on", "at", "zone", "utc"),
    [
        pytest.param("2026-03-07", "02:30", NEW_YORK, "2026-03-07T07:30", id="a plain night"),
        pytest.param("2026-03-08", "02:00", NEW_YORK, "2026-03-08T07:00", id="skipped, 02:00"),
        pytest.param("2026-03-08", "02:30", NEW_YORK, "2026-03-08T07:00", id="skipped, 02:30"),
        pytest.param("2026-03-08", "02:59", NEW_YORK, "2026-03-08T07:00", id="skipped, 02:59"),
        pytest.param("2026-03-08", "03:00", NEW_YORK, "2026-03-08T07:00", id="the first valid"),
        pytest.param("2026-11-01", "01:30", NEW_YORK, "2026-11-01T05:30", id="twice: the first"),
        pytest.param("2026-11-01", "02:00", NEW_YORK, "2026-11-01T07:00", id="after the second"),
        pytest.param(
            "2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:30", id="half an hour"
        ),
        pytest.param(
            "2026-09-06", "00:30", "America/Santiago", "2026-09-06T04:00", id="at midnight"
        ),
        pytest.param("2011-12-30", "09:00", "Pacific/Apia", "2011-12-30T10:00", id="a whole day"),
    ],
)
def test_clock_changes(on, at, zone, utc):
    found = local(date.fromisoformat(on), time.fromisoformat(at), zone)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def clocks_around(noon, zone):
    """Every minute of four days with the time that clocks in the zone show then."""
    minutes = [noon + timedelta(minutes=n) for n in range(-48 * 60, 48 * 60)]
    return [(minute.astimezone(ZoneInfo(zone)).replace(tzinfo=None), minute) for minute in minutes]


@pytest.mark.parametrize("zone", ZONES)
def test_every_clock_change_of_three_years_is_read_as_by_looking(zone):
    """By looking: the first minute whose clock shows the time or, if none does, a later one."""
    noons = [datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(3 * 365)]
    offsets = [noon.astimezone(ZoneInfo(zone)).utcoffset() for noon in noons]
    changes = [noons[n] for n in range(1, len(noons)) if offsets[n] != offsets[n - 1]]
    for noon in changes:
        clocks = clocks_around(noon, zone)
        first_shown = {}
        for shown, minute in clocks:
            first_shown.setdefault(shown, minute)
        for minutes in range(-24 * 60, 12 * 60, 15):
            wall = noon.replace(tzinfo=None) + timedelta(minutes=minutes)
            later = (minute for shown, minute in clocks if shown > wall)
            found = first_shown.get(wall) or next(later)
            assert local(wall.date(), wall.time(), zone) == found
    assert bool(changes) == (zone not in {"UTC", "Asia/Kathmandu", "Pacific/Kiritimati"})


# Every day in every zone
# -----------------------

FIRST_DAY = date(2025, 11, 1)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(400)]
# Of the last of them the last form ends 760 days later.
SPAN = range(-31, 400 + 761)


def clock_changes(zone):
    """When and by how much the zone's clocks change in the span, as they themselves show it: two
    zones that change alike give occasions that are a fixed time apart.
    """
    tz = ZoneInfo(zone)
    noons = [datetime.combine(FIRST_DAY + timedelta(days=number), time(12), tz) for number in SPAN]
    shifts = []
    for before, after in pairwise(noons):
        if before.utcoffset() != after.utcoffset():
            quarters = (before.astimezone(UTC) + timedelta(minutes=15 * n) for n in range(101))
            last = max(at for at in quarters if at.astimezone(tz).utcoffset() == before.utcoffset())
            changed = last.astimezone(tz).replace(tzinfo=None)
            shifts.append((changed, after.utcoffset() - before.utcoffset()))
    return tuple(shifts)


def zones_to_try():
    """One zone for all whose clocks show the same time throughout, which stands for every zone,
    with FULL_SIZE=1; else one of each kind by how its clocks change.
    """
    every = sorted(available_timezones() - {"localtime"})
    kinds = {}
    for zone in every:
        first = datetime.combine(FIRST_DAY, time(12), ZoneInfo(zone)).utcoffset()
        alike = first if os.environ.get("FULL_SIZE") else first % timedelta(hours=1)
        kinds.setdefault((clock_changes(zone), alike), zone)
    return list(kinds.values())


def test_every_procedure_day_in_every_zone_gives_occasions_in_their_windows():
    """400 days, each kind of zone, optional forms included; every time there is by

    FULL_SIZE=1 python -m pytest tests/clinical/test_pathway.py -k every_zone
    """
    zones = zones_to_try()
    assert len(zones) >= 15
    tried = 0
    for zone in zones:
        tz = ZoneInfo(zone)
        for on in DAYS:
            found = occasions(datetime.combine(on, time(9, 30)), zone, include=ALL)
            assert len(found) == len(DEFAULT_PLAN.slots)
            order = [(one.opens_at, one.key) for one in found]
            assert order == sorted(order)
            assert len({one.key for one in found}) == len(found)
            for one in found:
                assert one.opens_at < one.due_at <= one.expires_at
                for reminder in one.reminders:
                    assert one.opens_at <= reminder <= one.expires_at
                    assert 8 <= reminder.astimezone(tz).hour < 21
            tried += 1
    assert tried == 400 * len(zones)


def test_a_plan_survives_json():
    plan = plan_from_json(json.loads(json.dumps(plan_to_json(DEFAULT_PLAN))))
    assert plan == DEFAULT_PLAN
    assert occasions(date(2026, 6, 10), NEW_YORK, plan) == occasions(date(2026, 6, 10), NEW_YORK)


def slot(**changed):
    given = {
        "key": "X",
        "form": "daily",
        "day": 1,
        "opens": Moment(1, time(6)),
        "due": Moment(1, time(20)),
        "expires": Moment(2, time(12)),
        "reminders": (Moment(1, time(17)),),
    }
    return Slot(**{**given, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"due": Moment(1, time(6))},
        {"expires": Moment(1, time(19))},
        {"reminders": (Moment(1, time(7, 59)),)},
        {"reminders": (Moment(1, time(21)),)},
        {"reminders": (Moment(0, time(17)),)},
        {"reminders": (Moment(3, time(17)),)},
    ],
)
def test_a_plan_that_could_not_be_kept_is_refused(changed):
    with pytest.raises(ValueError, match="X"):
        slot(**changed)


def test_a_key_stands_once_in_a_plan():
    with pytest.raises(ValueError, match="twice"):
        Plan("1", (slot(), slot()))


OWN = Plan(
    "own:2",
    (slot(),),
    corridor=(Step(0, 3, 3, 8), Step(5, 14, 2, 7), Step(15, None, 1, 5)),
    changes=(RuleChange("R13", "emergency", "Call {emergency_number} now."), RuleChange("R43")),
)


def test_a_clinics_own_plan_survives_json_with_its_corridor_and_its_changes():
    assert plan_from_json(json.loads(json.dumps(plan_to_json(OWN)))) == OWN


@pytest.mark.parametrize(
    ("first_day", "last_day", "low", "high"),
    [(-1, 3, 0, 5), (4, 3, 0, 5), (0, 3, 6, 5), (0, 3, -1, 5), (0, 3, 0, 11)],
)
def test_a_step_of_the_corridor_stands_on_days_and_within_0_to_10(first_day, last_day, low, high):
    with pytest.raises(ValueError, match="corridor"):
        Step(first_day, last_day, low, high)


@pytest.mark.parametrize(
    "corridor",
    [
        (Step(0, 3, 0, 5), Step(3, 5, 0, 5)),
        (Step(4, 5, 0, 5), Step(0, 3, 0, 5)),
        (Step(0, None, 0, 5), Step(3, 5, 0, 5)),
    ],
)
def test_steps_of_the_corridor_follow_each_other(corridor):
    with pytest.raises(ValueError, match="overlap"):
        Plan("1", (slot(),), corridor=corridor)


def test_a_rule_is_changed_once_in_a_plan():
    with pytest.raises(ValueError, match="twice"):
        Plan("1", (slot(),), changes=(RuleChange("R13"), RuleChange("R13")))


def test_reminders_may_stand_at_08_00():
    assert slot(reminders=(Moment(1, time(8)),)).reminders[0].at == time(8)
