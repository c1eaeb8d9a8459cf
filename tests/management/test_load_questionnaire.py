"""A clinic's own questionnaire, loaded from the command line."""

import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from recovery.clinical.instruments.fhir import MAX_BYTES
from recovery.models import Clinic, Questionnaire
from tests.questionnaires import BACK_AND_DAY, file, odi, rmdq, sleep

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(clinic: Clinic, tmp_path: Path) -> Any:
    def load(data: Any, **options: Any) -> str:
        path = data
        if not isinstance(data, Path):
            path = tmp_path / "own.json"
            path.write_bytes(data if isinstance(data, bytes) else file(data))
        out = io.StringIO()
        call_command("load_questionnaire", str(path), stdout=out, **options)
        return out.getvalue().strip()

    return load


def test_a_copy_takes_the_place_of_ours(load: Any, clinic: Clinic) -> None:
    said = load(rmdq(), clinic="Northgate Spine Clinic", key="RMDQ", scorer="rmdq_count")
    assert said == (
        "RMDQ 2026-01 (Lines to tick, scorer rmdq_count) is in use at Northgate Spine Clinic."
    )
    row = Questionnaire.objects.get()
    assert (row.clinic, row.loaded_by, row.forms, row.copyright) == (clinic, None, [], "© a clinic")


def test_thirty_items_in_two_languages(load: Any) -> None:
    assert "BACK 2026-03" in load(BACK_AND_DAY, key="BACK", forms=["one_month", "two_week"])
    row = Questionnaire.objects.get()
    assert row.definition == BACK_AND_DAY.read_text(encoding="utf-8")
    assert row.forms == ["two_week", "one_month"]


def test_the_same_file_twice_changes_nothing(load: Any) -> None:
    load(sleep(), forms=["one_month"])
    before = Questionnaire.objects.values().get()
    assert load(sleep()).endswith("is in use at Northgate Spine Clinic already. Nothing changed.")
    assert Questionnaire.objects.values().get() == before


def test_a_new_version_retires_the_one_in_use(load: Any) -> None:
    load(sleep(), forms=["one_month"])
    assert load(sleep(version="2026-02", title="Nights")).endswith("instead of version 2026-01.")
    old, new = Questionnaire.objects.order_by("pk")
    assert (old.version, old.title, old.retired_at is None) == ("2026-01", "Your sleep", False)
    assert (new.version, new.title, new.retired_at) == ("2026-02", "Nights", None)
    assert new.forms == ["one_month"]


def test_an_older_file_is_put_back_into_use(load: Any) -> None:
    for version in ("2026-01", "2026-02", "2026-01"):
        load(sleep(version=version))
    rows = [(row.version, row.retired_at is None) for row in Questionnaire.objects.order_by("pk")]
    assert rows == [("2026-01", True), ("2026-02", False)]


@pytest.mark.parametrize(
    ("data", "versions"),
    [
        ([sleep(version=None), sleep(version=None, title="Nights")], ["1", "2"]),
        # Ours is version 1, and an answer must say which of the two it was given to.
        ([odi(version=None), odi(version=None, title="Ten")], ["2", "3"]),
        ([odi(version="1")], ["1-own"]),
    ],
)
def test_versions_are_counted_where_the_file_has_none(
    load: Any, data: list[Any], versions: list[str]
) -> None:
    for each in data:
        load(each)
    found = Questionnaire.objects.order_by("pk").values_list("version", flat=True)
    assert list(found) == versions


def test_a_dry_run_stores_nothing(load: Any) -> None:
    said = load(rmdq(), dry_run=True)
    assert "RMDQ 2026-01" in said
    assert said.endswith(
        "can be in use at Northgate Spine Clinic. Nothing is stored: this was a dry run."
    )
    assert not Questionnaire.objects.exists()


def test_a_clinic_is_named_where_there_are_several(load: Any, harbor: Clinic) -> None:
    with pytest.raises(CommandError, match="several clinics: say which"):
        load(rmdq())
    load(rmdq(), clinic=str(harbor.uuid))
    assert Questionnaire.objects.get().clinic == harbor
    for unknown in ("Nowhere", str(uuid.uuid4())):
        with pytest.raises(CommandError, match=f"There is no clinic {unknown}"):
            load(rmdq(), clinic=unknown)


@pytest.mark.parametrize(
    ("data", "options", "complaint"),
    [
        (b"{", {}, "own.json: not JSON: "),
        (b"\xff", {}, "own.json: not UTF-8"),
        (b" " * (MAX_BYTES + 1), {}, "own.json: larger than 1 MiB (1048576 bytes)"),
        (sleep(item=[{"type": "string", "text": "?"}]), {}, "own.json: item[0].linkId: is missing"),
        (
            sleep(item=[{"linkId": "a", "type": "date", "text": "?"}]),
            {},
            'own.json: item[0].type: "date" is not one of choice, integer',
        ),
        (sleep(item=[]), {}, "own.json: item: there is no item"),
        (rmdq(), {"scorer": "sum"}, 'own.json: scorer: "sum" does not count RMDQ'),
        (sleep(), {"key": "RMDQ"}, "own.json: item: rmdq_count counts 24"),
        (sleep(), {"forms": ["weekly"]}, 'own.json: forms: "weekly" is not one of baseline'),
        (rmdq(), {"forms": ["baseline"]}, "own.json: forms: RMDQ is asked where it always was"),
        (Path("/nowhere/own.json"), {}, "/nowhere/own.json: No such file or directory"),
        (Path("/"), {}, "/: Is a directory"),
        (Path("/dev/zero"), {}, "zero: larger than 1 MiB"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(
    load: Any, data: Any, options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(CommandError) as caught:
        load(data, **options)
    assert str(caught.value).startswith(complaint)
    assert "\n" not in str(caught.value)
    assert not Questionnaire.objects.exists()


@pytest.mark.parametrize(
    ("data", "options"), [(sleep(title="Other words"), {}), (sleep(), {"scorer": "sum"})]
)
def test_a_version_never_changes(load: Any, data: Any, options: dict[str, Any]) -> None:
    load(sleep())
    with pytest.raises(CommandError, match=r'version: "2026-01" is loaded already from another'):
        load(data, **options)
    assert Questionnaire.objects.get().title == "Your sleep"
