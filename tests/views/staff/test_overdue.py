"""Overdue and silent, through the front door."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.models import AccessEvent, Clinic, Contact, DailyLog, Recovery, User
from recovery.services import contacts, logs, tick
from tests.cast import QUIET, make_recovery
from tests.pages import filled, words
from tests.queries.crowd import crowd
from tests.views.staff.conftest import NOW, report, someone, url

DAY = timedelta(days=1)


@pytest.fixture
def silent(clinic: Clinic, nurse: User, now: Any) -> Recovery:
    """Ruth Keller on day 5, nothing answered since the procedure."""
    return someone(clinic, "Ruth", "Keller", day=5)


def names(response: Any) -> list[str]:
    return re.findall(r'class="ic-name"[^>]*>([^<]+)<', response.content.decode())


def page(client: Client, **query: str) -> Any:
    response = client.get(url("overdue"), query)
    assert response.status_code == 200
    return response


def call(client: Client, recovery: Recovery, **data: str) -> Any:
    given = filled(client.get(url("overdue_call", recovery.uuid))) | data
    given.pop("q", None)
    return client.post(url("overdue_call", recovery.uuid), given, follow=True)


def test_the_youngest_first_by_phase_and_only_who_should_have_answered(
    as_nurse: Client, clinic: Clinic, silent: Recovery, harbor: Clinic
) -> None:
    someone(clinic, "Fia", "Followup", day=30)
    someone(clinic, "Sam", "Short", day=2)
    for state in ("paused", "withdrawn", "died"):
        Recovery.objects.filter(pk=someone(clinic, "Not", state.title(), day=5).pk).update(
            state=state
        )
    make_recovery(harbor, day=5, now=NOW, patient={"family_name": "Private"})
    response = page(as_nurse)
    assert names(response) == ["Sam Short", "Ruth Keller", "Fia Followup"]
    text = words(response)
    assert text.index("short-term") < text.index("Ruth Keller") < text.index("Fia")
    assert "Nobody has called yet" in text
    assert names(page(as_nurse, phase="gradual_return")) == ["Ruth Keller"]
    assert names(page(as_nurse, phase="follow_up", show="call")) == ["Fia Followup"]
    assert names(page(as_nurse, phase="nonsense", show="nonsense", after="x")) == names(response)


def test_a_call_hides_the_row_greys_it_and_says_so(
    as_nurse: Client, as_second_nurse: Client, silent: Recovery
) -> None:
    response = call(as_nurse, silent, outcome="agreed", again_on="2026-03-08", note="Was away")
    assert "Call saved." in words(response)
    text = words(page(as_second_nurse))
    assert "Agreed Hidden until" in text
    assert "Last contact 10:17, agreed" in text
    assert 'class="is-row is-done"' in page(as_second_nurse).content.decode()
    assert names(page(as_nurse, show="call")) == []
    assert names(page(as_nurse, show="hidden")) == ["Ruth Keller"]
    handled = words(as_nurse.get(url("queue")))
    assert "0 patients need someone." in handled
    assert "Handled today, 1" in handled
    as_nurse.post(url("overdue_back", silent.uuid))
    assert names(page(as_nurse, show="call")) == ["Ruth Keller"]
    assert "This row is not hidden." in words(
        as_nurse.post(url("overdue_back", silent.uuid), follow=True)
    )


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"again_on": ""}, "Choose what happened."),
        ({"outcome": "agreed", "again_on": ""}, "Choose a day from tomorrow on"),
        ({"outcome": "later", "again_on": "2026-03-05"}, "Choose a day from tomorrow on"),
        ({"outcome": "later", "again_on": "2027-03-05"}, "Choose a day from tomorrow on"),
        ({"outcome": "later", "again_on": "soon"}, "Choose a day from tomorrow on"),
        ({"outcome": "removed"}, "Say why the patient comes off the list."),
        ({"outcome": "removed", "reason": "other"}, "Say why, in a few words."),
        ({"outcome": "removed", "reason": "bored"}, "Select a valid choice."),
        ({"outcome": "advised"}, "Select a valid choice."),
        ({"outcome": "no_answer", "minutes": "ten"}, "is not a number"),
        ({"outcome": "no_answer", "since": "yesterday"}, "Enter a valid date/time."),
        ({"outcome": "no_answer", "since": "9999-12-31T23:59"}, "Open this page again"),
    ],
)
def test_a_wrong_call_is_refused_and_nothing_typed_is_lost(
    as_nurse: Client, silent: Recovery, data: dict[str, str], complaint: str
) -> None:
    typed = "" if data.get("reason") == "other" else "Kept"
    response = call(as_nurse, silent, note=typed, **data)
    assert complaint in words(response)
    assert not Contact.objects.exists()
    assert f'name="note" maxlength="1900" autocomplete="off" value="{typed}"' in str(
        response.content
    )


def test_taken_off_keeps_its_reason(as_nurse: Client, silent: Recovery) -> None:
    call(as_nurse, silent, outcome="removed", reason="elsewhere", note="Harbor clinic")
    assert Contact.objects.get().note == "Is followed elsewhere. Harbor clinic"
    assert "Off the list until the patient answers" in words(page(as_nurse))


def test_looking_at_the_calls_page_is_recorded_and_it_says_who_is_on_it(
    as_nurse: Client, as_second_nurse: Client, nurse: User, silent: Recovery
) -> None:
    as_nurse.get(url("overdue_call", silent.uuid))
    assert AccessEvent.objects.filter(user=nurse, what="overdue call").exists()
    claim = as_nurse.post(url("recovery_claim", silent.uuid), {"from": "call"})
    assert claim["Location"] == url("overdue_call", silent.uuid)
    assert "Nora is on it until 10:47. Ask before you call." in words(
        as_second_nurse.get(url("overdue_call", silent.uuid))
    )
    assert "Nora until 10:47" in words(page(as_second_nurse))


def test_somebody_who_answered_meanwhile(as_nurse: Client, nurse: User, silent: Recovery) -> None:
    given = filled(as_nurse.get(url("overdue_call", silent.uuid))) | {"outcome": "agreed"}
    given.pop("q", None)
    Recovery.objects.filter(pk=silent.pk).update(overdue_since=None)
    response = as_nurse.post(url("overdue_call", silent.uuid), given, follow=True)
    assert "Saved. The patient has answered since." in words(response)
    assert "Has answered. Nothing is overdue." in words(
        as_nurse.get(url("overdue_call", silent.uuid))
    )


def test_the_share_stands_with_its_numbers(
    as_nurse: Client, nurse: User, silent: Recovery, set_clock: Any
) -> None:
    assert "No call is old enough to tell." in words(page(as_nurse))
    call(as_nurse, silent, outcome="agreed", again_on="2026-03-08")
    assert "1 newer call is not counted yet." in words(page(as_nurse))
    set_clock(NOW + 8 * DAY)
    text = words(page(as_nurse))
    assert "0 of 1 answered by themselves within 7 days of the first call, 0 %." in text


@pytest.mark.parametrize(("correction", "answered"), [(False, 1), (True, 0)])
def test_a_corrected_answer_from_before_the_call_is_no_answer_to_it(
    as_nurse: Client,
    nurse: User,
    silent: Recovery,
    set_clock: Any,
    correction: bool,
    answered: int,
) -> None:
    first = report(silent, ago=3 * DAY)
    Recovery.objects.filter(pk=silent.pk).update(overdue_since=NOW - DAY)
    call(as_nurse, silent, outcome="agreed", again_on="2026-03-08")
    logs.record(
        recovery_id=silent.pk,
        values=QUIET | {"pain_avg": 5},
        client_id=first.client_id if correction else uuid.uuid4(),
        revision=0 if correction else None,
        log_date=first.log_date,
        now=NOW + timedelta(hours=2),
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
    )
    set_clock(NOW + 8 * DAY)
    assert f"{answered} of 1 answered by themselves" in words(page(as_nurse))


def test_an_ordinary_contact_hides_until_the_next_miss_as_before(
    as_nurse: Client, nurse: User, silent: Recovery
) -> None:
    row = Recovery.objects.get(pk=silent.pk)
    contacts.record(recovery=row, user=nurse, now=NOW, kind="call", outcome="advised")
    assert names(page(as_nurse, show="hidden")) == ["Ruth Keller"]
    tick.run(now=NOW + 2 * DAY)
    assert names(page(as_nurse, show="call")) == ["Ruth Keller"]


@pytest.mark.parametrize("size", [0, 1, 50, 200])
def test_the_same_statements_whatever_stands_in_it(
    as_nurse: Client, clinic: Clinic, now: Any, size: int
) -> None:
    crowd(clinic, size, now=NOW, rank=None)
    Recovery.objects.update(overdue_since=NOW - DAY)
    page(as_nurse)
    with CaptureQueriesContext(connection) as statements:
        response = page(as_nurse)
    assert response.content.count(b'class="is-row') == min(size, 50)
    # Session, user, roles, clock; the pathway's versions, the rows, the share. Counts ride along
    # with a row; without one they are asked for themselves.
    assert len(statements) == (7 if size else 8)


def test_pages_hold_each_row_once(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    rows = crowd(clinic, 120, now=NOW, rank=None)
    for number, row in enumerate(rows):
        row.overdue_since = NOW - timedelta(minutes=number // 3)
        row.procedure_on -= timedelta(days=number % 4)
    Recovery.objects.bulk_update(rows, ["overdue_since", "procedure_on"])
    seen, address = [], url("overdue")
    for _page in range(3):
        response = as_nurse.get(address)
        seen += names(response)
        more = re.findall(r'href="([^"]*after=[^"]*)"', response.content.decode())
        address = more[0].replace("&amp;", "&") if more else ""
    order = sorted(rows, key=lambda r: (-r.procedure_on.toordinal(), r.overdue_since, r.pk))
    assert seen == [row.patient.name for row in order]
    assert address == ""
