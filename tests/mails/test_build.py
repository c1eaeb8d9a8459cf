"""What a mail says, and what stands in none of them."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import resolve, reverse

from recovery import tokens
from recovery.clinical.readability import grade
from recovery.mails.build import build
from recovery.models import CheckIn, Clinic, Message, Recovery, User
from recovery.queries.mailbox import LINK, Mail, parse
from recovery.services.smtp import letter
from tests.cast import checkin_of, make_recovery
from tests.services.test_delivery import AT, owe
from tests.services.test_tick import local

pytestmark = pytest.mark.django_db

PATIENT_KINDS = ("reminder", "invitation")
STAFF_KINDS = ("alert", "escalation", "digest")
KINDS = (*PATIENT_KINDS, *STAFF_KINDS, "password")


@pytest.fixture
def patient(clinic, nurse) -> Recovery:
    Clinic.objects.update(mail_name="Northgate")
    clinic.refresh_from_db()
    return make_recovery(clinic, day=5, now=local(6))


@pytest.fixture
def rows(patient, nurse) -> dict[str, Message]:
    """One message of each kind."""
    staff = {"user": nurse, "checkin": None}
    return {
        "reminder": owe(patient),
        "invitation": owe(patient, kind="invitation", checkin=None, number=None),
        "alert": owe(patient, kind="alert", **staff),
        "escalation": owe(patient, kind="escalation", number=2, **staff),
        "digest": owe(None, clinic=patient.clinic, kind="digest", number=None, **staff),
        "password": owe(None, clinic=patient.clinic, kind="invitation", number=None, **staff),
    }


def received(message: Message) -> Mail:
    """As it arrives, after it was written out for the wire and read again."""
    return parse("", letter(build(message, now=AT)).content)


def read(text: str) -> str:
    """Without the spaces at which no line breaks."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def headers(message: Message) -> EmailMessage:
    return message_from_bytes(letter(build(message, now=AT)).content, policy=policy.default)


