"""What machines ask, and what people see when a part is gone."""

import re
import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recovery.models import DailyLog, Heartbeat, Message
from recovery.services import logs
from tests.cast import QUIET, make_recovery, user_of

WRAPPING = {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"}
FORM = {
    "pain_avg": "9",
    "pain_controlled": "yes",
    "bladder": "yes",
    "log_date": "2026-03-02",
}


def alive() -> None:
    for name in ("beat", "tick", "send"):
        Heartbeat.objects.create(name=name, at=timezone.now())


@pytest.fixture
def database_gone(monkeypatch, settings):
    """The database refuses every statement, as a server that has gone away does."""

    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(CursorWrapper, "execute", refuse)
    settings.EMERGENCY_NUMBER = "112"


def test_healthz_answers_without_a_database(client):
    assert client.get("/healthz").content == b"ok"


@pytest.mark.django_db
def test_readyz_names_the_part_that_is_not_well(client):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "ok"
    assert response.json()["tick"] == "never"


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["beat", "tick", "send"])
@pytest.mark.parametrize(("minutes", "state"), [(4, "ok"), (6, "last finished 36")])
def test_readyz_knows_the_age_of_each_parts_last_round(client, part, minutes, state):
    alive()
    Heartbeat.objects.filter(name=part).update(at=timezone.now() - timedelta(minutes=minutes))
    assert client.get("/readyz").json()[part].startswith(state)


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["send", "mail server", "mail acceptance"])
@pytest.mark.parametrize(("minutes", "state"), [(4, "ok"), (6, "behind for 36")])
def test_readyz_knows_what_runs_and_gets_nowhere(client, part, minutes, state):
    alive()
    since = timezone.now() - timedelta(minutes=minutes)
    Heartbeat.objects.update_or_create(
        name=part, defaults={"at": timezone.now(), "behind_since": since}
    )
    assert client.get("/readyz").json()[part].startswith(state)


@pytest.mark.service
@pytest.mark.django_db
def test_readyz_is_ready_with_all_parts(client):
    alive()
    assert client.get("/readyz").status_code == 200


# The same, told to staff
# -----------------------


def banner(client: Client) -> str:
    page = client.get(reverse("queue")).content.decode()
    return page.partition('class="ic-standstill ic-noprint"')[2].partition("</section>")[0]


@pytest.mark.django_db
def test_staff_see_no_banner_while_all_is_well(as_nurse):
    alive()
    assert banner(as_nurse) == ""


@pytest.mark.django_db
def test_staff_are_told_that_the_engine_never_ran(as_nurse):
    assert "not going out yet" in banner(as_nurse)


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["beat", "tick", "send"])
def test_staff_are_told_since_when_a_part_is_silent(as_nurse, clinic, part):
    alive()
    since = timezone.now() - timedelta(minutes=5)
    Heartbeat.objects.filter(name=part).update(at=since)
    there = since.astimezone(ZoneInfo(clinic.zone))
    assert re.search(rf"not going out since (\w+ )?{there:%H:%M}", banner(as_nurse))


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "told"), [(4, False), (5, True)])
def test_staff_are_told_that_mails_wait_though_all_parts_run(as_nurse, minutes, told):
    alive()
    since = timezone.now() - timedelta(minutes=minutes)
    Heartbeat.objects.filter(name="send").update(behind_since=since)
    assert ("not going out since" in banner(as_nurse)) is told


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_without_a_database_a_page_says_so_with_the_emergency_number(visitor, database_gone):
    response = visitor.get(reverse("account_login"))
    assert response.status_code == 503
    page = response.content.decode()
    assert "112" in page
    assert "call your clinic" in page
    assert "Not saved" not in page


@pytest.mark.django_db
def test_without_a_database_staff_are_not_sent_to_their_own_clinic(visitor, database_gone):
    visitor.cookies["sessionid"] = "a" * 32
    page = visitor.get(reverse("queue"))
    assert page.status_code == 503
    assert "call your clinic" not in page.content.decode()


