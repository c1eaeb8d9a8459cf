"""The manager loads the clinic's own questionnaires; patients and staff are asked by them."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.clinical.instruments.fhir import MAX_BYTES
from recovery.models import Clinic, FormResponse, Questionnaire, Recovery, Role, Score, User
from recovery.services import questionnaires
from tests.cast import checkin_of, make_recovery, sign_in_staff, staff, user_of
from tests.pages import words
from tests.questionnaires import BACK_AND_DAY, BASE, file, question, questionnaire, rmdq, sleep
from tests.views.staff.conftest import NOW, url

RMDQ_LINES = 24


@pytest.fixture
def as_harbor_manager(harbor: Clinic) -> Client:
    return sign_in_staff(Client(), staff(harbor, "Hugo", Role.MANAGER))


def upload(client: Client, data: Any, **fields: Any) -> Any:
    raw = data if isinstance(data, bytes) else file(data)
    given = {"file": SimpleUploadedFile("own.json", raw), "key": "RMDQ"} | fields
    return client.post(url("questionnaires"), given, follow=True)


def test_a_copy_is_loaded_and_listed(as_manager: Client, manager: User, now: Any) -> None:
    page = words(upload(as_manager, rmdq()))
    assert "RMDQ 2026-01 is in use. Look it over as patients see it." in page
    assert "Line 24 is true today" in page
    row = Questionnaire.objects.get()
    assert row.loaded_by == manager
    assert timedelta(0) <= row.loaded_at - NOW < timedelta(minutes=1)
    listed = words(as_manager.get(url("questionnaires")))
    for told in (
        "Lines to tick RMDQ, version 2026-01 © a clinic",
        "RMDQ: lines ticked Mar 5, 10:17 Max In use",
        "Before your procedure, Six-week check-in, Three-month check-in",
    ):
        assert told in listed


def test_a_new_one_with_its_forms(as_manager: Client) -> None:
    fields = {"key": "new", "new_key": "sleep", "scorer": "sum", "asked_in": ["one_month"]}
    page = words(upload(as_manager, sleep(), **fields))
    assert "SLEEP 2026-01 is in use." in page
    row = Questionnaire.objects.get()
    assert (row.key, row.scorer, row.forms) == ("SLEEP", "sum", ["one_month"])
    # Its next version keeps them, and may be chosen by its name.
    upload(as_manager, sleep(version="2026-02"), key="SLEEP", scorer="sum")
    rows = Questionnaire.objects.order_by("pk").values_list("version", "forms")
    assert list(rows) == [("2026-01", ["one_month"]), ("2026-02", ["one_month"])]
    assert "Retired" in words(as_manager.get(url("questionnaires")))


def test_the_same_file_twice_changes_nothing(as_manager: Client) -> None:
    upload(as_manager, rmdq())
    before = Questionnaire.objects.values().get()
    assert "RMDQ 2026-01 was in use already. Nothing changed." in words(upload(as_manager, rmdq()))
    assert Questionnaire.objects.values().get() == before


@pytest.mark.parametrize(
    ("data", "fields", "message"),
    [
        (b"{", {}, "File: not JSON: Expecting property name"),
        (b"", {}, "File: This file is empty."),
        (b" " * (MAX_BYTES + 1), {}, "File: This file has 1048577 bytes. At most 1 MiB is taken"),
        (sleep(item=[{"type": "string"}]), {}, "File: item[0].linkId: is missing"),
        (
            sleep(item=[{"linkId": "a", "type": "date", "text": "?"}]),
            {},
            'File: item[0].type: "date" is not one of choice',
        ),
        (sleep(), {}, "File: item: rmdq_count counts 24 boolean questions"),
        (rmdq(), {"scorer": "sum"}, 'Score: "sum" does not count RMDQ: rmdq_count does'),
        (rmdq(), {"scorer": "best"}, "Score: Select a valid choice."),
        (rmdq(), {"key": ""}, "Takes the place of: Fill this in."),
        (rmdq(), {"key": "OTHER"}, "Takes the place of: Select a valid choice."),
        (sleep(), {"key": "new"}, "Short name, if new: Fill this in, or choose one from the list."),
        (sleep(), {"key": "new", "new_key": "my sleep"}, "Short name, if new: a key is up to"),
        (sleep(), {"key": "new", "new_key": "x" * 41}, "Short name, if new: Shorten this to"),
        (rmdq(), {"asked_in": ["baseline"]}, "Forms that ask it: RMDQ is asked where it always"),
        (rmdq(), {"asked_in": ["weekly"]}, "Forms that ask it: Select a valid choice."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    as_manager: Client, data: Any, fields: dict[str, Any], message: str
) -> None:
    page = upload(as_manager, data, **fields)
    assert page.status_code == 200
    assert message in words(page)
    assert "<title>Error:" in page.content.decode()
    assert not Questionnaire.objects.exists()


def test_no_file_at_all(as_manager: Client) -> None:
    page = words(as_manager.post(url("questionnaires"), {"key": "RMDQ"}))
    assert "File: Choose a file." in page


@pytest.fixture
def loaded(clinic: Clinic) -> Questionnaire:
    raw = BACK_AND_DAY.read_bytes()
    given = {"key": "BACK", "scorer": "sum", "forms": ["one_month"]}
    return questionnaires.load(clinic=clinic, raw=raw, now=NOW, **given).questionnaire


def test_the_preview_asks_all_questions_in_each_language(
    as_manager: Client, loaded: Questionnaire
) -> None:
    english = words(as_manager.get(url("questionnaire", loaded.uuid)))
    assert "In the past week How hard was it to get out of bed?" in english
    assert "Your job How many hours did you work?" in english
    assert english.count("Work and home") == 1
    assert "by the command" in english
    assert "© Northgate Spine Clinic. Made up" in english
    spanish = words(as_manager.get(url("questionnaire", loaded.uuid), {"language": "es"}))
    assert "¿Necesitó la barandilla?" in spanish
    assert "Inventado para hacer pruebas" in spanish
    odd = as_manager.get(url("questionnaire", loaded.uuid), {"language": "../es"})
    assert "Did you need the rail?" in words(odd)


def test_forms_are_chosen_anew(as_manager: Client, loaded: Questionnaire) -> None:
    address = url("questionnaire_forms", loaded.uuid)
    page = as_manager.post(address, {"asked_in": ["six_week", "two_week"]}, follow=True)
    assert "Two-week check-in, Six-week check-in" in words(page)
    loaded.refresh_from_db()
    assert loaded.forms == ["two_week", "six_week"]
    page = as_manager.post(address, {"asked_in": ["weekly"]}, follow=True)
    assert '"weekly" is not one of baseline' in words(page)
    loaded.refresh_from_db()
    assert loaded.forms == ["two_week", "six_week"]


def test_one_is_taken_out_of_use(
    as_manager: Client, manager: User, loaded: Questionnaire, now: Any
) -> None:
    page = as_manager.post(url("questionnaire_retire", loaded.uuid), follow=True)
    assert "BACK 2026-03 is out of use." in words(page)
    loaded.refresh_from_db()
    assert loaded.retired_by == manager
    assert "Take out of use" not in words(as_manager.get(url("questionnaire", loaded.uuid)))


def test_the_neighbours_are_not_there(as_harbor_manager: Client, loaded: Questionnaire) -> None:
    assert "BACK" not in words(as_harbor_manager.get(url("questionnaires")))
    assert as_harbor_manager.get(url("questionnaire", loaded.uuid)).status_code == 404
    for name in ("questionnaire_forms", "questionnaire_retire"):
        answer = as_harbor_manager.post(url(name, loaded.uuid), {"asked_in": ["baseline"]})
        assert answer.status_code == 404
    # The same file is theirs to load.
    upload(as_harbor_manager, rmdq())
    assert Questionnaire.objects.in_use().count() == 2


def test_a_nurse_loads_none(as_nurse: Client) -> None:
    assert upload(as_nurse, rmdq()).status_code == 403
    assert not Questionnaire.objects.exists()


# Asked and answered
# ------------------


@pytest.fixture
def six_weeks(clinic: Clinic, now: Any) -> Recovery:
    return make_recovery(clinic, day=40, now=NOW)


def phone_of(recovery: Recovery) -> Client:
    client = Client()
    client.force_login(user_of(recovery))
    return client


def test_patients_tick_the_lines_and_get_a_score(as_manager: Client, six_weeks: Recovery) -> None:
    upload(as_manager, rmdq())
    phone = phone_of(six_weeks)
    checkin = checkin_of(six_weeks, "C42")
    form = url("checkin_form", six_weeks.uuid, checkin.uuid, uuid.uuid4())
    assert "Line 24 is true today" in words(phone.get(form))
    ticks = {"RMDQ-lines": [f"RMDQ-{line}" for line in range(8)]}
    answers = {"NRS-0": "4", "PEG-0": "1", "PEG-1": "2", "PEG-2": "3", "PGIC-0": "2"} | ticks
    unread = phone.post(form, answers)
    assert "Read all the lines, then check this box" in words(unread)
    assert phone.post(form, answers | {"RMDQ-read": "yes"}).status_code == 302
    upload(as_manager, rmdq(version="2026-02"))
    assert phone.post(f"{form}review/").url == f"{form}sent/"
    score = Score.objects.get(instrument="RMDQ")
    assert (score.score, score.version) == ("8", "2026-01")
    rows = words(as_manager.get(url("questionnaires")))
    assert "Retired 1 answer" in rows


@pytest.mark.parametrize(
    ("posted", "score"),
    [({"RMDQ-read": "yes"}, "0"), ({"RMDQ-lines": ["RMDQ-0"], "save_incomplete": "1"}, "")],
)
def test_no_tick_is_0_once_the_lines_are_read_and_unread_lines_have_no_score(
    as_manager: Client, six_weeks: Recovery, posted: dict[str, Any], score: str
) -> None:
    upload(as_manager, rmdq())
    phone, checkin = phone_of(six_weeks), checkin_of(six_weeks, "C42")
    form = url("checkin_form", six_weeks.uuid, checkin.uuid, uuid.uuid4())
    answers = {"NRS-0": "4", "PEG-0": "1", "PEG-1": "2", "PEG-2": "3", "PGIC-0": "2"}
    assert phone.post(form, answers | posted).status_code == 302
    phone.post(f"{form}review/")
    assert Score.objects.get(instrument="RMDQ").score == score


def own_form(
    manager: Client, recovery: Recovery, *items: dict[str, Any], scorer: str = "sum"
) -> str:
    """The address of the six-week form, which asks them beside ours."""
    fields = {"key": "new", "new_key": "own", "scorer": scorer, "asked_in": ["six_week"]}
    upload(manager, questionnaire(*items), **fields)
    return url("checkin_form", recovery.uuid, checkin_of(recovery, "C42").uuid, uuid.uuid4())


def limited(kind: str, **limits: int) -> dict[str, Any]:
    """A question with these limits, as FHIR's extensions name them."""
    told = [{"url": f"{BASE}{name}", "valueInteger": value} for name, value in limits.items()]
    return question("own", kind, extension=told)


