"""The ledger answers "I never got it": every mail owed, what became of it, and why not."""

import csv
import re
import uuid
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.models import (
    AccessEvent,
    CheckIn,
    Clinic,
    Consent,
    DailyLog,
    MailEvent,
    Message,
    Patient,
    Recovery,
    Role,
    User,
)
from recovery.services import clinics, logs, messages, recoveries
from tests.cast import QUIET, checkin_of, user_of
from tests.views.staff.conftest import NOW, someone, url

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SENT_AT = NOW - 20 * HOUR


def mail(recovery: Recovery, state: str = "sent", **fields: Any) -> Message:
    """A reminder of the first day's log, planned for yesterday, 14:17 in New York."""
    sent = {"sent_at": SENT_AT + 2 * MINUTE} if state == "sent" else {}
    return Message.objects.create(
        **{
            "kind": "reminder",
            "state": state,
            "dedupe_key": f"ledger {uuid.uuid4()}",
            "clinic": recovery.clinic,
            "recovery": recovery,
            "checkin": checkin_of(recovery, "DAY-01"),
            "user": user_of(recovery),
            "number": 1,
            "created_at": SENT_AT,
            "planned_at": SENT_AT,
            "send_after": SENT_AT,
        }
        | sent
        | fields
    )


def to_staff(clinic: Clinic, user: User, state: str = "sent", **fields: Any) -> Message:
    """A morning mail of yesterday, unless `fields` say otherwise."""
    sent = {"sent_at": SENT_AT + MINUTE} if state == "sent" else {}
    return Message.objects.create(
        **{
            "kind": "digest",
            "state": state,
            "dedupe_key": f"ledger {uuid.uuid4()}",
            "clinic": clinic,
            "user": user,
            "created_at": SENT_AT,
            "planned_at": SENT_AT,
            "send_after": SENT_AT,
        }
        | sent
        | fields
    )


def told(row: Message, kind: str, minutes: int = 3) -> None:
    MailEvent.objects.create(
        provider="postmark",
        event_id=uuid.uuid4().hex,
        kind=kind,
        message=row,
        at=SENT_AT + minutes * MINUTE,
        received_at=NOW,
    )


def answered(recovery: Recovery, at: Any) -> None:
    CheckIn.objects.filter(recovery=recovery, key="DAY-01").update(
        state="completed", completed_at=at
    )


def answered_by_link(recovery: Recovery) -> None:
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=NOW.date(),
        now=NOW - MINUTE,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.LINK,
    )


@pytest.fixture
def recovery(clinic, nurse, now) -> Recovery:
    """Ruth Keller on day 1, to whom nothing was owed yet."""
    found = someone(clinic, "Ruth", "Keller")
    Message.objects.all().delete()
    return found


def text(client: Any, name: str, *args: Any, **query: Any) -> str:
    page = client.get(url(name, *args), query)
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


LINES: dict[str, tuple[Any, str, str]] = {
    "sent": (mail, "Sent", "Sent 12:19"),
    "delivered": (lambda r: told(mail(r), "delivered"), "Delivered", "Delivered 12:20"),
    "link opened": (
        lambda r: (told(row := mail(r), "delivered"), told(row, "opened", minutes=9)),
        "Link opened",
        "Delivered 12:20. Link opened 12:26",
    ),
    "bounced": (lambda r: told(mail(r), "bounced"), "Bounced", "Bounced 12:20"),
    "called spam": (lambda r: told(mail(r), "complained"), "Sent", "Called spam 12:20"),
    "unknown": (lambda r: mail(r, "unknown"), "Unknown", "answer was lost"),
    "the address fails": (
        lambda r: mail(r, "refused", reason="address_fails"),
        "Bounced",
        "The address fails",
    ),
    "broken": (lambda r: mail(r, "refused", reason="broken"), "Refused", "It broke when"),
    "capped": (lambda r: mail(r, "not_sent", reason="capped"), "Not sent", "Two reminders a day"),
    "too old": (lambda r: mail(r, "not_sent", reason="too_old"), "Not sent", "Its day was over"),
    "after downtime": (
        lambda r: mail(r, "not_sent", reason="superseded"),
        "Not sent",
        "A newer reminder replaced it",
    ),
    "answered before": (
        lambda r: (answered(r, SENT_AT - HOUR), mail(r, "not_sent", reason="answered")),
        "Not sent",
        "Already answered, 11:17",
    ),
    "answered after": (
        lambda r: (answered(r, SENT_AT + HOUR), mail(r)),
        "Answered",
        "Answered 13:17",
    ),
    "answered by the link": (
        lambda r: (mail(r), answered_by_link(r)),
        "Answered",
        "Answered by the link Thu Mar 5, 08:16",
    ),
}


