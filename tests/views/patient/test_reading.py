"""Every page of a patient reads at grade 6 or below, as rendered."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from recovery.clinical.readability import grade
from recovery.models import Milestone, Recovery
from recovery.tokens import link_token, unsubscribe_token
from tests.cast import checkin_of
from tests.views.patient.conftest import post, url

HIGHEST = 6
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


def test_pages_read_at_grade_six_at_most(as_patient: Client, recovery: Recovery) -> None:
    grades = {
        name: round(grade(prose(page.content.decode())), 1)
        for name, page in pages(as_patient, recovery).items()
    }
    assert len(grades) == 26
    assert {name: found for name, found in grades.items() if found > HIGHEST} == {}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Call <b>us</b></p><p>Now.</p>", "Call us. Now. "),
        ("<li>One</li><li>Two</li>", "One. Two. "),
    ],
)
def test_what_is_measured_are_the_sentences(html: str, text: str) -> None:
    assert prose(html) == text
