import uuid
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from recovery.models import Clinic, DailyLog, Duty, MailEvent, Membership, Message, Role, User
from recovery.services import logs, oncall
from tests.cast import NUMBERS, QUIET, make_recovery, sign_in_staff, staff, user_of
from tests.crowd import at_once
from tests.pages import words
from tests.services.test_tick import local
from tests.views.staff.conftest import url

HOURS = {f"opens_{day}": "08:00" for day in range(5)} | {
    f"closes_{day}": "17:00" for day in range(5)
}
FILLED = {
    "name": "Northgate",
    "mail_name": "Your clinic",
    "zone": "America/New_York",
    "digest_at": "08:00",
} | NUMBERS


def save(client: Client, **changes: str) -> Any:
    return client.post(url("clinic"), FILLED | HOURS | changes, follow=True)


def invite(client: Client, **changes: str) -> Any:
    data = {"name": "Nell New", "email": "Nell@Northgate.example", "role": "nurse"} | changes
    return client.post(url("staff_invite"), data, follow=True)


def change(client: Client, membership: Membership, active: str) -> Any:
    address = url("membership_change", membership.uuid)
    return client.post(address, {"active": active}, follow=True)


# Numbers and hours
# -----------------


def test_the_manager_sets_numbers_hours_and_names(as_manager: Client, clinic: Clinic) -> None:
    response = save(as_manager, clinic_phone="555-7777", opens_5="09:00", closes_5="12:30")
    assert "Saved." in words(response)
    clinic.refresh_from_db()
    assert (clinic.name, clinic.mail_name) == ("Northgate", "Your clinic")
    assert clinic.clinic_phone == "555-7777"
    assert clinic.hours == [["08:00", "17:00"]] * 5 + [["09:00", "12:30"], None]


def test_the_page_shows_what_is_set(as_manager: Client, clinic: Clinic) -> None:
    content = as_manager.get(url("clinic")).content.decode()
    for number in NUMBERS.values():
        assert f'value="{number}"' in content
    assert content.count('value="08:00"') == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Name of the clinic: Fill this in."),
        ({"zone": "Nowhere"}, "Time zone: “Nowhere” is no time zone."),
        ({"clinic_phone": "<b>"}, "Clinic phone: Write a phone number"),
        ({"mail_name": "a\r\nBcc: x@y"}, "Name in e-mails: Leave out"),
        ({"mail_name": "Bad <x@y>"}, "Name in e-mails: Leave out"),
        ({"opens_0": ""}, "Monday, opens: Write both times, or none for a closed day."),
        ({"closes_2": ""}, "Wednesday, closes: Write both times"),
        ({"closes_1": "07:00"}, "Tuesday, closes: Closes before it opens."),
        ({"opens_3": "noon"}, "Thursday, opens: Write a time like 08:30."),
        ({"digest_at": "soon"}, "Morning mail: Write a time like 08:30."),
        ({"digest_at": ""}, "Morning mail: Fill this in."),
    ],
)
def test_a_wrong_entry_is_refused_and_kept(
    as_manager: Client, clinic: Clinic, changes: dict[str, str], message: str
) -> None:
    before = Clinic.objects.values().get(pk=clinic.pk)
    response = save(as_manager, **changes, poison_phone="555-9999")
    assert message in words(response)
    assert 'value="555-9999"' in response.content.decode()
    assert Clinic.objects.values().get(pk=clinic.pk) == before


def test_a_number_may_be_emptied_and_the_page_says_what_that_stops(as_manager: Client) -> None:
    save(as_manager, crisis_phone="", poison_phone="")
    text = words(as_manager.get(url("clinic")))
    expected = "Nobody can be enrolled until the clinic has: poison help line, crisis line"
    assert expected in text


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_patients_are_told_is_changed_but_not_emptied(
    as_manager: Client, clinic: Clinic, number: str
) -> None:
    make_recovery(clinic)
    response = save(as_manager, **{number: " "})
    assert "Patients are told this number. Write another, or keep it." in words(response)
    clinic.refresh_from_db()
    assert getattr(clinic, number) == NUMBERS[number]
    assert "Saved." in words(save(as_manager, **{number: "555-7777"}))


def test_a_text_never_has_a_gap_where_a_number_belongs(
    client: Client, clinic: Clinic, settings: Any
) -> None:
    """Even when somebody emptied the row itself."""
    settings.EMERGENCY_NUMBER = "112"
    recovery = make_recovery(clinic, day=0)
    Clinic.objects.update(**dict.fromkeys(NUMBERS, ""))
    recorded = logs.record(
        recovery_id=recovery.pk,
        values=QUIET | {"bladder": "yes", "saddle": "yes"},
        client_id=uuid.uuid4(),
        revision=None,
        log_date=recovery.procedure_on,
        now=timezone.now(),
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
    )
    assert "Call 112" in recorded.log.advice
    client.force_login(user_of(recovery))
    page = words(client.get(url("signs", recovery.uuid)))
    assert "Call 112 now" in page