@pytest.mark.parametrize("case", LINES)
def test_a_line_says_what_became_of_the_mail_in_the_patients_time(as_nurse, recovery, case):
    make, word, words = LINES[case]
    Patient.objects.filter(pk=recovery.patient_id).update(zone="America/Denver")
    make(recovery)
    page = text(as_nurse, "recovery_ledger", recovery.uuid)
    assert f"{word}</span>" in page
    assert words in page
    assert "Wed Mar 4, 12:17" in page


def test_what_is_planned_stands_on_top_with_the_reason_why_it_will_not_go(as_nurse, recovery):
    page = text(as_nurse, "recovery_ledger", recovery.uuid)
    assert page.index("Log D2") < page.index("Thu Mar 5, 17:00")
    assert "Only if still unanswered" in page
    assert "Will not go" not in page
    messages.turn_off(patient=recovery.patient, now=NOW)
    page = text(as_nurse, "recovery_ledger", recovery.uuid)
    assert "Only if still unanswered" not in page
    assert "Reminders were turned off" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r, u: Consent.objects.update(email_ok=False), "No agreement to e-mails"),
        (lambda r, u: r.patient.accesses.all().delete(), "No e-mail address"),
        (lambda r, u: Patient.objects.update(address_fails_at=NOW), "The address fails"),
        (
            lambda r, u: recoveries.change_state(
                recovery=r, user=u, now=NOW, state=Recovery.State.PAUSED
            ),
            "Not being followed now",
        ),
    ],
)
def test_why_what_is_planned_will_not_go(as_nurse, nurse, recovery, change, words):
    change(recovery, nurse)
    page = text(as_nurse, "recovery_ledger", recovery.uuid)
    assert "Will not go" in page
    assert words in page
    assert "Only if still unanswered" not in page


def test_reading_and_saving_the_ledger_are_recorded(as_nurse, nurse, recovery):
    mail(recovery)
    text(as_nurse, "recovery_ledger", recovery.uuid)
    saved(as_nurse, "recovery_ledger_csv", recovery.uuid)
    saved(as_nurse, "ledger_csv")
    events = AccessEvent.objects.filter(user=nurse, patient=recovery.patient, action="read")
    assert list(events.order_by("pk").values_list("what", flat=True)) == [
        "ledger",
        "ledger export",
        "ledger export",
    ]


def test_filters_leave_what_they_name(as_nurse, clinic, recovery):
    mail(recovery)
    mail(recovery, "not_sent", reason="capped")
    then = NOW - 50 * HOUR
    mail(recovery, kind="invitation", checkin=None, number=None, planned_at=then, sent_at=then)
    for name, args in (("ledger", ()), ("recovery_ledger", (recovery.uuid,))):
        assert "Two reminders a day" not in text(as_nurse, name, *args, state="sent")
        page = text(as_nurse, name, *args, state="not_sent")
        assert "Two reminders a day" in page
        assert "Sent 14:19" not in page
        assert "Sent 14:19" not in text(as_nurse, name, *args, kind="invitation")
        page = text(as_nurse, name, *args, day="2026-03-03")
        assert "Tue Mar 3, 08:17" in page
        assert "Wed Mar 4" not in page


