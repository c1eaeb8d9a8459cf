"""Mails by a provider's HTTP API: what each of its answers is taken for, and what travels along."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from recovery.models import Message, Patient
from tests.engine import free_port
from tests.services.test_delivery import AT, HOUR, address, owe, patient, patients, send, states

__all__ = ["patient", "patients"]
pytestmark = pytest.mark.django_db

KEPT = (200, {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"})
CUT = (0, {})
INACTIVE = (
    "You tried to send to a recipient that has been marked as inactive.\nFound inactive addresses:"
    " ADDRESS.\nInactive recipients are ones that have generated a hard bounce."
)


class Provider(ThreadingHTTPServer):
    """Speaks as Postmark does and answers by address; what it took is in `taken`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, tuple[int, dict[str, Any]]] = {}
        self.asked: list[dict[str, Any]] = []
        self.taken: list[dict[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        mail = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(mail)
        status, answer = self.server.answers.get(mail["To"], KEPT)
        if (status, answer) in (KEPT, CUT):
            self.server.taken.append(mail)
        if status == 0:
            self.close_connection = True
            return
        body = json.dumps(answer | {"To": mail["To"]}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with Provider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        speak_to(settings, server.server_port)
        yield server
        server.shutdown()


def speak_to(settings: Any, port: int) -> None:
    settings.MAIL_PROVIDER = "postmark"
    # Django's test runner keeps mails in memory; here they go where production sends them.
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = settings.ANYMAIL | {
        "POSTMARK_API_URL": f"http://127.0.0.1:{port}/",
        "POSTMARK_SERVER_TOKEN": "token",
    }


def test_a_mail_goes_with_its_row_and_its_message_id(patient, provider):
    message = owe(patient)
    assert (send(), send()) == (1, 0)
    assert states(message) == ["sent"]
    [mail] = provider.taken
    assert mail["To"] == address(patient)
    assert mail["Metadata"] == {"message": str(message.uuid)}
    headers = {header["Name"]: header["Value"] for header in mail["Headers"]}
    assert headers["Message-ID"] == message.message_id
    assert headers["X-PM-KeepID"] == "true"
    assert "List-Unsubscribe" in headers
    # Nobody watches when a mail is opened or which link is followed.
    assert (mail["TrackOpens"], mail["TrackLinks"]) == (False, "None")
    assert mail["TextBody"]
    assert mail["HtmlBody"]


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        pytest.param(
            (422, {"ErrorCode": 300, "Message": "Invalid 'From' address"}),
            "refused",
            "server",
            id="a mail that it does not take",
        ),
        pytest.param(
            (422, {"ErrorCode": 406, "Message": "Words that nobody knows"}),
            "refused",
            "server",
            id="a refusal in other words",
        ),
        pytest.param(
            (422, {"ErrorCode": 406, "Message": INACTIVE}),
            "refused",
            "address_fails",
            id="an address that it knows to fail",
        ),
        pytest.param((429, {}), "owed", "", id="too many at once"),
        pytest.param((503, {}), "owed", "", id="not now"),
        pytest.param((401, {}), "owed", "", id="our key is wrong"),
        pytest.param((500, {}), "unknown", "", id="broken in the middle"),
        pytest.param(CUT, "unknown", "", id="cut before the answer"),
    ],
)
def test_what_an_answer_is_taken_for(patients, provider, answer, state, reason):
    message = owe(patients[0])
    to = address(patients[0])
    status, body = answer
    words = body.get("Message", "").replace("ADDRESS", to)
    provider.answers[to] = answer if answer == CUT else (status, body | {"Message": words})
    other = owe(patients[1])
    assert send() == 1
    assert states(message, other) == [state, "sent"]
    assert message.reason == reason
    fails = Patient.objects.exclude(address_fails_at=None).count()
    assert fails == (reason == "address_fails")
    if state != "owed":
        provider.answers.clear()
        assert send(AT + HOUR) == 0


def test_an_alert_of_unknown_fate_goes_again_as_the_same_mail(patient, nurse, provider):
    message = owe(patient, kind="alert", user=nurse, checkin=None, urgency=0)
    provider.answers[nurse.email] = CUT
    send()
    provider.answers.clear()
    assert send(AT + HOUR) == 1
    assert states(message) == ["sent"]
    ids = {mail["Metadata"]["message"] for mail in provider.asked}
    assert ids == {str(message.uuid)}


def test_a_provider_that_cannot_be_reached_loses_nothing(patients, settings):
    speak_to(settings, free_port())
    found = [owe(recovery) for recovery in patients]
    assert send() == 0
    assert states(*found) == ["owed"] * 5
    assert not Message.objects.filter(state="unknown").exists()