OURS = {"NRS-0": "4", "PEG-0": "1", "PEG-1": "2", "PEG-2": "3", "PGIC-0": "2"}


@pytest.mark.parametrize(
    ("item", "typed", "told"),
    [
        (limited("integer", minValue=5), "3", "Write a number from 5 to 999999."),
        (limited("integer", maxValue=5), "7", "Write a number from -999999 to 5."),
        (limited("integer"), "12345678", "Write a number from -999999 to 999999."),
        (limited("decimal"), "7777777.5", "Write a number from -999999 to 999999."),
        (limited("decimal"), "2.34567", "Write 4 digits after the point at most, like 0.5."),
        (limited("decimal"), "1,234", "can mean two numbers. Write it without a comma"),
        (limited("decimal", maxDecimalPlaces=2), "2.345", "Write 2 digits after the point"),
        (limited("decimal", maxDecimalPlaces=1), "2.34", "Write one digit after the point"),
        (limited("decimal", maxDecimalPlaces=0), "2.5", "Write a whole number"),
    ],
)
def test_a_number_that_cannot_be_kept_is_refused_and_not_left_out(
    as_manager: Client, six_weeks: Recovery, item: dict[str, Any], typed: str, told: str
) -> None:
    form = own_form(as_manager, six_weeks, item)
    refused = phone_of(six_weeks).post(form, OURS | {"OWN-0": typed, "later": "1"})
    assert refused.status_code == 200
    assert told in words(refused)
    assert f'value="{typed}"' in refused.content.decode()


