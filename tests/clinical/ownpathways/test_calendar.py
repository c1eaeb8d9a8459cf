"""A pathway on the calendar, and what differs between two."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from recovery.clinical.ownpathways import calendar, differences, figures, from_data, problems
from recovery.clinical.plan import RuleChange, Step
from tests.clinical.ownpathways.shipped import SHIPPED, data, form

NEW_YORK = "America/New_York"
PROCEDURE = datetime(2026, 6, 10, 13, 30, tzinfo=UTC)


def day_of(days, day):
    return next(one for one in days if one.day == day)


def clock(moment):
    return f"{moment.astimezone(ZoneInfo(NEW_YORK)):%H:%M}"


def test_a_day_says_what_opens_is_due_ends_and_is_mailed():
    days = calendar(SHIPPED, PROCEDURE, NEW_YORK)
    assert days[0].on == date(2026, 5, 11)
    two_weeks = day_of(days, 14)
    assert two_weeks.on == date(2026, 6, 24)
    assert [one.key for one in two_weeks.opens] == ["DAY-14"]
    assert [one.key for one in two_weeks.due] == ["C14", "DAY-14"]
    assert [one.key for one in two_weeks.ends] == ["DAY-13"]
    # Three times remind, and the one between the first and the last is left out.
    assert [(clock(mail.at), mail.reminds, mail.sent) for mail in two_weeks.mails] == [
        ("10:00", ("C14",), True),
        ("17:00", ("DAY-14",), False),
        ("20:00", ("DAY-14",), True),
    ]
    assert two_weeks.mails[2].names == ("C14", "DAY-14")
    assert two_weeks.mails[0].names == ("C14", "DAY-13", "DAY-14")


def test_no_day_has_more_than_two_mails():
    days = calendar(SHIPPED, PROCEDURE, NEW_YORK)
    assert max(sum(mail.sent for mail in day.mails) for day in days) == 2


def test_a_form_that_is_not_asked_stands_on_no_day():
    asked = data()
    form(asked, "C180")["asked"] = True
    keys = [
        {one.key for day in calendar(document, PROCEDURE, NEW_YORK) for one in day.opens}
        for document in (SHIPPED, from_data(asked))
    ]
    assert keys[1] - keys[0] == {"C180"}


def test_figures():
    found = figures(SHIPPED, calendar(SHIPPED, PROCEDURE, NEW_YORK))
    assert (found.logs, found.forms, found.left_out, found.last_day) == (27, 5, 3, 104)


def test_nothing_differs_from_itself():
    assert differences(SHIPPED, SHIPPED) == []
    assert differences(SHIPPED, from_data(data())) == []


def test_what_differs_is_said_by_section():
    changed = data(title="Ours")
    changed["forms"].remove(form(changed, "C14"))
    form(changed, "DAY-05")["reminders"] = ["D5 18:00"]
    form(changed, "C180")["asked"] = True
    changed["phases"][1]["last_day"] = 3
    changed["phases"][2]["first_day"] = 4
    changed["phases"][1]["good_now"] = ["Rest."]
    new = replace(
        from_data(changed),
        corridor=(Step(0, 3, 3, 8),),
        changes=(
            RuleChange("R13", "emergency", "Call {emergency_number}."),
            RuleChange("R43", "urgent"),
        ),
    )
    found = {section.name: section.differences for section in differences(SHIPPED, new)}
    assert list(found) == ["title", "forms", "corridor", "rules", "phases", "texts"]
    assert [
        (one.what, one.subject, one.field, one.before, one.after) for one in found["forms"]
    ] == [
        ("changed", "DAY-05", "reminders", "D5 17:00\nD5 20:00", "D5 18:00"),
        ("taken out", "C14", "", "two_week, D14: D12 06:00 to D18 23:59, due D14 20:00", ""),
        ("changed", "C180", "asked", "no", "yes"),
    ]
    assert [(one.subject, one.before, one.after) for one in found["corridor"]] == [
        ("D0", "", "D0 to D3: 3 to 8")
    ]
    assert [(one.subject, one.field, one.before) for one in found["rules"]] == [
        ("R13", "severity", "urgent"),
        (
            "R13",
            "patient_text",
            (
                "Your skin may be infected. Call us today at {clinic_phone}. "
                "Keep the spot clean and dry. Do not squeeze it."
            ),
        ),
        ("R43", "severity", "review"),
    ]
    assert [(one.subject, one.field, one.before, one.after) for one in found["phases"]] == [
        ("short_term", "last_day", "2", "3"),
        ("gradual_return", "first_day", "3", "4"),
    ]
    assert [(one.subject, one.field, one.after) for one in found["texts"]] == [
        ("short_term", "good_now", "Rest.")
    ]
    # The way back says the same the other way round.
    back = {section.name: section.differences for section in differences(new, SHIPPED)}
    assert [one.what for one in back["forms"]] == ["changed", "changed", "added"]


def test_no_reminder_of_a_shown_day_is_at_night():
    for day in calendar(SHIPPED, PROCEDURE, NEW_YORK):
        for mail in day.mails:
            assert time(8) <= mail.at.astimezone(ZoneInfo(NEW_YORK)).time() < time(21)


CLOCKS = st.times().map(lambda at: f"{at:%H:%M}")
# Nights in which the clocks go forward, by up to two hours.
SKIPPED = {
    NEW_YORK: date(2026, 3, 8),
    "Antarctica/Troll": date(2026, 3, 29),
    "Australia/Lord_Howe": date(2026, 10, 4),
    "America/Havana": date(2026, 3, 8),
}


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(opens=CLOCKS, due=CLOCKS, expires=CLOCKS, zone=st.sampled_from(sorted(SKIPPED)))
def test_whatever_times_a_pathway_may_have_no_clock_change_closes_a_window(
    opens, due, expires, zone
):
    own = data()
    form(own, "DAY-05").update(
        opens=f"D5 {opens}", due=f"D5 {due}", expires=f"D6 {expires}", reminders=[]
    )
    if problems(own):
        return
    for before in (5, 6):
        procedure = datetime.combine(
            SKIPPED[zone] - timedelta(days=before), time(12), ZoneInfo(zone)
        )
        days = calendar(from_data(own), procedure, zone)
        one = next(one for day in days for one in day.opens if one.key == "DAY-05")
        assert one.opens_at < one.due_at <= one.expires_at
