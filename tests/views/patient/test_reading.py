"""Every page of a patient reads at grade 6 or below, as rendered. The routes are read from the
URLconf: a page that is shown nowhere here fails the test.
"""

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.clinical.readability import grade
from recovery.models import (
    CheckIn,
    Clinic,
    Milestone,
    Pathway,
    PatientAccess,
    Recovery,
    User,
    VisitQuestion,
)
from recovery.services import recoveries, visits
from recovery.tokens import first_log_token, link_token, unsubscribe_token
from recovery.urls import link_urls, patient_urls
from tests.cast import checkin_of, make_recovery, user_of
from tests.pages import filled, read
from tests.pathways import changes, own_pathway
from tests.texting import Texts, by_text
from tests.views.patient.conftest import QUIET_POST, at, post, url
from tests.visits import ask

HIGHEST = 6
ANSWERS = {name: value for name, value in QUIET_POST.items() if name != "log_date"}
# What ends a thought even where no full stop is written: a label, a button, a row.
ENDS = re.compile(r"</(p|h1|h2|li|dt|dd|label|legend|summary|small|button|a|th|td|title)>|<br>")
# They only lead on to another page.
LEAD_ON = {"home", "log_new", "checkin_start", "account_request_login_code", "short_link"}
# Answers a script, with nothing to read.
WORDLESS = {"link_opened"}
# A physiotherapist's page, in the words of the trade.
NOT_PATIENTS = {"therapist_sheet"}
# Every check-in form, and a day on which it is open; the last three a clinic switches on.
FORMS = {
    "BASE": -7,
    "C14": 13,
    "C30": 29,
    "C42": 41,
    "C90": 89,
    "C180": 170,
    "C365": 350,
    "C730": 715,
}
SWITCHED_ON = {key: {"asked": True} for key in ("C180", "C365", "C730")}
HOUR = timedelta(hours=1)

SetClock = Callable[[datetime], None]
Shown = dict[str, Any]


def prose(html: str) -> str:
    """The page's words as sentences, without what only looks like words: numbers and addresses."""
    html = re.sub(r"(?s)<(script|svg|style|head|option)\b.*?</\1>", " ", html)
    text = re.sub(r"<[^>]+>", "", ENDS.sub(". ", html))
    text = re.sub(r"[^A-Za-z'’.?!, -]", " ", text)
    return re.sub(r"([.?!,])(\s*[.?!,])+", r"\1", text)


def too_hard(shown: Shown) -> dict[str, float]:
    grades = {name: round(grade(prose(page.content.decode())), 1) for name, page in shown.items()}
    return {name: found for name, found in grades.items() if found > HIGHEST}


def signed_in(recovery: Recovery) -> Client:
    client = Client()
    client.force_login(user_of(recovery))
    return client


def door(clinic: Clinic, now: datetime) -> Shown:
    """Signing in, out, and choosing a person; what is said of an address that is known or not."""
    client = Client()
    several = make_recovery(clinic, day=5, now=now)
    other = make_recovery(clinic, day=3, now=now, email="")
    PatientAccess.objects.create(
        user=user_of(several), patient=other.patient, relationship="caregiver"
    )
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody@example.net"))
    return {
        "sign in": client.get(reverse("account_login")),
        "no address": client.post(reverse("account_login"), {"email": ""}),
        "code": client.post(
            reverse("account_login"), {"email": "stranger@example.org"}, follow=True
        ),
        "wrong code": client.post(reverse("account_confirm_login_code"), {"code": "000000"}),
        "sign out": signed_in(several).get(reverse("account_logout")),
        "people": signed_in(several).get(reverse("people")),
        "no people": nobody.get(reverse("people")),
        "caregiver": signed_in(several).get(url("today", other)),
    }


