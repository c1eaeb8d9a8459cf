"""A table as a CSV file that is streamed, in which no cell is a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse


def streamed(
    name: str, columns: Sequence[str], batches: Iterable[Iterable[Sequence[str]]]
) -> StreamingHttpResponse:
    """The file `name`, a batch of rows at a time."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    lines = _lines(columns, batches)
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


class _Echo:
    """A file for csv.writer that keeps nothing."""

    def write(self, line: str) -> str:
        return line


def _lines(columns: Sequence[str], batches: Iterable[Iterable[Sequence[str]]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(columns)
    for rows in batches:
        yield "".join(writer.writerow([harmless(cell) for cell in row]) for row in rows)


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would calculate is made plain text."""
    return f"'{cell}" if cell[:1] in tuple("=+-@\t\r\n") and cell else cell
