"""A pathway's file by the command line: out of a clinic, and into a draft."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from recovery.clinical.ownpathways import MAX_BYTES, from_data, read_yaml
from recovery.models import Clinic, Pathway, PathwayDraft, User
from recovery.queries.pathways import document_of
from recovery.services import pathways
from tests.cast import NOW, default_pathway
from tests.pathways import form_of, own_pathway

pytestmark = pytest.mark.django_db
NORTHGATE = "Northgate Spine Clinic"


def run(command: str, *args: Any) -> str:
    out = io.StringIO()
    call_command(command, *map(str, args), stdout=out)
    return out.getvalue()


@pytest.fixture
def export(tmp_path: Path, clinic: Clinic) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(run("export_pathway", NORTHGATE), encoding="utf-8")
    return path


def test_the_version_in_use_is_written_and_read_again(export: Path) -> None:
    assert read_yaml(export.read_bytes()) == document_of(default_pathway())


def test_an_older_version_and_the_draft_are_written_too(clinic: Clinic, manager: User) -> None:
    first = own_pathway(clinic, manager, lambda data: data.update(title="First"))
    second = own_pathway(clinic, manager, lambda data: data.update(title="Second"))
    draft = pathways.begin(clinic=clinic, user=manager, now=NOW)
    pathways.save(
        clinic=clinic,
        data=draft.document | {"title": "Draft"},
        revision=1,
        user=manager,
        now=NOW,
    )
    assert read_yaml(run("export_pathway", clinic.uuid).encode()) == document_of(second)
    older = run("export_pathway", NORTHGATE, "--version", 1)
    assert read_yaml(older.encode()) == document_of(first)
    assert read_yaml(run("export_pathway", NORTHGATE, "--draft").encode()).title == "Draft"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["Nowhere"], "There is no clinic Nowhere."),
        ([NORTHGATE, "--version", "3"], f"{NORTHGATE} has no version 3 of its own."),
        ([NORTHGATE, "--draft"], f"{NORTHGATE} has no draft."),
    ],
)
def test_what_is_not_there_is_said(clinic: Clinic, args: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run("export_pathway", *args)


def test_the_neighbours_version_is_not_written(
    clinic: Clinic, harbor: Clinic, manager: User
) -> None:
    own_pathway(harbor, manager, lambda data: data.update(title="Harbor's"))
    with pytest.raises(CommandError, match="no version 1"):
        run("export_pathway", NORTHGATE, "--version", 1)


def test_a_file_goes_into_the_draft_and_what_differs_is_said(export: Path, clinic: Clinic) -> None:
    text = export.read_text(encoding="utf-8").replace("['D5 17:00', ", "['D5 18:00', ")
    export.write_text(text, encoding="utf-8")
    assert run("import_pathway", NORTHGATE, export) == (
        f"The draft of {NORTHGATE} is now this file. From the version in use it differs so:\n"
        "forms:\n"
        "  changed DAY-05, reminders: D5 17:00 / D5 20:00 -> D5 18:00 / D5 20:00\n"
        "Nobody follows it yet: a manager approves it by name.\n"
    )
    draft = PathwayDraft.objects.get()
    assert (draft.clinic, draft.edited_by) == (clinic, None)
    assert form_of(draft.document, "DAY-05")["reminders"] == ["D5 18:00", "D5 20:00"]
    assert Pathway.objects.count() == 1


def test_a_file_that_changes_nothing_says_so(export: Path, clinic: Clinic) -> None:
    said = run("import_pathway", NORTHGATE, export)
    assert said == f"The draft of {NORTHGATE} is now the same as the version in use.\n"


def test_a_pathway_goes_from_one_clinic_to_another(
    export: Path, clinic: Clinic, harbor: Clinic
) -> None:
    run("import_pathway", "Harbor Spine", export)
    draft = PathwayDraft.objects.get()
    assert (draft.clinic, from_data(draft.document)) == (harbor, document_of(default_pathway()))


def test_every_problem_is_said_with_its_line_and_nothing_is_stored(
    export: Path, clinic: Clinic
) -> None:
    text = export.read_text(encoding="utf-8")
    text = text.replace("['D5 17:00', ", "['D4 17:00', ").replace("form: one_month", "form: x")
    export.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        run("import_pathway", NORTHGATE, export)
    lines = str(caught.value).splitlines()
    assert [line.partition(": forms")[0] for line in lines] == [
        f"own.yaml: line {number}"
        for number, row in enumerate(text.splitlines(), start=1)
        if "['D4 17:00', 'D5" in row or "form: x" in row
    ]
    assert not PathwayDraft.objects.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        (b"#" * (MAX_BYTES + 1), "larger than 1 MiB"),
        (b"", "line 1: the file is empty"),
    ],
)
def test_a_file_that_is_none_is_refused(
    clinic: Clinic, tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "own.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        run("import_pathway", NORTHGATE, path)