@pytest.mark.parametrize("typed", ["2.3456", "0,873", "-0.05", "999999", "12"])
def test_a_number_is_kept_as_exactly_as_its_question_takes_it(
    as_manager: Client, six_weeks: Recovery, typed: str
) -> None:
    form, phone = own_form(as_manager, six_weeks, limited("decimal")), phone_of(six_weeks)
    assert phone.post(form, OURS | {"OWN-0": typed}).url == f"{form}review/"
    phone.post(f"{form}review/")
    assert Score.objects.get(instrument="OWN").score == typed.replace(",", ".")


def test_a_text_that_comes_twice_is_not_chosen_from(
    as_manager: Client, six_weeks: Recovery
) -> None:
    form = own_form(as_manager, six_weeks, question("own", "string"), scorer="")
    page = words(phone_of(six_weeks).post(form, OURS | {"OWN-0": ["the knee", "the hip"]}))
    assert "This came twice. Send one text only." in page


def test_a_sum_of_more_digits_than_are_kept_is_no_score(
    as_manager: Client, as_nurse: Client, six_weeks: Recovery
) -> None:
    items = [question(f"own-{n}", "integer") for n in range(120)]
    form, phone = own_form(as_manager, six_weeks, *items), phone_of(six_weeks)
    phone.post(form, OURS | {f"OWN-{n}": "999999" for n in range(120)})
    assert phone.post(f"{form}review/").url == f"{form}sent/"
    score = Score.objects.get(instrument="OWN")
    assert (score.total, score.score, score.answered) == (None, "", 120)
    assert as_nurse.get(url("staff_checkins", six_weeks.uuid)).status_code == 200


