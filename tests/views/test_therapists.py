"""The sheet for a therapist: who holds the link and knows the patient reads it, until it ends."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recovery.models import AccessEvent, Recovery, TherapistLink
from recovery.services import contacts, therapists
from recovery.tokens import therapist_token
from tests.cast import make_recovery, sign_in_staff
from tests.pages import words
from tests.views.staff.conftest import NOW, now, report
from tests.visits import ask, share, with_a_year

__all__ = ["now"]

pytestmark = pytest.mark.django_db

BORN = {"birth_date": "1957-03-14"}


@pytest.fixture(autouse=True)
def _no_tries_before(clean_cache):
    pass


@pytest.fixture
def patient(clinic, nurse, now) -> Recovery:
    return make_recovery(clinic, day=20, now=NOW, baseline_opioid_mme=45)


@pytest.fixture
def link(patient, nurse) -> TherapistLink:
    return share(patient, nurse, now=NOW)


def address(link: TherapistLink) -> str:
    return reverse("therapist_sheet", args=[therapist_token(link)])


def openings() -> list[str]:
    return list(AccessEvent.objects.filter(user=None).values_list("what", flat=True))


def test_a_scanner_that_opens_the_link_learns_nothing_and_changes_nothing(link, patient):
    before = AccessEvent.objects.count()
    for method in ("get", "head"):
        answer = getattr(Client(), method)(address(link))
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
    page = words(Client().get(address(link)))
    assert patient.patient.family_name not in page
    assert AccessEvent.objects.count() == before


def test_who_knows_the_patient_reads_it_and_that_is_recorded(link, patient):
    answer = Client().post(address(link), BORN)
    page = words(answer)
    assert patient.patient.name in page
    assert "Harbor Physio" in page
    assert "New weakness in a leg" in page
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]
    assert openings() == [link.what]
    event = AccessEvent.objects.get(user=None)
    assert (event.patient, event.action) == (patient.patient, "read")


@pytest.mark.parametrize("typed", ["1957-03-15", "", "soon", "0000-00-00"])
def test_who_does_not_know_the_patient_reads_nothing(link, patient, typed):
    answer = Client().post(address(link), {"birth_date": typed})
    page = words(answer)
    assert answer.status_code == 200
    assert "Please check" in page
    assert patient.patient.family_name not in page
    assert openings() == []


def test_guessing_ends_soon_and_a_right_answer_is_guessing_too(link):
    client = Client()
    for day in range(1, 6):
        assert client.post(address(link), {"birth_date": f"1957-01-0{day}"}).status_code == 200
    answer = client.post(address(link), BORN)
    assert answer.status_code == 429
    assert "Too many tries" in words(answer)
    assert openings() == []
    cache.clear()
    assert client.post(address(link), BORN).status_code == 200
    assert openings() == [link.what]


def test_expired_and_revoked_answer_alike(link, patient, nurse, second_nurse, set_clock):
    revoked = share(patient, nurse, now=NOW)
    therapists.revoke(link=revoked, user=second_nurse, now=NOW)
    set_clock(NOW + timedelta(days=30))
    answers = [
        getattr(Client(), method)(address(each), BORN if method == "post" else None)
        for each in (link, revoked)
        for method in ("get", "post")
    ]
    assert {answer.status_code for answer in answers} == {410}
    assert len({words(answer) for answer in answers}) == 1
    assert patient.patient.family_name not in answers[0].content.decode()
    assert openings() == []


@pytest.mark.parametrize("state", ["withdrawn", "cancelled", "died"])
def test_it_ends_with_the_follow_up(link, state):
    Recovery.objects.update(state=state)
    assert Client().post(address(link), BORN).status_code == 410


def test_a_forged_address_is_none(link):
    good = address(link)
    for bad in (good[:-2] + "/", "/t/x/", f"/t/{link.uuid.hex}/", good.replace("/t/", "/f/")):
        assert Client().get(bad).status_code == 404


def test_the_warning_signs_are_those_of_the_patients_card_however_late(clinic, nurse, now):
    late = make_recovery(clinic, day=92, now=NOW)
    page = words(Client().post(address(share(late, nurse, now=NOW)), BORN))
    assert "Temperature of 100.4 °F (38.0 °C) or higher, or chills" in page


def test_what_it_does_not_show(link, patient, nurse):
    report(patient, calf_one_leg=True, free_text="A secret of mine")
    contacts.record(
        recovery=patient,
        user=nurse,
        now=NOW,
        kind="call",
        outcome="advised",
        note="Drinks at night",
    )
    ask(patient, "May I drink?", now=NOW)
    page = Client().post(address(link), BORN).content.decode()
    for hidden in (
        *("A secret of mine", "Drinks at night", "May I drink", "R15", "MME", "PGIC"),
        *(patient.patient.record_number, patient.patient.phone, "example.org"),
    ):
        assert hidden not in page, hidden


def test_the_number_of_statements_is_fixed(clinic, nurse, now):
    for recovery in (
        make_recovery(clinic, day=30, now=NOW, patient={"birth_date": date(1957, 3, 14)}),
        with_a_year(clinic, nurse, now=NOW, days=60),
    ):
        where = address(share(recovery, nurse, now=NOW))
        born = {"birth_date": f"{recovery.patient.birth_date or date(1957, 3, 14)}"}
        Client().post(where, born)
        with CaptureQueriesContext(connection) as captured:
            assert Client().post(where, born).status_code == 200
        ours = [one["sql"] for one in captured if "recovery_" in one["sql"]]
        assert len(ours) == 9, [sql[:90] for sql in ours]


# What staff do
# -------------


def links_page(recovery):
    return reverse("therapist_links", args=[recovery.uuid])


def said(**more):
    return {
        "recipient": "Harbor Physio",
        "days": "14",
        "consent": "on",
        "consent_how": "written",
        "consented_on": "2026-03-04",
    } | more


def test_staff_make_a_link_see_its_openings_and_revoke_it(as_nurse, nurse, patient, settings):
    page = as_nurse.post(links_page(patient), said(), follow=True)
    link = TherapistLink.objects.get()
    assert (link.created_by, link.consent_how) == (nurse, "written")
    assert link.consented_on == date(2026, 3, 4)
    # The product's clock goes on from NOW.
    assert timedelta(days=14) == link.expires_at - link.created_at
    where = f"{settings.SITE_URL}{address(link)}"
    assert where in page.content.decode()
    assert "Not opened yet" in words(page)
    Client().post(address(link), BORN)
    assert "Opened 1 time, last Mar 5" in words(as_nurse.get(links_page(patient)))
    revoke = reverse("therapist_link_revoke", args=[patient.uuid, link.uuid])
    page = as_nurse.post(revoke, follow=True)
    assert where not in page.content.decode()
    assert "Revoked Mar 5" in words(page)
    assert Client().post(address(link), BORN).status_code == 410


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"recipient": ""}, "Fill this in."),
        ({"recipient": "x" * 81}, "Shorten this to 80 characters."),
        ({"days": ""}, "Choose how long."),
        ({"days": "365"}, "Choose one of the answers."),
        ({"consent": ""}, "Without the patient's agreement no link can be made."),
        ({"consent_how": ""}, "Choose how the patient agreed."),
        ({"consented_on": "2026-03-06"}, "That day has not come yet."),
        ({"consented_on": "yesterday"}, "Write a date that exists, as year, month, day"),
    ],
)
def test_a_wrong_form_is_refused_and_loses_nothing(as_nurse, patient, more, told):
    page = as_nurse.post(links_page(patient), said(**more))
    assert told in words(page)
    assert not TherapistLink.objects.exists()
    if "recipient" not in more:
        assert 'value="Harbor Physio"' in page.content.decode()


def test_a_link_of_another_recovery_is_not_revoked(as_nurse, clinic, patient, link):
    other = make_recovery(clinic, day=3, now=NOW)
    revoke = reverse("therapist_link_revoke", args=[other.uuid, link.uuid])
    assert as_nurse.post(revoke).status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None


def test_a_clinician_may_too_and_a_manager_may_not(patient, clinician, manager):
    assert sign_in_staff(Client(), clinician).get(links_page(patient)).status_code == 200
    assert sign_in_staff(Client(), manager).get(links_page(patient)).status_code == 403