class Words(HTMLParser):
    """The text of a page without its style sheet, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self._tag = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        if self._tag != "style":
            self.text.append(data)


def words_of(html: str) -> str:
    return " ".join(" ".join(Words(html).text).split())


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_text_and_a_page_with_the_same_links(rows, kind):
    mail = received(rows[kind])
    assert mail.subject
    assert set(mail.links) == set(Words(mail.html).links)
    assert all(link.startswith("http://testserver/") for link in mail.links)


@pytest.mark.parametrize("kind", KINDS)
def test_no_template_leaves_a_word_of_its_own_behind(rows, kind):
    mail = received(rows[kind])
    for text in (mail.subject, mail.text, words_of(mail.html)):
        assert not re.search(r"[{}]|%\)|\bNone\b", text)


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_reads_at_grade_six_at_most(rows, kind):
    assert grade(LINK.sub("", received(rows[kind]).text)) <= 6


# Nothing about health
# --------------------

HEALTH = re.compile(
    r"\b(pain\w*|back|spine|spinal|nerve\w*|ablation|intracept|vertebr\w*|basivertebral|procedure"
    r"|surg\w*|operat\w*|recover\w*|symptom\w*|fever|medic\w*|opioid\w*|drug\w*|treat\w*|phase"
    r"|day \d+|diagnos\w*|disease|ill|ache\w*|numb\w*|bladder|bowel|alert)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("kind", PATIENT_KINDS)
def test_nothing_about_health_stands_in_a_patients_mail(rows, kind):
    mail = received(rows[kind])
    everything = " ".join(
        [
            mail.subject,
            mail.text,
            *Words(mail.html).text,
            *Words(mail.html).links,
            *(f"{name}: {value}" for name, value in mail.headers),
        ]
    )
    assert HEALTH.findall(everything) == []


@pytest.mark.parametrize("kind", STAFF_KINDS)
def test_a_staff_mail_names_nobody_and_nothing(rows, patient, kind):
    mail = received(rows[kind])
    everything = f"{mail.headers} {mail.text} {words_of(mail.html)} {mail.links}"
    person = patient.patient
    for secret in (person.given_name, person.family_name, person.record_number, person.phone):
        assert secret not in everything
    assert str(patient.uuid) not in everything
    assert HEALTH.findall(everything) == []
    assert mail.links == ["http://testserver/staff/", "http://testserver/staff/me/"]
    # Nor is staff told to call their own clinic.
    assert patient.clinic.clinic_phone not in read(everything)


def test_the_canary_words_are_seen(rows):
    assert HEALTH.search("Your pain on day 3")
    assert not HEALTH.search("Please answer by 8:00 PM")


# Headers
# -------


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_says_that_a_machine_wrote_it(rows, kind):
    found = headers(rows[kind])
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Date"].datetime == AT
    assert found["From"].addresses[0].addr_spec == "care@demo.example"
    assert found["From"].addresses[0].display_name == "Northgate"
    assert [address.addr_spec for address in found["To"].addresses] == [rows[kind].user.email]


@pytest.mark.parametrize("kind", KINDS)
def test_the_message_id_is_the_rows_own(rows, kind):
    row = rows[kind]
    assert headers(row)["Message-ID"] == f"<{row.uuid}@demo.example>" == headers(row)["Message-ID"]


def test_a_reminder_can_be_stopped_by_one_post(rows, patient):
    found = headers(rows["reminder"])
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    match = resolve(found["List-Unsubscribe"].strip("<> ").removeprefix("http://testserver"))
    assert match.url_name == "unsubscribe"
    assert tokens.patient_of(match.kwargs["token"]) == patient.patient.uuid


@pytest.mark.parametrize("kind", [*STAFF_KINDS, "invitation", "password"])
def test_only_reminders_can_be_stopped(rows, kind):
    assert "List-Unsubscribe" not in headers(rows[kind])


# What it says
# ------------


def test_a_reminder_links_to_its_checkin_and_names_the_times_there(rows, patient):
    mail = received(rows["reminder"])
    match = resolve(mail.links[0].removeprefix("http://testserver"))
    assert match.url_name == "link"
    assert tokens.checkin_of(match.kwargs["token"]) == checkin_of(patient, "DAY-05").uuid
    for text in (read(mail.text), read(words_of(mail.html))):
        assert "by 8:00 PM, Monday" in text
        assert "until Tuesday, 12:00 PM" in text
        assert "call 911" in text
        assert "555-0142" in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("at", "opens"),
    [
        pytest.param(local(16), None, id="while we are open"),
        pytest.param(local(17), "Wednesday, March 4, 8:00 AM", id="before a holiday"),
    ],
)
def test_a_patients_mail_says_when_a_closed_clinic_opens(rows, kind, at, opens):
    row = rows[kind]
    row.clinic.holidays = {"2026-03-03": "Founders' Day"}
    mail = parse("", letter(build(row, now=at)).content)
    told = f"We are closed until {opens}. Until then, call 555-0199"
    shown = opens is not None and kind in PATIENT_KINDS
    for text in (" ".join(mail.text.split()), words_of(mail.html)):
        assert (told in text) is shown
        assert ("closed" in text) is shown
        # The number that answers now comes before the one that answers later.
        assert not shown or text.index("555-0199") < text.index("555-0142")


def test_times_are_those_of_the_patients_zone(rows, patient):
    patient.patient.zone = "America/Los_Angeles"
    patient.patient.save()
    row = Message.objects.select_related("recovery__patient").get(pk=rows["reminder"].pk)
    assert "by 5:00 PM, Monday" in read(received(row).text)


def test_a_password_link_opens_the_door_once(rows, nurse, client):
    [link] = received(rows["password"]).links
    match = resolve(link.removeprefix("http://testserver"))
    assert match.url_name == "staff_welcome"
    assert set(match.kwargs) == {"uidb64", "token"}


@pytest.mark.parametrize("kind", ["alert", "escalation"])
def test_a_second_notice_says_that_it_is_one(rows, kind):
    assert ("still" in received(rows[kind]).subject) == (kind == "escalation")


def test_a_row_with_nobody_to_go_to_raises(rows):
    rows["reminder"].user = None
    with pytest.raises(ValueError, match="nobody"):
        build(rows["reminder"], now=AT)


# Names that clinics have
# -----------------------

NAMES = {
    "quotes": """O'Brien & Söhne "Rücken" <b>Care</b>""",
    "line breaks": "North\r\nBcc: everyone@example.org\n\tGate",
    "other letters": "ノースゲート診療所 🏥",
    "a comma and an address": "Gate, North <gate@example.org>",
    "long": "Northgate " * 11,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_clinic_is_safe(rows, kind, name):
    row = rows[kind]
    row.clinic.mail_name = NAMES[name]
    shown = " ".join(NAMES[name].split())
    found = headers(row)
    [sender] = found["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (shown, "care@demo.example")
    assert "Bcc" not in found
    assert shown in found["Subject"]
    assert "\n" not in found["Subject"]
    mail = received(row)
    assert shown in words_of(mail.html)
    assert "<b>Care" not in mail.html


@pytest.mark.parametrize("kind", KINDS)
def test_a_clinic_that_chose_no_name_for_mails_is_not_named_to_a_patient(rows, kind):
    row = rows[kind]
    row.clinic.mail_name = ""
    told = f"{headers(row)['From']} {received(row).subject} {received(row).text}"
    assert ("Northgate Spine Clinic" in told) == (kind not in PATIENT_KINDS)
    assert ("Your clinic" in told) == (kind in PATIENT_KINDS)


def test_a_hostile_phone_number_is_escaped(rows):
    row = rows["reminder"]
    row.clinic.clinic_phone = "<script>alert(1)</script>"
    mail = received(row)
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html


@pytest.mark.parametrize("language", ["en", "xx"])
def test_a_language_nobody_has_translated_reads_english(rows, language):
    row: Any = rows["reminder"]
    User.objects.filter(pk=row.user.pk).update(language=language)
    row.user.refresh_from_db()
    assert "Your check-in" in received(row).subject


def test_only_what_is_known_is_said_of_how_long_it_takes(rows):
    row = rows["reminder"]
    daily, row.checkin.form = received(row), "one_month"
    longer = received(row)
    for before, after in ((daily.text, longer.text), (words_of(daily.html), words_of(longer.html))):
        assert "It takes about 1 minute." in before
        assert "minute" not in after
        assert "You can stop and go on later." in after


def test_a_reminder_names_every_form_that_is_open(rows, patient):
    row = rows["reminder"]
    other = CheckIn.objects.create(
        recovery=row.recovery,
        anchor=row.checkin.anchor,
        key="C30",
        form="one_month",
        day=30,
        opens_at=AT + timedelta(days=1),
        due_at=AT + timedelta(days=2),
        expires_at=AT + timedelta(days=5),
    )
    link = reverse("link", args=[tokens.link_token(other)])
    before = received(row)
    assert link not in before.text + before.html
    CheckIn.objects.filter(pk=other.pk).update(opens_at=AT)
    after = received(row)
    assert (after.text.count(link), after.html.count(link)) == (1, 1)
