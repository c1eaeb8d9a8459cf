"""A check-in form over HTTP: filled in, kept, looked over, sent, by a sign-in and by a link."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recovery.models import Alert, CheckIn, FormResponse, Recovery, Score, User
from recovery.services import tick
from recovery.tokens import link_token
from tests.cast import checkin_of, make_recovery, sign_in_staff, user_of

pytestmark = pytest.mark.django_db
ONE_MONTH = {"NRS-0": "4", "PEG-0": "6", "PEG-1": "7", "PEG-2": "4", "PGIC-0": "2"}
TWO_WEEK = {"spot": "no", "activity_level": "light", "PEG-0": "1", "PEG-1": "2", "PEG-2": "3"}
WONT_STOP = TWO_WEEK | {"spot": "yes", "spot_signs": "wont_stop"}


@pytest.fixture
def recovery(clinic, nurse, afternoon) -> Recovery:
    """On day 28: the one-month form is open."""
    return make_recovery(clinic, day=28, now=afternoon)


@pytest.fixture
def checkin(recovery: Recovery) -> CheckIn:
    return checkin_of(recovery, "C30")


def signed_in(recovery: Recovery) -> Client:
    client = Client()
    client.force_login(user_of(recovery))
    return client


@pytest.fixture
def phone(recovery: Recovery) -> Client:
    return signed_in(recovery)


def page(checkin: CheckIn, name: str = "form", client_id: uuid.UUID | None = None) -> str:
    return reverse(
        f"checkin_{name}", args=[checkin.recovery.uuid, checkin.uuid, client_id or uuid.uuid4()]
    )


def start(client: Client, checkin: CheckIn) -> str:
    return client.get(reverse("checkin_start", args=[checkin.recovery.uuid, checkin.uuid])).url


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_deadline_in_another_week_has_its_date(clinic, nurse, afternoon):
    recovery = make_recovery(clinic, day=-9, now=afternoon, baseline=False)
    client = signed_in(recovery)
    day = recovery.procedure_on
    for address in (
        reverse("today", args=[recovery.uuid]),
        start(client, checkin_of(recovery, "BASE")),
    ):
        assert f"{day:%A, %B} {day.day}, at 9:30 AM" in text(client.get(address))


def test_where_no_log_is_open_the_form_is_what_to_do(clinic, nurse, afternoon):
    recovery = make_recovery(clinic, day=-5, now=afternoon, baseline=False)
    said = text(signed_in(recovery).get(reverse("today", args=[recovery.uuid])))
    assert "Start check-in" in said
    assert "No check-in is open now" not in said


def test_it_stands_on_today_beside_the_log(phone, recovery, checkin):
    today = phone.get(reverse("today", args=[recovery.uuid]))
    assert "One-month check-in" in text(today)
    assert reverse("checkin_start", args=[recovery.uuid, checkin.uuid]) in today.content.decode()


def test_filled_in_looked_over_and_sent(phone, checkin):
    form = start(phone, checkin)
    review = phone.post(form, ONE_MONTH)
    assert review.url == form + "review/"
    shown = text(phone.get(review.url))
    assert "Rate your back pain over the past 7 days" in shown
    assert "Much Improved" in shown
    assert not Score.objects.exists()
    sent = phone.post(review.url)
    assert sent.url == form + "sent/"
    assert "Thank you. Your answers are sent." in text(phone.get(sent.url))
    response = FormResponse.objects.current().get(checkin=checkin)
    assert (response.source, response.mode, response.late) == ("patient", "web", False)
    scores = Score.objects.filter(response=response).order_by("instrument")
    assert [(one.instrument, one.score) for one in scores] == [
        ("NRS", "4"),
        ("PEG", "5.7"),
        ("PGIC", "2"),
    ]


def test_looking_sends_nothing(phone, checkin):
    form = start(phone, checkin)
    phone.post(form, ONE_MONTH)
    for _ in range(3):
        phone.get(form + "review/")
        phone.head(form + "review/")
    checkin.refresh_from_db()
    assert checkin.state == CheckIn.State.OPEN


def test_what_is_missing_is_asked_again_and_then_let_go(phone, checkin):
    form = start(phone, checkin)
    again = phone.post(form, {"PEG-0": "8", "PEG-2": "7"})
    assert again.status_code == 200
    assert text(again).count("Answer this question, or go on without it below") == 3
    assert "Not answered: Interference with enjoyment of life over the past week" in text(again)
    assert "Go on without these answers" in text(again)
    review = phone.post(form, {"PEG-0": "8", "PEG-2": "7", "save_incomplete": "1"})
    shown = phone.get(review.url)
    assert "3 questions have no answer. You can still answer them" in text(shown)
    assert f'href="{form}"' in shown.content.decode()
    sent = phone.post(review.url, follow=True)
    assert "3 questions have no answer." in text(sent)
    peg = Score.objects.get(instrument="PEG")
    assert (peg.total, peg.score, peg.answered) == (None, "", 2)


def test_the_summary_names_what_is_missing_in_the_order_of_the_page(clinic, nurse, afternoon):
    recovery = make_recovery(clinic, day=-5, now=afternoon, baseline=False)
    phone = signed_in(recovery)
    said = phone.post(start(phone, checkin_of(recovery, "BASE")), {}).content.decode()
    summary = said[said.index('id="errors"') : said.index("</ul>", said.index('id="errors"'))]
    named = re.findall(r'href="#([^"]+)"', summary)
    places = [said.index(f'id="{target}"') for target in named]
    assert named[0] == "NRS-0_0"
    assert places == sorted(places)
    assert len(named) > 10


@pytest.mark.parametrize("typed", ["11", "-1", "5.5", "eleven", ["4", "5"]])
def test_a_wrong_answer_is_refused_at_its_question_and_the_rest_is_kept(phone, checkin, typed):
    form = start(phone, checkin)
    refused = phone.post(form, ONE_MONTH | {"NRS-0": typed})
    assert refused.status_code == 200
    assert 'id="NRS-0-err"' in refused.content.decode()
    draft = FormResponse.objects.get(checkin=checkin)
    assert draft.status == "in_progress"
    assert "NRS" not in draft.answers
    assert draft.answers["PGIC"] == {"pgic": 2}


def test_begun_on_one_device_and_ended_on_another(phone, recovery, checkin):
    form = start(phone, checkin)
    kept = phone.post(form, {"NRS-0": "4", "later": "1"})
    assert "Your answers are kept. They are not sent yet." in text(kept)
    tablet = signed_in(recovery)
    assert "You have begun. Go on." in text(tablet.get(reverse("today", args=[recovery.uuid])))
    resumed = start(tablet, checkin)
    assert resumed == form
    assert re.search(r'id="NRS-0_4" value="4" checked', tablet.get(resumed).content.decode())
    tablet.post(resumed, ONE_MONTH)
    tablet.post(resumed + "review/")
    assert start(phone, checkin) == form + "sent/"


def test_a_sent_form_can_be_corrected_until_it_closes(phone, checkin):
    form = start(phone, checkin)
    phone.post(form, ONE_MONTH)
    phone.post(form + "review/")
    changed = phone.post(form, ONE_MONTH | {"NRS-0": "5"})
    assert changed.url == form + "sent/"
    first, second = FormResponse.objects.filter(checkin=checkin).order_by("revision")
    assert second.supersedes == first
    assert first.answers["NRS"] == {"nrs-7d": 4}
    assert second.answers["NRS"] == {"nrs-7d": 5}


def test_a_retry_that_comes_after_a_correction_reverts_nothing(phone, checkin):
    form = start(phone, checkin)

    def opened(pain: str) -> dict[str, str]:
        """What the page, opened now, would send with this pain."""
        page = phone.get(form).content.decode()
        [revision] = re.findall(r'name="revision" value="([^"]*)"', page)
        return ONE_MONTH | {"NRS-0": pain, "revision": revision}

    first = opened("4")
    phone.post(form, first)
    phone.post(form + "review/")
    second = opened("5")
    phone.post(form, second)
    third = opened("6")
    for again in (third, second, first, third):
        phone.post(form, again)
    sent = FormResponse.objects.filter(checkin=checkin).order_by("revision")
    assert [one.answers["NRS"]["nrs-7d"] for one in sent] == [4, 5, 6]
    # Who opens the form anew and goes back to an older answer means it.
    phone.post(form, opened("4"))
    assert FormResponse.objects.current().get(checkin=checkin).answers["NRS"] == {"nrs-7d": 4}


def test_fifty_posts_are_one_response(phone, checkin):
    form = start(phone, checkin)
    for _ in range(5):
        phone.post(form, ONE_MONTH)
    for _ in range(5):
        phone.post(form + "review/")
    assert FormResponse.objects.filter(checkin=checkin).count() == 1


def test_after_it_closed_it_says_so_and_keeps_what_was_typed(phone, checkin, set_clock):
    form = start(phone, checkin)
    set_clock(checkin.expires_at)
    tick.run(now=checkin.expires_at)
    late = phone.post(form, ONE_MONTH)
    assert "This check-in has closed" in text(late)
    assert "Your answers are kept. The nurses can see them" in text(late)
    draft = FormResponse.objects.get(checkin=checkin)
    assert (draft.status, draft.late) == ("in_progress", True)
    assert "This check-in has closed" in text(phone.get(form))


def test_the_deadline_shown_is_the_deadline_that_holds(phone, checkin, set_clock):
    form = start(phone, checkin)
    set_clock(checkin.expires_at - timedelta(seconds=30))
    assert phone.post(form, ONE_MONTH).status_code == 302
    assert "It is open until" in text(phone.get(form))


def test_a_sign_of_danger_is_answered_at_once(clinic, nurse, afternoon):
    recovery = make_recovery(clinic, day=13, now=afternoon)
    phone, checkin = signed_in(recovery), checkin_of(recovery, "C14")
    form = start(phone, checkin)
    told = phone.post(form, {"spot": "yes", "spot_signs": "wont_stop"})
    assert told.status_code == 200
    assert "Press firmly on the spot" in text(told)
    assert Alert.objects.get(recovery=recovery).rule == "R06"
    assert "Press firmly on the spot" in text(phone.get(form + "review/"))


def test_a_red_flag_in_a_refused_correction_is_still_answered(clinic, nurse, afternoon):
    recovery = make_recovery(clinic, day=13, now=afternoon)
    phone, checkin = signed_in(recovery), checkin_of(recovery, "C14")
    form = start(phone, checkin)
    phone.post(form, TWO_WEEK)
    phone.post(form + "review/")
    told = phone.post(form, WONT_STOP | {"PEG-0": "x"})
    assert "Press firmly on the spot" in text(told)
    assert "There is a problem" in text(told)
    assert [alert.rule for alert in recovery.alerts.all()] == ["R06"]
    phone.post(form, WONT_STOP)
    sent = FormResponse.objects.current().get(checkin=checkin)
    assert (sent.revision, sent.answers["PEG"]["peg-average"]) == (2, 1)


@pytest.mark.parametrize("door", ["signed in", "by link"])
@pytest.mark.parametrize("sent_before", [False, True])
def test_a_red_flag_that_came_too_late_is_still_answered(
    clinic, nurse, afternoon, set_clock, door, sent_before
):
    recovery = make_recovery(clinic, day=13, now=afternoon)
    checkin = checkin_of(recovery, "C14")
    phone = signed_in(recovery) if door == "signed in" else Client()
    form = start(phone, checkin) if door == "signed in" else phone.get(link_page(checkin)).url
    phone.post(form, TWO_WEEK)
    if sent_before:
        phone.post(form + "review/")
    set_clock(checkin.expires_at)
    tick.run(now=checkin.expires_at)
    told = phone.post(form, WONT_STOP)
    assert "Press firmly on the spot" in text(told)
    assert "This check-in has closed" in text(told)
    assert [alert.rule for alert in recovery.alerts.filter(rule__lt="R40")] == ["R06"]
    sent = FormResponse.objects.current().filter(checkin=checkin)
    assert [one.answers["log"]["bleeding"] for one in sent] == ["none"] * sent_before


def test_the_two_week_form_asks_the_wound_and_no_more_of_the_log(clinic, nurse, afternoon):
    recovery = make_recovery(clinic, day=13, now=afternoon)
    phone, checkin = signed_in(recovery), checkin_of(recovery, "C14")
    form = start(phone, checkin)
    assert "saddle" not in phone.get(form).content.decode()
    phone.post(form, TWO_WEEK)
    phone.post(form + "review/")
    response = FormResponse.objects.current().get(checkin=checkin)
    assert response.answers["log"] == {"activity_level": "light", "wound": [], "bleeding": "none"}
    assert response.rules == []


def test_the_baseline(clinic, nurse, afternoon):
    recovery = make_recovery(
        clinic, day=-5, now=afternoon, baseline=False, baseline_pain=None, osteoporosis=None
    )
    phone, checkin = signed_in(recovery), checkin_of(recovery, "BASE")
    form = start(phone, checkin)
    answers = {
        "NRS-0": "7",
        "PEG-0": "7",
        "PEG-1": "6",
        "PEG-2": "7",
        "leg_pain_status": "usual",
        "leg_weakness": "none",
        "leg_numbness": "none",
        "saddle": "no",
        "bladder": "no",
        "bowel": "no",
        "opioids_taken": "no",
        "FACTS-0": "no",
        "FACTS-1": "yes",
        "FACTS-2": "Swim again",
    }
    assert "ODI" not in text(phone.get(form))
    review = phone.post(form, answers)
    assert review.status_code == 302
    assert "Swim again" in text(phone.get(review.url))
    phone.post(review.url)
    recovery.refresh_from_db()
    assert (recovery.baseline_pain, recovery.osteoporosis) == (7, True)


def link_page(checkin: CheckIn, *more: Any, name: str = "link") -> str:
    return reverse(name, args=[link_token(checkin), *more])


def test_by_link_without_a_password(recovery, checkin):
    mail = Client()
    form = mail.get(link_page(checkin)).url
    review = mail.post(form, ONE_MONTH)
    assert review.url == form + "review/"
    sent = mail.post(review.url)
    assert "Thank you. Your answers are sent." in text(mail.get(sent.url))
    assert FormResponse.objects.current().get(checkin=checkin).mode == "link"


def test_a_link_shows_no_draft_of_another_browser(phone, checkin):
    phone.post(start(phone, checkin), {"NRS-0": "4", "later": "1"})
    mail = Client()
    form = mail.get(link_page(checkin)).url
    assert "checked" not in mail.get(form).content.decode()
    known = FormResponse.objects.get(checkin=checkin).client_id
    borrowed = mail.get(link_page(checkin, known, name="link_form"))
    assert "checked" not in borrowed.content.decode()


@pytest.mark.parametrize("name", ["form", "review", "saved"])
def test_a_stranger_finds_nothing(stranger, checkin, name):
    assert stranger.get(page(checkin, name)).status_code == 404


def test_a_log_is_no_form(phone, recovery):
    log = checkin_of(recovery, "PULSE-27")
    assert phone.get(page(log)).status_code == 404
    assert Client().get(link_page(log, uuid.uuid4(), name="link_review")).status_code == 404


def test_a_form_of_an_old_date_is_gone(phone, checkin):
    CheckIn.objects.filter(pk=checkin.pk).update(state=CheckIn.State.CANCELLED)
    assert phone.get(page(checkin)).status_code == 404


def test_statements(phone, checkin):
    form = start(phone, checkin)
    with CaptureQueriesContext(connection) as read:
        phone.get(form)
    with CaptureQueriesContext(connection) as kept:
        phone.post(form, ONE_MONTH)
    assert len(read) <= 7
    assert len(kept) <= 15


def test_today_costs_no_more_for_it(phone, recovery):
    with CaptureQueriesContext(connection) as today:
        phone.get(reverse("today", args=[recovery.uuid]))
    assert len(today) <= 7


SAFE = dict.fromkeys(("saddle", "bladder", "bowel"), "no") | {
    "leg_pain_status": "none",
    "leg_weakness": "none",
    "leg_numbness": "none",
}


@pytest.fixture
def baseline(clinic, nurse, afternoon) -> CheckIn:
    """Five days before the procedure: the form that asks for every sign of a trapped nerve."""
    recovery = make_recovery(clinic, day=-5, now=afternoon, baseline=False)
    return checkin_of(recovery, "BASE")


def by_staff(nurse: User, checkin: CheckIn, **answers: str) -> int:
    """A nurse enters the form for the patient, by phone."""
    address = reverse("staff_checkin", args=[checkin.recovery.uuid, checkin.key])
    entered = SAFE | {"mode": "phone", "save_incomplete": "1"} | answers
    desk = Client()
    sign_in_staff(desk, nurse)
    return desk.post(address, entered).status_code


def opened_by(door: str, checkin: CheckIn) -> tuple[Client, str]:
    if door == "signed in":
        phone = signed_in(checkin.recovery)
        return phone, start(phone, checkin)
    mail = Client()
    return mail, mail.get(link_page(checkin)).url


def saddle_of(checkin: CheckIn, **of: Any) -> list[tuple[str, str]]:
    rows = FormResponse.objects.filter(checkin=checkin, **of).order_by("pk")
    return [(one.source, one.answers["log"]["saddle"]) for one in rows]


@pytest.mark.parametrize("door", ["signed in", "by link"])
@pytest.mark.parametrize("refused", [False, True])
def test_a_draft_stays_the_patients_when_staff_enter_the_form(baseline, nurse, door, refused):
    """Also where what staff typed is refused and kept, because it tells of a danger."""
    phone, form = opened_by(door, baseline)
    phone.post(form, SAFE | {"later": "1"})
    wrong = {"mode": "", "bladder": "yes"} if refused else {}
    assert by_staff(nurse, baseline, **wrong) == (200 if refused else 302)
    told = phone.post(form, SAFE | {"saddle": "yes", "later": "1"})
    assert told.status_code == 200
    assert "Call 911" in text(told)
    assert "R01" in [alert.rule for alert in baseline.recovery.alerts.all()]
    assert saddle_of(baseline) == [("patient", "yes"), ("staff", "no")]
    review = phone.post(form, SAFE | {"save_incomplete": "1"})
    assert "Thank you" in text(phone.post(review.url, follow=True))


@pytest.mark.parametrize("door", ["signed in", "by link"])
@pytest.mark.parametrize("wrong", [{}, {"NRS-0": "eleven"}])
def test_a_red_flag_is_taken_where_staff_have_corrected_what_was_sent(baseline, nurse, door, wrong):
    phone, form = opened_by(door, baseline)
    phone.post(form, SAFE | {"save_incomplete": "1"})
    phone.post(form + "review/")
    assert by_staff(nurse, baseline, leg_numbness="usual") == 302
    danger = SAFE | {"saddle": "yes", "save_incomplete": "1", "revision": "0"}
    told = phone.post(form, danger | wrong, follow=True)
    assert told.status_code == 200
    assert "Call 911" in text(told)
    assert "R01" in [alert.rule for alert in baseline.recovery.alerts.all()]
    assert saddle_of(baseline, status="in_progress") == [("patient", "yes")]
    # From the same page once more: nothing is told twice, and it can be mended and sent.
    review = phone.post(form, danger)
    assert "Thank you" not in text(phone.post(review.url, follow=True))
    assert saddle_of(baseline) == [("patient", "no"), ("staff", "no"), ("patient", "yes")]


def test_a_page_that_staff_have_overtaken_says_who_answered(baseline, nurse):
    phone = signed_in(baseline.recovery)
    by_staff(nurse, baseline)
    address = start(phone, baseline)
    assert "Your clinic entered these answers for you." in text(phone.get(address))
    form = address.removesuffix("sent/")
    assert "checked" in phone.get(form).content.decode()
    phone.post(form, SAFE | {"save_incomplete": "1"})
    assert saddle_of(baseline) == [("staff", "no")]
    review = phone.post(form, SAFE | {"bowel": "yes", "save_incomplete": "1"})
    phone.post(review.url)
    current = FormResponse.objects.current().filter(checkin=baseline).order_by("completed_at")
    assert [one.source for one in current] == ["staff", "patient"]


def test_a_draft_of_staff_is_not_the_patients(baseline, nurse):
    assert by_staff(nurse, baseline, mode="", bladder="yes") == 200
    phone = signed_in(baseline.recovery)
    assert "You have begun" not in text(phone.get(reverse("today", args=[baseline.recovery.uuid])))
    form = start(phone, baseline)
    assert "checked" not in phone.get(form).content.decode()
    [draft] = FormResponse.objects.filter(checkin=baseline)
    theirs = page(baseline, client_id=draft.client_id)
    assert phone.get(theirs + "review/").status_code == 302
    assert phone.post(theirs, SAFE | {"saddle": "yes", "later": "1"}).status_code == 200
    assert saddle_of(baseline) == [("staff", "no"), ("patient", "yes")]