def daily(clinic: Clinic, now: datetime) -> Shown:
    """Day 2: the log, its link, and what is said after it."""
    recovery = make_recovery(clinic, now=now)
    client = signed_in(recovery)
    token = link_token(checkin_of(recovery, "DAY-02"))
    blank = url("log_form", recovery, uuid.uuid4())
    linked = reverse("link_form", args=[token, uuid.uuid4()])
    shown = {
        "today": client.get(url("today", recovery)),
        "log": client.get(blank),
        "log with errors": client.post(blank, {"pain_avg": "12"}),
        "history, empty": client.get(url("history", recovery)),
        "signs": client.get(url("signs", recovery)),
        "milestones": client.get(url("milestones", recovery)),
        **{
            f"phase {code}": client.get(url("phase", recovery, code))
            for code in ("before", "immediate", "short_term", "gradual_return", "follow_up")
        },
        **{
            f"milestone {code}": client.get(url("milestone_form", recovery, code))
            for code in Milestone.Code.values
        },
        "milestone with errors": client.post(url("milestone_form", recovery, "walked"), {}),
        "link": client.get(reverse("link", args=[token]), follow=True),
        "link, errors": client.post(linked, {"pain_avg": "12"}),
        "link, signs": client.get(reverse("link_signs", args=[token])),
    }
    for name, answers in {
        "quiet": {},
        "review": {"signs": "fall"},
        "urgent": {"signs": "calf_one_leg"},
        "emergency": {"bladder": "yes"},
    }.items():
        shown[f"saved, {name}"] = client.get(post(client, recovery, **answers)["Location"])
    shown |= {
        "today, emergency": client.get(url("today", recovery)),
        "phase, emergency": client.get(url("phase", recovery, "short_term")),
        "history": client.get(url("history", recovery)),
        "link, answered": client.get(reverse("link", args=[token])),
        "link, saved": client.post(linked, ANSWERS, follow=True),
        "link, renewed": client.post(reverse("link_renew", args=[token])),
        "unsubscribe": client.get(
            reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)])
        ),
        "unsubscribed": client.post(
            reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)])
        ),
    }
    return shown


def reminding(clinic: Clinic, now: datetime) -> Shown:
    """By what and when a patient is reminded, a pause, and "later": asked, refused and done."""
    recovery, paused, one_kind = (by_text(make_recovery(clinic, now=now)) for _ in range(3))
    client, other, checkin = signed_in(recovery), signed_in(paused), checkin_of(recovery, "DAY-02")
    place = url("reminders", recovery)
    fields = filled(client.get(place))
    pause = url("reminders_pause", paused)
    later, linked = url("checkin_later", recovery, checkin.uuid), link_later(checkin)
    stop = reverse("unsubscribe", args=[unsubscribe_token(one_kind.patient)])
    return {
        "reminders": client.get(place),
        "reminders, errors": client.post(
            place, fields | {"mobile": "1", "remind_at": "20:00", "quiet_from": "19:00"}
        ),
        "reminders, no agreement": client.post(place, {**fields, "mobile": "", "sms_ok": ""}),
        "reminders, saved": client.post(place, fields, follow=True),
        "pause": other.get(pause),
        "pause, errors": other.post(pause, {"days": ""}),
        "paused": other.post(pause, {"days": "3"}, follow=True),
        "today, reminders paused": other.get(url("today", paused)),
        "reminders, paused": other.get(url("reminders", paused)),
        "later": client.get(later),
        "later, errors": client.post(later, {"when": ""}),
        "later, done": client.post(later, {"when": "tonight"}),
        "later, none left": other.get(
            url("checkin_later", paused, checkin_of(paused, "DAY-02").uuid)
        ),
        "later by link": Client().get(linked),
        "later by link, done": Client().post(linked, {"when": "morning"}),
        "one kind off": Client().post(stop, {"only": "logs"}),
        "the other kind off": Client().post(stop, {"only": "forms"}),
    }


def link_later(checkin: CheckIn) -> str:
    return reverse("link_later", args=[link_token(checkin)])


