"""Every page of a patient reads at grade 6 or below, as rendered."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.clinical.readability import grade
from recovery.models import Clinic, Milestone, Recovery, User
from recovery.tokens import first_log_token, link_token, unsubscribe_token
from tests.cast import checkin_of, make_recovery
from tests.views.patient.conftest import QUIET_POST, at, post, url

HIGHEST = 6
ANSWERS = {name: value for name, value in QUIET_POST.items() if name != "log_date"}
# What ends a thought even where no full stop is written: a label, a button, a row.
ENDS = re.compile(r"</(p|h1|h2|li|dt|dd|label|legend|summary|small|button|a|th|td|title)>|<br>")


def prose(html: str) -> str:
    """The page's words as sentences, without what only looks like words: numbers and addresses."""
    html = re.sub(r"(?s)<(script|svg|style|head|option)\b.*?</\1>", " ", html)
    text = re.sub(r"<[^>]+>", "", ENDS.sub(". ", html))
    text = re.sub(r"[^A-Za-z'’.?!, -]", " ", text)
    return re.sub(r"([.?!,])(\s*[.?!,])+", r"\1", text)


def pages(client: Client, recovery: Recovery) -> dict[str, Any]:
    token = link_token(checkin_of(recovery, "DAY-02"))
    shown = {
        "sign in": Client().get("/sign-in/"),
        "today": client.get(url("today", recovery)),
        "log": client.get(url("log_form", recovery, uuid.uuid4())),
        "log with errors": client.post(url("log_form", recovery, uuid.uuid4()), {"pain_avg": "12"}),
        "history": client.get(url("history", recovery)),
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
        "link": client.get(reverse("link", args=[token]), follow=True),
        "unsubscribe": client.get(
            reverse("unsubscribe", args=[unsubscribe_token(recovery.patient)])
        ),
    }
    for name, answers in {
        "quiet": {},
        "review": {"signs": "fall"},
        "urgent": {"signs": "calf_one_leg"},
        "emergency": {"bladder": "yes"},
    }.items():
        shown[f"saved, {name}"] = client.get(post(client, recovery, **answers)["Location"])
    shown["today, emergency"] = client.get(url("today", recovery))
    shown["link, answered"] = client.get(reverse("link", args=[token]))
    return shown


def too_hard(shown: dict[str, Any]) -> dict[str, float]:
    grades = {name: round(grade(prose(page.content.decode())), 1) for name, page in shown.items()}
    return {name: found for name, found in grades.items() if found > HIGHEST}


def test_pages_read_at_grade_six_at_most(as_patient: Client, recovery: Recovery) -> None:
    shown = pages(as_patient, recovery)
    assert len(shown) == 26
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


def test_the_pages_of_the_first_log_read_so_too(
    clinic: Clinic, nurse: User, set_clock: Callable[..., Any]
) -> None:
    set_clock(at(2, 11))
    recovery = make_recovery(clinic, day=0, now=at(2, 11))
    token, client_id = first_log_token(recovery), uuid.uuid4()
    phone, home = Client(), reverse("first_log", args=[token])
    form = reverse("first_log_form", args=[token, client_id])
    shown = {
        "form": phone.get(home, follow=True),
        "errors": phone.post(form, {"pain_avg": "12"}),
        "signs": phone.get(reverse("first_log_signs", args=[token])),
        "saved": phone.post(form, ANSWERS | {"bladder": "yes"}, follow=True),
        "answered": phone.get(home),
    }
    set_clock(at(3, 18))
    shown |= {"ended": phone.get(home), "not saved": phone.post(form, ANSWERS)}
    assert all(page.status_code == 200 for page in shown.values())
    assert too_hard(shown) == {}


def test_check_in_forms_read_so_too(clinic: Clinic, set_clock: Callable[..., Any]) -> None:
    set_clock(at(2, 11))
    shown = {}
    for day, key in ((-7, "BASE"), (13, "C14"), (29, "C30"), (41, "C42"), (89, "C90")):
        recovery = make_recovery(clinic, day=day, now=at(2, 11), baseline=day > 0)
        token = link_token(checkin_of(recovery, key))
        shown[key] = Client().get(reverse("link", args=[token]), follow=True)
        assert shown[key].status_code == 200
    assert too_hard(shown) == {}
