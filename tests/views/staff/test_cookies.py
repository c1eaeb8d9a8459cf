"""What a browser keeps: two cookies with random words, and nothing of anybody's health."""

import uuid
from typing import Any

from django.contrib.sessions.models import Session
from django.test import Client

from recovery.models import Recovery, User
from tests.pages import words
from tests.views.staff.conftest import alert_of, shown, url
from tests.views.staff.test_enrolment import FILLED
from tests.views.staff.test_logs import TOLD


def test_what_the_staff_did_is_said_once_and_left_in_no_cookie(
    as_nurse: Client, recovery: Recovery
) -> None:
    log = {**TOLD, "client_id": str(uuid.uuid4()), "bladder": "yes"}
    contact: dict[str, Any] = {
        "kind": "call",
        "outcome": "advised",
        "minutes": "",
        "note": "No reflexes",
    }
    answers = [as_nurse.post(url("staff_log_new", recovery.uuid), log)]
    assert "Saved. Tell the patient:" in words(as_nurse.get(url("queue")))
    alert = alert_of(recovery, "R01")
    contact["alerts"] = shown(as_nurse, recovery)
    answers += [
        as_nurse.post(url("alert_claim", alert.uuid)),
        as_nurse.post(url("contact_new", recovery.uuid), contact),
        as_nurse.post(url("alert_close", alert.uuid), contact | {"reason": "phone", "text": ""}),
        as_nurse.post(url("recovery_state", recovery.uuid), {"state": "paused"}),
        as_nurse.post(url("enrol"), FILLED),
    ]
    assert [answer.status_code for answer in answers] == [302] * len(answers)
    assert {name for answer in answers for name in answer.cookies} <= {"sessionid", "csrftoken"}
    assert "is enrolled." in words(as_nurse.get(url("queue")))
    assert "is enrolled." not in words(as_nurse.get(url("queue")))
    assert "enrolled" not in str([row.get_decoded() for row in Session.objects.all()])


def test_the_doors_leave_the_same_two(client: Client, nurse: User, clean_cache: None) -> None:
    client.post(url("account_login"), {"email": nurse.email})
    client.post(url("account_confirm_login_code"), {"code": "000000"})
    client.post(url("staff_sign_in"), {"username": nurse.email, "password": "wrong"})
    client.post(url("staff_password_reset"), {"email": ""})
    assert set(client.cookies) <= {"sessionid", "csrftoken"}