def visiting(clinic: Clinic, now: datetime) -> Shown:
    """Questions for a visit, and whether what was told can wait."""
    recovery, full = make_recovery(clinic, now=now), make_recovery(clinic, now=now)
    client, place = signed_in(recovery), url("visit_questions", recovery)
    shown = {"questions, none": client.get(place), "questions, errors": client.post(place)}
    asked = [ask(recovery, text, now=now) for text in ("May I swim?", "May I run?")]
    form = url("visit_question", recovery, asked[0].uuid)
    shown |= {
        "questions": client.get(place),
        "question": client.get(form),
        "question, errors": client.post(form, {"text": "", "read": "0"}),
        "question, moved": client.post(form, {"text": "May I bike?", "read": "9"}),
    }
    user = user_of(recovery)
    visits.take(recovery=recovery, read={asked[0].uuid: 0}, user=user, now=now)
    shown |= {
        "question, taken": client.post(form, {"text": "May I bike?", "read": "0"}),
        "questions, taken": client.get(place),
    }
    for number in range(VisitQuestion.MOST):
        ask(full, f"May I do this, number {number}?", now=now)
    shown["questions, full"] = signed_in(full).post(
        url("visit_questions", full), {"text": "May I swim?"}
    )
    for told in ({"signs": "fall"}, {"signs": "calf_one_leg"}):
        saved = post(client, recovery, **told)["Location"]
        for said in ("yes", "no"):
            name = f"can wait, {told['signs']}, {said}"
            shown[name] = client.post(saved, {"wait": said}, follow=True)
    return shown


def through_the_year(clinic: Clinic, nurse: User, now: datetime) -> Shown:
    """Today and History on days that differ in what they say, and once the follow-up has ended."""
    shown = {}
    for day in (-20, -1, 0, 1, 5, 13, 40, 92, 200):
        recovery = make_recovery(clinic, day=day, now=now, baseline=day > 0)
        for name in ("today", "history"):
            shown[f"{name}, day {day}"] = signed_in(recovery).get(url(name, recovery))
    for state in ("paused", "withdrawn"):
        recovery = make_recovery(clinic, day=5, now=now)
        recoveries.change_state(recovery=recovery, user=nurse, now=now, state=state)
        shown[f"today, {state}"] = signed_in(recovery).get(url("today", recovery))
    return shown


def first_log(clinic: Clinic, set_clock: SetClock) -> Shown:
    """The code on the tablet, before the patient leaves; it ends the next day."""
    set_clock(at(2, 11))
    recovery = make_recovery(clinic, day=0, now=at(2, 11))
    token, client_id = first_log_token(recovery), uuid.uuid4()
    phone, home = Client(), reverse("first_log", args=[token])
    form = reverse("first_log_form", args=[token, client_id])
    shown = {
        "first log": phone.get(home, follow=True),
        "first log, errors": phone.post(form, {"pain_avg": "12"}),
        "first log, signs": phone.get(reverse("first_log_signs", args=[token])),
        "first log, saved": phone.post(form, ANSWERS | {"bladder": "yes"}, follow=True),
        "first log, answered": phone.get(home),
    }
    set_clock(at(3, 18))
    return shown | {
        "first log, ended": phone.get(home),
        "first log, not saved": phone.post(form, ANSWERS),
    }