# Staff
# -----


def test_somebody_new_gets_a_role_and_a_mail_to_set_a_password(
    as_manager: Client, clinic: Clinic
) -> None:
    response = invite(as_manager)
    page = words(response)
    assert "Nell New is now nurse here. A mail to set a password goes out." in page
    assert "has not set a password yet" in page
    membership = Membership.objects.get(user__email="nell@northgate.example")
    assert (membership.clinic, membership.role, membership.is_active) == (clinic, "nurse", True)
    assert Message.objects.get().user == membership.user


def test_another_role_for_somebody_who_is_here_sends_nothing(
    as_manager: Client, nurse: User
) -> None:
    response = invite(as_manager, name="Nora", email=nurse.email, role="clinician")
    assert "Nora is now clinician here." in words(response)
    assert set(nurse.memberships.values_list("role", flat=True)) == {"nurse", "clinician"}
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_somebody_new_invited_four_times_at_once_is_one_person(
    clinic: Clinic, manager: User
) -> None:
    clients = [sign_in_staff(Client(), manager) for _n in range(4)]
    answers = at_once([lambda client=client: words(invite(client)) for client in clients])
    assert ["Nell New is now nurse here." in str(answer) for answer in answers] == [True] * 4
    assert Membership.objects.filter(user__email="nell@northgate.example").count() == 1


def test_inviting_an_address_tells_nobody_who_is_behind_it(
    as_manager: Client, clinic: Clinic, harbor: Clinic
) -> None:
    """Their patient, and their nurse."""
    secrets = [user_of(make_recovery(harbor, patient={"given_name": "Paula"}))]
    secrets.append(staff(harbor, "Hanna", Role.NURSE))
    for user in secrets:
        said = words(invite(as_manager, name="Somebody", email=user.email))
        said += words(as_manager.get(url("clinic")))
        assert "Somebody is now nurse here." in said
        change(as_manager, user.memberships.get(clinic=clinic), "no")
        said += words(as_manager.get(url("clinic")))
        assert user.name not in said
    Membership.objects.filter(clinic=clinic).update(name="")
    assert "Hanna" not in words(as_manager.get(url("clinic"))).replace("hanna@harbor", "")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "nell"}, "E-mail: Write an address like name@example.org."),
        ({"name": ""}, "Name of the person: Fill this in."),
        ({"role": "admin"}, "Role: Select a valid choice."),
    ],
)
def test_a_wrong_invitation_is_refused(
    as_manager: Client, changes: dict[str, str], message: str
) -> None:
    before = User.objects.count()
    response = invite(as_manager, **changes)
    assert message in words(response)
    assert User.objects.count() == before


def test_a_role_ends_at_once_and_comes_back(
    as_manager: Client, nurse: User, second_nurse: User
) -> None:
    theirs = sign_in_staff(Client(), second_nurse)
    membership = second_nurse.memberships.get()
    assert "Jonas: no longer nurse." in words(change(as_manager, membership, "no"))
    assert theirs.get(url("queue")).status_code == 403
    assert "Jonas: nurse again." in words(change(as_manager, membership, "yes"))
    assert theirs.get(url("queue")).status_code == 200


def test_the_last_nurse_or_clinician_stays(as_manager: Client, nurse: User) -> None:
    membership = nurse.memberships.get()
    response = change(as_manager, membership, "no")
    assert "A clinic needs one active nurse or clinician." in words(response)
    membership.refresh_from_db()
    assert membership.is_active


def test_the_last_manager_stays(as_manager: Client, manager: User) -> None:
    response = change(as_manager, manager.memberships.get(), "no")
    assert "A clinic needs one active manager." in words(response)


def test_the_neighbours_staff_are_not_found(as_manager: Client, harbor_nurse: User) -> None:
    membership = harbor_nurse.memberships.get()
    assert change(as_manager, membership, "no").status_code == 404
    membership.refresh_from_db()
    assert membership.is_active
    assert "Hanna" not in words(as_manager.get(url("clinic")))


@pytest.mark.parametrize("who", ["nurse", "clinician"])
def test_only_managers_come_in(
    request: pytest.FixtureRequest, second_nurse: User, who: str
) -> None:
    client = sign_in_staff(Client(), request.getfixturevalue(who))
    assert save(client).status_code == 403
    assert invite(client).status_code == 403
    assert change(client, second_nurse.memberships.get(), "no").status_code == 403
    assert second_nurse.memberships.get().is_active


