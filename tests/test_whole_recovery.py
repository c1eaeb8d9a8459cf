"""One patient from enrolment to the last check-in, by moving the one clock.

What must come of it stands in data/whole_recovery.csv, whose dates and times were written by hand
from docs/protocol.md: every check-in with its window, when it was answered if it was, and every
reminder that went out. Wall-clock times are New York's; the clocks go forward on day 2.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from recovery import tasks
from recovery.models import Alert, CheckIn, Message, Recovery
from recovery.services import enrolment
from tests.cast import ZONE, user_of
from tests.views.patient.conftest import QUIET_POST

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo(ZONE)
PLANNED = list(csv.DictReader((Path(__file__).parent / "data" / "whole_recovery.csv").open()))
ENROLLED, LAST = date(2026, 2, 3), date(2026, 6, 19)
# The hours of a day at which anything is planned or done.
HOURS = (
    *("06:00", "09:00", "09:30", "10:00", "10:30", "11:00", "12:00", "16:00"),
    *("17:00", "18:00", "19:00", "20:00", "21:00", "21:30", "23:59"),
)
RATED = {"NRS-0": "3", "PEG-0": "3", "PEG-1": "3", "PEG-2": "3"}
CALM = {
    "leg_pain_status": "usual",
    "leg_weakness": "none",
    "leg_numbness": "none",
    "saddle": "no",
    "bladder": "no",
    "bowel": "no",
    "opioids_taken": "no",
}
FORMS: dict[str, dict[str, str]] = {
    "BASE": RATED | CALM | {"NRS-0": "7", "FACTS-0": "no", "FACTS-1": "no"},
    "C14": RATED | {"spot": "no"},
    "C30": RATED | {"PGIC-0": "2"},
    "C90": RATED | {"PGIC-0": "1"},
}


def moments() -> Iterator[datetime]:
    for days in range((LAST - ENROLLED).days + 1):
        for hour in HOURS:
            on, at = ENROLLED + timedelta(days=days), time.fromisoformat(hour)
            yield datetime.combine(on, at, NEW_YORK)


@pytest.fixture
def recovery(clinic, nurse, set_clock) -> Recovery:
    enrolled = datetime.combine(ENROLLED, time(6), NEW_YORK)
    set_clock(enrolled)
    return enrolment.enrol(
        clinic=clinic,
        user=nurse,
        now=enrolled,
        record_number="R1",
        given_name="Ruth",
        family_name="Keller",
        procedure_at=datetime(2026, 3, 6, 9, 30, tzinfo=NEW_YORK),
        email_ok=True,
        email="ruth@example.org",
        anticoagulated=False,
        osteoporosis=False,
    )


def answer(client: Client, recovery: Recovery, key: str) -> None:
    checkin = CheckIn.objects.get(recovery=recovery, key=key)
    if key not in FORMS:
        form = client.get(reverse("log_new", args=[recovery.uuid])).url
        page = client.get(form).content.decode()
        [day] = re.findall(r'name="log_date" value="([-\d]+)"', page)
        assert client.post(form, QUIET_POST | {"log_date": day}).status_code == 302
        return
    form = client.get(reverse("checkin_start", args=[recovery.uuid, checkin.uuid])).url
    review = client.post(form, FORMS[key] | {"save_incomplete": "1"})
    assert client.post(review.url).url.endswith("/sent/")


def wall(at: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
    return at.astimezone(NEW_YORK).strftime(form)


def test_a_whole_recovery(recovery, set_clock, mail_server):
    answers = {row["answered"]: row["key"] for row in PLANNED if row["answered"]}
    client = Client()
    client.force_login(user_of(recovery))
    for moment in moments():
        set_clock(moment)
        tasks.tick()
        if Message.objects.filter(state=Message.State.OWED).exists():
            tasks.send()
        if key := answers.get(wall(moment)):
            answer(client, recovery, key)
    recovery.refresh_from_db()
    assert recovery.state == Recovery.State.COMPLETED
    assert recovery.next_event_at is None
    assert sorted(happened(recovery), key=lambda row: row["key"]) == sorted(
        PLANNED, key=lambda row: row["key"]
    )
    # Days 12 and 13 missed; the six-week form expired unfilled.
    assert sorted(Alert.objects.values_list("rule", flat=True)) == ["R41", "R43"]
    # The invitation and every reminder arrived once.
    reminders = sum(len(row["reminders"].split(";")) for row in PLANNED if row["reminders"])
    assert len(mail_server.accepted) == 1 + reminders


def happened(recovery: Recovery) -> Iterator[dict[str, Any]]:
    for row in CheckIn.objects.filter(recovery=recovery):
        sent = row.messages.filter(state=Message.State.SENT).order_by("sent_at")
        yield {
            "key": row.key,
            "opens": wall(row.opens_at),
            "expires": wall(row.expires_at),
            "answered": wall(row.completed_at) if row.completed_at else "",
            "state": row.state,
            "reminders": ";".join(wall(mail.sent_at, "%m-%d %H:%M") for mail in sent),
        }