def answers_to(page: Any, form: str) -> dict[str, str]:
    """One answer to each question, and a quiet one where there is one."""
    quiet = {"no", "none"}
    found = {}
    for name, values in read(page, form).offered.items():
        chosen = [value for value in values if value in quiet] or values[len(values) // 2 :]
        found[name] = chosen[0]
    return found | {"save_incomplete": "1"}


def check_in_form(
    clinic: Clinic, pathway: Pathway, key: str, set_clock: SetClock, *, by_link: bool
) -> Shown:
    """From the first look to what is said once it is sent, and once it is over."""
    now = at(2, 11)
    set_clock(now)
    day = FORMS[key]
    sender, dawdler = (
        make_recovery(clinic, day=day, now=now, baseline=day > 0, pathway=pathway) for _ in range(2)
    )
    name = f"{key}{' by link' if by_link else ''}"

    def pages(recovery: Recovery) -> tuple[Client, CheckIn, str]:
        checkin = checkin_of(recovery, key)
        if by_link:
            return Client(), checkin, reverse("link", args=[link_token(checkin)])
        return signed_in(recovery), checkin, url("checkin_start", recovery, checkin.uuid)

    phone, checkin, start = pages(sender)
    form = phone.get(start).url
    blank = phone.get(form)
    told = answers_to(blank, form)
    shown = {
        "blank": blank,
        "refused": phone.post(form, {"PEG-0": "12", "NRS-0": "eleven"}),
        "nothing kept": phone.post(form, {"later": "1"}),
        "kept": phone.post(form, told | {"later": "1"}),
        "review": phone.post(form, told, follow=True),
    }
    shown |= {
        "sent": phone.post(form + "review/", follow=True),
        "started again": phone.get(start, follow=True),
    }
    phone, checkin, start = pages(dawdler)
    form = phone.get(start).url
    phone.post(form, told | {"later": "1"})
    set_clock(checkin.opens_at - 24 * HOUR)
    shown["not open"] = phone.get(form)
    set_clock(checkin.expires_at + HOUR)
    shown |= {
        "closed": phone.get(form),
        "closed, start": phone.get(start, follow=True),
        "closed, kept": phone.get(form + "review/"),
        "closed, sent too late": phone.post(form, told),
    }
    return {f"{name}: {state}": page for state, page in shown.items()}


def refusals(clinic: Clinic, now: datetime) -> Shown:
    """What a patient meets where a page is refused."""
    recovery = make_recovery(clinic, now=now)
    form = url("log_form", recovery, uuid.uuid4())
    return {
        "not found": signed_in(recovery).get(url("today", recovery) + "nothing/"),
        "signed out": Client().post(form, ANSWERS),
        "no token": Client(enforce_csrf_checks=True).post(form, ANSWERS),
        "no token, no answers": Client(enforce_csrf_checks=True).post(reverse("account_login")),
    }


@pytest.mark.once
def test_every_page_of_a_patient_reads_at_grade_six_at_most(
    clinic: Clinic, nurse: User, manager: User, set_clock: SetClock, clean_cache: None, texts: Texts
) -> None:
    now = at(2, 15, 30)
    set_clock(now)
    shown = door(clinic, now) | daily(clinic, now) | through_the_year(clinic, nurse, now)
    shown |= reminding(clinic, now) | visiting(clinic, now)
    pathway = own_pathway(clinic, manager, changes(forms=SWITCHED_ON))
    shown |= first_log(clinic, set_clock)
    for key in FORMS:
        for by_link in (False, True):
            shown |= check_in_form(clinic, pathway, key, set_clock, by_link=by_link)
    assert {
        name: (page.status_code, page.get("Location"))
        for name, page in shown.items()
        if page.status_code != 200
    } == {}
    routes = {pattern.name for pattern in (*patient_urls, *link_urls)}
    assert {
        page.resolver_match.url_name for page in shown.values()
    } == routes - LEAD_ON - WORDLESS - NOT_PATIENTS
    assert {one.form for one in CheckIn.objects.filter(responses__status="completed")} >= {
        slot["form"] for slot in pathway.plan["slots"] if slot["key"] in FORMS
    }
    shown |= refusals(clinic, now)
    assert too_hard(shown) == {}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Call <b>us</b></p><p>Now.</p>", "Call us. Now. "),
        ("<li>One</li><li>Two</li>", "One. Two. "),
    ],
)
def test_what_is_measured_are_the_sentences(html: str, text: str) -> None:
    assert prose(html) == text
