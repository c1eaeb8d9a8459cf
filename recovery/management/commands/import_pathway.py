"""Take a pathway's YAML file into a clinic's draft."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recovery import clock
from recovery.clinical.ownpathways import (
    MAX_BYTES,
    Difference,
    PathwayError,
    differences,
    from_data,
)
from recovery.management.clinics import clinic_named, read_file
from recovery.models import Clinic, PathwayDraft
from recovery.queries.pathways import active_pathway, document_of
from recovery.services import pathways


class Command(BaseCommand):
    help = (
        "Put a YAML file in the place of a clinic's draft, and say what differs from the version "
        "in use. Nobody follows it until a manager has looked at the draft and approved it by name."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("clinic", help="the clinic's name or uuid")
        parser.add_argument("file", type=Path, help="as export_pathway writes it, at most 1 MiB")

    def handle(self, *, clinic: str, file: Path, **options: Any) -> None:
        where = clinic_named(clinic)
        raw = read_file(file, MAX_BYTES)
        try:
            draft = pathways.load(clinic=where, raw=raw, user=None, now=clock.now())
        except PathwayError as error:
            said = "\n".join(f"{file.name}: {problem}" for problem in error.problems)
            raise CommandError(said) from error
        self.stdout.write("\n".join(_said(where, draft)))


def _said(clinic: Clinic, draft: PathwayDraft) -> Iterator[str]:
    sections = differences(document_of(active_pathway(clinic)), from_data(draft.document))
    if not sections:
        yield f"The draft of {clinic} is now the same as the version in use."
        return
    yield f"The draft of {clinic} is now this file. From the version in use it differs so:"
    for section in sections:
        yield f"{section.name}:"
        yield from (f"  {_line(one)}" for one in section.differences)
    yield "Nobody follows it yet: a manager approves it by name."


def _line(one: Difference) -> str:
    whole = f"{one.what} {one.subject}"
    if not one.field:
        return f"{whole}: {one.before or one.after}"
    before, after = (" / ".join(text.splitlines()) or "nothing" for text in (one.before, one.after))
    return f"{whole}, {one.field}: {before} -> {after}"