@pytest.mark.django_db
def test_without_a_database_a_page_has_its_looks_and_needs_none(visitor, database_gone):
    page = visitor.get(reverse("account_login")).content.decode()
    sheets = re.findall(r'<link rel="stylesheet" href="(.+?)"', page)
    assert sheets == ["/static/css/bootstrap.min.css", "/static/css/care.css"]
    assert [visitor.get(sheet).status_code for sheet in sheets] == [200, 200]
    assert "<style" not in page
    assert "style=" not in page
    # A drawing has its size without a stylesheet.
    assert page.count("<svg") == len(re.findall(r'<svg[^>]* width="\d+" height="\d+"', page))


@pytest.mark.django_db
def test_without_a_database_a_log_is_said_to_be_not_saved_and_still_answered(
    clinic, nurse, visitor, monkeypatch, request
):
    recovery = make_recovery(clinic, day=5)
    visitor.force_login(user_of(recovery))
    request.getfixturevalue("database_gone")
    address = reverse("log_form", args=[recovery.uuid, uuid.uuid4()])
    response = visitor.post(address, FORM)
    monkeypatch.undo()
    page = response.content.decode()
    assert response.status_code == 503
    assert "Not saved" in page
    assert "nerves low in your back are being squeezed" in page
    assert "Call 112" in page
    assert not DailyLog.objects.exists()


@pytest.mark.django_db
def test_without_a_database_a_quiet_log_gets_no_false_advice(
    clinic, nurse, visitor, monkeypatch, request
):
    recovery = make_recovery(clinic, day=5)
    visitor.force_login(user_of(recovery))
    request.getfixturevalue("database_gone")
    address = reverse("log_form", args=[recovery.uuid, uuid.uuid4()])
    page = visitor.post(address, FORM | {"bladder": "no"}).content.decode()
    monkeypatch.undo()
    assert "Not saved" in page
    assert "squeezed" not in page


@pytest.mark.django_db
def test_without_redis_a_log_is_saved_and_its_alert_mail_stays_owed(
    clinic, nurse, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    recovery = make_recovery(clinic, day=5)
    with django_capture_on_commit_callbacks(execute=True) as nudged:
        logs.record(
            recovery_id=recovery.pk,
            values=QUIET | {"saddle": "yes"},
            client_id=uuid.uuid4(),
            revision=None,
            log_date=recovery.procedure_on + timedelta(days=5),
            now=timezone.now(),
            source="patient",
            mode="web",
        )
    assert nudged
    assert "No nudge" in caplog.text
    assert Message.objects.get(kind="alert").state == Message.State.OWED


# What a log costs
# ----------------


@pytest.mark.django_db
@pytest.mark.parametrize(("alerts", "most"), [({}, 9), ({"saddle": "yes", "chills": "yes"}, 15)])
def test_what_a_log_costs_from_post_to_answer(clinic, nurse, settings, client, alerts, most):
    """B2: with session, user and access; the clock of a demo is not read in a clinic."""
    settings.DEMO = False
    quiet = FORM | dict.fromkeys(("leg_pain_status", "leg_weakness", "leg_numbness"), "none")
    quiet |= dict.fromkeys(("saddle", "bladder", "bowel", "chest_or_breath", "chills"), "no")
    quiet |= {"signs": "none", "spot": "no", "pain_avg": "4"} | alerts
    for _warm in range(2):
        recovery = make_recovery(clinic, day=5)
        quiet["log_date"] = str(recovery.procedure_on + timedelta(days=5))
        client.force_login(user_of(recovery))
        address = reverse("log_form", args=[recovery.uuid, uuid.uuid4()])
        with CaptureQueriesContext(connection) as captured:
            response = client.post(address, quiet)
        assert response.status_code == 302
    data = [query["sql"] for query in captured if query["sql"].split()[0] not in WRAPPING]
    assert len(data) <= most, data