def test_a_manager_who_also_nurses_sees_both_sides(clinic: Clinic, manager: User) -> None:
    Membership.objects.create(user=manager, clinic=clinic, role=Role.NURSE)
    text = words(sign_in_staff(Client(), manager).get(url("queue")))
    menu = "Queue 0 Patients Observation 0 Enroll Outcomes Practice Clinic"
    assert menu in text


# On call
# -------


def on_call(client: Client, user: User, to: str) -> Any:
    return client.post(url("on_call_change", user.uuid), {"to": to}, follow=True)


def test_without_an_order_everybody_is_told(as_manager: Client, nurse: User) -> None:
    assert "every alert mail goes to everybody at once" in words(as_manager.get(url("clinic")))


def test_the_manager_sets_the_order(
    as_manager: Client, nurse: User, second_nurse: User, clinician: User
) -> None:
    for user in (clinician, nurse, second_nurse):
        on_call(as_manager, user, "on")
    page = words(on_call(as_manager, second_nurse, "up"))
    assert "The on-call order is changed." in page
    assert "1 Mia Down Mia Take off Mia 2 Jonas Up Jonas Down Jonas Take off Jonas 3 Nora" in page
    page = words(on_call(as_manager, clinician, "off"))
    assert "1 Jonas Down Jonas Take off Jonas 2 Nora Up Nora Take off Nora – Mia" in page


def told(user: User, clinic: Clinic, at: datetime, **became: Any) -> Message:
    """A mail to a person on call, and what became of it."""
    return Message.objects.create(
        kind="alert",
        dedupe_key=f"{user.pk} {at}",
        clinic=clinic,
        user=user,
        created_at=at,
        planned_at=at,
        send_after=at,
        **became,
    )


def refused(user: User, clinic: Clinic, at: datetime) -> Message:
    return told(user, clinic, at, state="refused", reason="address_fails")


FAILS = "The address {} fails, last on Mar 2, 09:00."


def test_whose_address_fails_is_said_beside_the_name(
    as_manager: Client, clinic: Clinic, nurse: User, second_nurse: User
) -> None:
    refused(nurse, clinic, local(9))
    page = words(as_manager.get(url("clinic")))
    assert FAILS.format(nurse.email) in page
    assert FAILS.format(second_nurse.email) not in page


def test_what_a_provider_could_not_deliver_is_said_too(
    as_manager: Client, clinic: Clinic, nurse: User
) -> None:
    mail = told(nurse, clinic, local(8, 59), state="sent", sent_at=local(8, 59))
    MailEvent.objects.create(
        provider="ours",
        event_id="1",
        kind="bounced",
        message=mail,
        at=local(9),
        received_at=local(9),
    )
    assert FAILS.format(nurse.email) in words(as_manager.get(url("clinic")))


def test_a_mail_that_was_taken_since_ends_it(
    as_manager: Client, clinic: Clinic, nurse: User
) -> None:
    refused(nurse, clinic, local(9))
    told(nurse, clinic, local(10), state="sent", sent_at=local(10))
    assert "fails, last on" not in words(as_manager.get(url("clinic")))


def test_what_is_no_move_changes_nothing(
    as_manager: Client, nurse: User, manager: User, harbor_nurse: User
) -> None:
    assert "Choose up, down, on or off." in words(on_call(as_manager, nurse, "sideways\x00"))
    only = "Only an active nurse or clinician can be on call."
    assert only in words(on_call(as_manager, manager, "on"))
    assert on_call(as_manager, harbor_nurse, "on").status_code == 404
    assert not Duty.objects.exists()


def test_the_manager_sees_who_switched_what_off(
    as_manager: Client, clinic: Clinic, nurse: User
) -> None:
    mails = dict.fromkeys(oncall.MAILS, True) | {"urgent_mails": False}
    oncall.choose(clinic=clinic, user=nurse, mails=mails)
    page = words(as_manager.get(url("clinic")))
    assert "Nora No mails about: urgent alerts" in page
    assert "Switched off by everybody: urgent alerts." in page


@pytest.mark.django_db(transaction=True)
def test_two_managers_move_two_people_at_once(
    clinic: Clinic, manager: User, nurse: User, second_nurse: User
) -> None:
    clients = [sign_in_staff(Client(), manager) for _n in range(2)]
    people = [nurse, second_nurse]
    answers = at_once(
        [
            lambda client=client, user=user: on_call(client, user, "on").status_code
            for client, user in zip(clients, people, strict=True)
        ]
    )
    assert answers == [200, 200]
    places = Duty.objects.order_by("place").values_list("place", flat=True)
    assert list(places) == [1, 2]