def test_a_draft_goes_on_with_its_version_on_another_device(
    as_manager: Client, six_weeks: Recovery
) -> None:
    upload(as_manager, rmdq())
    checkin = checkin_of(six_weeks, "C42")
    form = url("checkin_form", six_weeks.uuid, checkin.uuid, uuid.uuid4())
    phone_of(six_weeks).post(form, {"RMDQ-lines": "RMDQ-0", "later": "1"})
    upload(as_manager, sleep(version="9"), key="new", new_key="sleep", asked_in=["six_week"])
    questionnaires.retire(questionnaire=Questionnaire.objects.get(key="RMDQ"), user=None, now=NOW)
    page = words(phone_of(six_weeks).get(form))
    assert "Line 24 is true today" in page
    assert "Question nap" not in page
    other = url("checkin_form", six_weeks.uuid, checkin.uuid, uuid.uuid4())
    page = words(phone_of(six_weeks).get(other))
    assert "Question nap" in page
    assert "Line 24 is true today" not in page


def test_the_page_costs_the_same_for_any_number_of_answers(
    as_manager: Client, six_weeks: Recovery, loaded: Questionnaire
) -> None:
    with CaptureQueriesContext(connection) as before:
        as_manager.get(url("questionnaires"))
    for _ in range(3):
        FormResponse.objects.create(
            recovery=six_weeks,
            checkin=checkin_of(six_weeks, "C42"),
            client_id=uuid.uuid4(),
            status="completed",
            instruments={"BACK": "2026-03"},
            saved_at=NOW,
            completed_at=NOW,
            source="patient",
            mode="web",
        )
    with CaptureQueriesContext(connection) as after:
        page = as_manager.get(url("questionnaires"))
    assert len(after) == len(before)
    assert "In use One-month check-in 3 answers" in words(page)