@pytest.mark.parametrize(
    "query",
    [
        {"day": "soon"},
        {"day": "2026-02-30"},
        {"kind": "pigeon"},
        {"state": "lost\0"},
        {"after": "no uuid"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"after": str(uuid.uuid4())},
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Pacific/Kiritimati"])
def test_a_filter_that_is_none_is_told_and_breaks_nothing(as_nurse, recovery, query, zone):
    Clinic.objects.update(zone=zone)
    Patient.objects.update(zone=zone)
    mail(recovery)
    for name, args in (("ledger", ()), ("recovery_ledger", (recovery.uuid,))):
        assert as_nurse.get(url(name, *args), query).status_code == 200
        assert as_nurse.get(url(f"{name}_csv", *args), query).status_code in {200, 302}
    if query == {"day": "soon"}:
        page = text(as_nurse, "ledger", **query)
        assert "Enter a date as year, month, day: 2026-03-17." in page
        [field] = re.findall(r'<input[^>]*name="day"[^>]*>', page)
        assert 'type="text" name="day" value="soon"' in field
        assert "is-invalid" in field
        assert 'aria-invalid="true"' in field


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_of_no_patient_s_time_is_told_beside_the_field(as_nurse, recovery, day):
    page = text(as_nurse, "ledger", day=day)
    assert "Write a year from 2000 to 2100." in page
    assert f'value="{day}"' in page


def test_pages_of_fifty_show_every_mail_once(as_nurse, recovery):
    rows = [mail(recovery, message_id="") for _each in range(120)]
    Message.objects.filter(pk__in=[row.pk for row in rows[::2]]).update(planned_at=NOW)
    for name, args in (("ledger", ()), ("recovery_ledger", (recovery.uuid,))):
        seen: list[int] = []
        address = url(name, *args)
        while address:
            page = as_nurse.get(address)
            seen += [row.pk for row in page.context["page"].rows]
            address = page.context["page"].after and page.context["next_url"]
        assert len(seen) == len(set(seen)) == 120


def test_the_clinics_ledger_costs_the_same_for_a_hundred_mails_as_for_one(
    as_nurse, nurse, recovery
):
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            text(as_nurse, "ledger")
        return len(caught)

    told(mail(recovery), "delivered")
    first = statements()
    for _each in range(30):
        told(mail(recovery), "delivered")
        told(to_staff(recovery.clinic, nurse), "delivered")
    # Six, and the demo's clock.
    assert statements() == first <= 7


def test_a_patients_ledger_costs_the_same_for_a_hundred_mails_as_for_one(as_nurse, recovery):
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            text(as_nurse, "recovery_ledger", recovery.uuid)
        return len(caught)

    told(mail(recovery), "delivered")
    first = statements()
    for _each in range(60):
        told(mail(recovery), "delivered")
    # The first read the pathway, which the process then keeps.
    assert statements() <= first <= 32


def test_the_clinics_ledger_is_of_the_clinic(as_nurse, as_harbor_nurse, recovery, neighbour):
    mail(recovery)
    assert "Keller" in text(as_nurse, "ledger")
    assert "Private" not in text(as_nurse, "ledger")
    assert "Keller" not in text(as_harbor_nurse, "ledger")
    numbers = {line["record number"] for line in saved(as_nurse, "ledger_csv")}
    assert numbers == {recovery.patient.record_number}


def saved(client: Any, name: str, *args: Any, **query: Any) -> list[dict[str, str]]:
    answer = client.get(url(name, *args), query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))


def test_the_file_has_all_times_in_the_patients_zone_and_nobodys_name(as_nurse, recovery):
    answered(recovery, SENT_AT + HOUR)
    told(row := mail(recovery, message_id="<1@care.example>"), "delivered")
    told(row, "opened", minutes=50)
    [line] = saved(as_nurse, "recovery_ledger_csv", recovery.uuid)
    assert line == {
        "record number": recovery.patient.record_number,
        "kind": "Reminder",
        "channel": "E-mail",
        "about": "Log D1",
        "which": "Reminder 1",
        "zone": "America/New_York",
        "planned": "2026-03-04T14:17:00-05:00",
        "send after": "2026-03-04T14:17:00-05:00",
        "sent": "2026-03-04T14:19:00-05:00",
        "link opened": "2026-03-04T15:07:00-05:00",
        "answered": "2026-03-04T15:17:00-05:00",
        "answered by link": "no",
        "state": "Answered",
        "reason": "",
        "what happened": "Sent 14:19. Delivered 14:20. Link opened 15:07. Answered 15:17",
        "message id": "<1@care.example>",
    }


# Mails to staff
# --------------


@pytest.fixture
def owed_to_staff(clinic, nurse, second_nurse, now) -> None:
    """A morning mail that went and one that did not, an invitation, and a password asked for."""
    Message.objects.all().delete()
    told(to_staff(clinic, nurse), "delivered")
    to_staff(clinic, second_nurse, "not_sent", reason="nothing_left")
    clinics.invite(clinic=clinic, role=Role.NURSE, name="Nia New", email="nia@example.org", now=now)
    clinics.owe_password_reset(email=second_nurse.email, now=now)


def lines(client: Any, **query: Any) -> list[list[str]]:
    """The page's rows: of whom, what, and what became of it."""
    page = client.get(url("ledger"), query)
    assert page.status_code == 200
    rows = re.findall(r"<tr role=\"row\"[^>]*><td.*?</tr>", page.content.decode(), re.DOTALL)
    cells = (re.findall(r"<t[dh] [^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows)
    words = ([" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in row] for row in cells)
    return [[who, what, became] for _at, who, what, became, _happened in words]


def test_what_went_to_staff_stands_in_the_clinics_ledger(
    as_nurse, owed_to_staff, nurse, second_nurse
):
    assert lines(as_nurse, kind="digest") == [
        [f"{second_nurse} Staff", "Morning mail", "Not sent"],
        [f"{nurse} Staff", "Morning mail", "Delivered"],
    ]
    assert "Nothing waited any more" in text(as_nurse, "ledger", kind="digest", state="not_sent")
    assert lines(as_nurse, kind="password") == [
        [f"{second_nurse} Staff", "Password mail", "Waits"],
        ["Nia New Staff", "Password mail", "Waits"],
    ]
    assert len(lines(as_nurse)) == 4
    assert lines(as_nurse, kind="invitation") == []


def test_a_patients_invitation_is_no_password_mail(as_nurse, recovery):
    mail(recovery, kind="invitation", checkin=None, number=None)
    assert [what for _who, what, _became in lines(as_nurse, kind="invitation")] == ["Invitation"]
    assert lines(as_nurse, kind="password") == []


def test_a_manager_sees_what_went_to_staff_and_nothing_of_a_patient(
    as_manager, recovery, nurse, owed_to_staff
):
    mail(recovery)
    mail(recovery, kind="alert", checkin=None, user=nurse, severity="urgent")
    page = text(as_manager, "ledger")
    assert "Keller" not in page
    assert recovery.patient.record_number not in page
    assert url("dry_run") not in page
    assert len(lines(as_manager)) == len(saved(as_manager, "ledger_csv")) == 4
    for kind in ("reminder", "alert"):
        assert "Select a valid choice" in text(as_manager, "ledger", kind=kind)
        assert as_manager.get(url("ledger_csv"), {"kind": kind}).status_code == 302
    assert url("ledger") in text(as_manager, "clinic")
    assert not AccessEvent.objects.filter(what="ledger export").exists()


def test_who_also_manages_sees_all_that_a_nurse_sees(as_nurse, nurse, clinic, recovery):
    clinic.memberships.create(user=nurse, role=Role.MANAGER, name="Nora")
    mail(recovery)
    assert "Keller" in text(as_nurse, "ledger")


def test_what_went_to_staff_is_of_one_clinic(
    as_harbor_nurse, as_nurse, harbor, harbor_nurse, owed_to_staff
):
    to_staff(harbor, harbor_nurse)
    assert lines(as_harbor_nurse) == [[f"{harbor_nurse} Staff", "Morning mail", "Sent"]]
    assert len(saved(as_harbor_nurse, "ledger_csv")) == 1
    assert len(lines(as_nurse)) == 4


def test_a_mail_to_staff_has_the_clinics_time_in_the_file_and_nobodys_name(
    as_nurse, owed_to_staff, nurse
):
    Clinic.objects.update(zone="America/Denver")
    line = saved(as_nurse, "ledger_csv", kind="digest")[1]
    assert line | {"message id": ""} == {
        "record number": "",
        "kind": "Morning mail",
        "channel": "E-mail",
        "about": "Morning mail",
        "which": "",
        "zone": "America/Denver",
        "planned": "2026-03-04T12:17:00-07:00",
        "send after": "2026-03-04T12:17:00-07:00",
        "sent": "2026-03-04T12:18:00-07:00",
        "link opened": "",
        "answered": "",
        "answered by link": "",
        "state": "Delivered",
        "reason": "",
        "what happened": "Sent 12:18. Delivered 12:20",
        "message id": "",
    }


@pytest.mark.parametrize("kind", ["digest", "password"])
def test_a_patients_ledger_offers_no_kind_that_goes_to_staff(as_nurse, recovery, kind):
    page = text(as_nurse, "recovery_ledger", recovery.uuid)
    assert f'value="{kind}"' not in page
    assert "Select a valid choice" in text(as_nurse, "recovery_ledger", recovery.uuid, kind=kind)


@pytest.mark.parametrize("number", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_nothing_in_the_file_is_calculated(as_nurse, recovery, number):
    Patient.objects.filter(pk=recovery.patient_id).update(record_number=number)
    mail(recovery)
    [line] = saved(as_nurse, "ledger_csv")
    assert line["record number"] == f"'{number}"


def test_a_large_file_is_read_piece_by_piece(as_nurse, recovery, monkeypatch):
    monkeypatch.setattr("recovery.queries.ledger.EXPORTED", 7)
    for _each in range(20):
        mail(recovery)
    assert len(saved(as_nurse, "ledger_csv")) == 20