# Holidays
# --------


@pytest.fixture
def monday(set_clock: Any) -> None:
    """The second of March 2026."""
    set_clock(local(9))


def add(client: Client, on: str, name: str = "Founders' Day") -> Any:
    return client.post(url("holiday_add"), {"on": on, "holiday": name}, follow=True)


def test_a_holiday_is_added_listed_and_removed(
    as_manager: Client, clinic: Clinic, monday: None
) -> None:
    add(as_manager, "2026-12-25", "Christmas Day")
    page = words(add(as_manager, "2026-03-02"))
    assert "Closed on Monday, March 2, 2026: Founders' Day." in page
    assert page.index("Monday, March 2, 2026 Remove") < page.index("Friday, December 25, 2026")
    page = words(as_manager.post(url("holiday_remove"), {"on": "2026-03-02"}, follow=True))
    assert "Founders' Day is no longer a holiday." in page
    clinic.refresh_from_db()
    assert clinic.holidays == {"2026-12-25": "Christmas Day"}


@pytest.mark.parametrize(
    ("on", "name", "message"),
    [
        ("2026-03-10", "Again", "Day: This day is on the list: Known."),
        ("2026-03-01", "Yesterday", "Day: This day is over. Check the year."),
        ("0206-12-25", "Christmas Day", "Day: This day is over. Check the year."),
        ("2046-12-25", "Christmas Day", "Day: Write a day of the next two years."),
        ("2026-02-30", "No such day", "Day: Write a date that exists, as year, month, day"),
        ("soon", "Soon", "Day: Write a date that exists, as year, month, day"),
        ("", "Nothing", "Day: Fill this in."),
        ("2026-05-01", "", "Name of the holiday: Fill this in."),
        ("2026-05-01", "x" * 61, "Name of the holiday: Shorten this to 60 characters."),
        ("2026-05-01", "a\x00b", "Name of the holiday: Null characters are not allowed."),
    ],
)
def test_a_wrong_holiday_is_refused_beside_its_field_and_kept(
    as_manager: Client, clinic: Clinic, monday: None, on: str, name: str, message: str
) -> None:
    add(as_manager, "2026-03-10", "Known")
    response = add(as_manager, on, name)
    assert response.status_code == 200
    assert message in words(response)
    if "\x00" not in name:
        assert f'value="{name}"' in response.content.decode() or not name
    clinic.refresh_from_db()
    assert clinic.holidays == {"2026-03-10": "Known"}


@pytest.mark.parametrize("on", ["", "2026-07-04", "soon", "\x00"])
def test_removing_what_is_not_there_changes_nothing(
    as_manager: Client, clinic: Clinic, monday: None, on: str
) -> None:
    add(as_manager, "2026-03-10", "Known")
    response = as_manager.post(url("holiday_remove"), {"on": on}, follow=True)
    assert response.status_code == 200
    clinic.refresh_from_db()
    assert clinic.holidays == {"2026-03-10": "Known"}


def test_saving_the_clinic_keeps_its_holidays(
    as_manager: Client, clinic: Clinic, monday: None
) -> None:
    add(as_manager, "2026-03-10", "Known")
    save(as_manager, digest_at="07:15")
    clinic.refresh_from_db()
    assert clinic.holidays == {"2026-03-10": "Known"}
    assert clinic.next_digest_at == local(7, 15, days=1)


def test_a_holiday_of_long_ago_is_forgotten(
    as_manager: Client, clinic: Clinic, monday: None
) -> None:
    Clinic.objects.update(holidays={"2025-01-01": "Old", "2025-12-25": "Past"})
    add(as_manager, "2026-03-10", "Known")
    clinic.refresh_from_db()
    assert clinic.holidays == {"2025-12-25": "Past", "2026-03-10": "Known"}
    assert "Past" not in words(as_manager.get(url("clinic")))


def test_the_queue_of_a_holiday_is_closed(as_manager: Client, nurse: User, monday: None) -> None:
    add(as_manager, "2026-03-02")
    text = words(sign_in_staff(Client(), nurse).get(url("queue")))
    assert "Closed until Tue 08:00" in text


def test_the_page_costs_the_same_for_ten_people(
    as_manager: Client, clinic: Clinic, nurse: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        oncall.move(clinic=clinic, user=staff(clinic, f"N{number}", Role.NURSE), to="on")
    with django_assert_max_num_queries(9):
        as_manager.get(url("clinic"))
