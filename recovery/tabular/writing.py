"""Writes tables as CSV, as an Excel workbook or as an archive of CSV files, piece by piece.

Nothing is ever held as a whole, in memory or on disk: each piece leaves before the next is made
(decision 30). Cells are text, whole or decimal numbers, True and False, or None.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

Rows = Iterable[Sequence[Any]]

# What a spreadsheet program would calculate, also behind spaces and in the wide forms of letters.
FIRST = frozenset("=+-@\uff1d\uff0b\uff0d\uff20 \t\r\n\v\f\u00a0\u3000")
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
# Excel's own limits.
CELL, SHEET_ROWS = 32_767, 1_048_576
PIECE = 1 << 16
# What XML cannot hold.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# The earliest an archive can name: what it holds has its own times.
STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is that of the file or sheet; `rows` are asked for once, while it is written."""

    name: str
    columns: Sequence[str]
    rows: Rows
    # The places of cells that may look like a formula; None is any.
    typed: Sequence[int] | None = None


def harmless(cell: Any) -> Any:
    """A text that a spreadsheet would calculate is made plain text; a number stays a number."""
    if type(cell) is str and cell and cell[0] in FIRST and FORMULA.match(cell):
        return f"'{cell}"
    return cell


def _harmless(row: Sequence[Any], typed: Sequence[int] | None) -> Sequence[Any]:
    if typed is None:
        return [harmless(cell) for cell in row]
    for place in typed:
        cell = row[place]
        # What `harmless` asks first, without the cost of asking it.
        if cell and type(cell) is str and cell[0] in FIRST and harmless(cell) is not cell:
            return [harmless(cell) for cell in row]
    return row


def csv_lines(
    columns: Sequence[str], rows: Rows, typed: Sequence[int] | None = None
) -> Iterator[str]:
    """In pieces of many lines; only cells in the places of `typed` are looked at for formulas, all
    with None.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    write = writer.writerow
    for row in rows:
        write(_harmless(row, typed))
        if buffer.tell() >= PIECE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def archive(texts: Iterable[tuple[str, Iterable[str]]]) -> Iterator[bytes]:
    """A ZIP archive of files, each by its name and the pieces of its text."""
    out = _Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name, pieces in texts:
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            with packed.open(info, "w", force_zip64=True) as part:
                for piece in pieces:
                    part.write(piece.encode())
                    if out.waits >= PIECE:
                        yield out.taken()
    yield out.taken()


class _Pipe(io.RawIOBase):
    """A file that zipfile writes to and cannot go back in; what was written is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self.waits = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        if piece:  # most writes only fill the compressor
            self._pieces.append(piece)
            self.waits += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        whole, self._pieces, self.waits = b"".join(self._pieces), [], 0
        return whole


# Excel
# -----

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def workbook(tables: Sequence[Table]) -> Iterator[bytes]:
    """An Excel workbook, a sheet a table. Text is typed as text, which no program calculates."""
    return archive(_parts(tables))


def _parts(tables: Sequence[Table]) -> Iterator[tuple[str, Iterable[str]]]:
    sheets = list(enumerate(tables, start=1))
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{TYPES}.worksheet+xml"/>'
        for n, _table in sheets
    )
    yield (
        "[Content_Types].xml",
        [
            f'{XML}<Types xmlns="{PACKAGE}/content-types">',
            '<Default Extension="rels"',
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
            '<Default Extension="xml" ContentType="application/xml"/>',
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>',
            f"{overrides}</Types>",
        ],
    )
    yield "_rels/.rels", [_relations([("officeDocument", "xl/workbook.xml")])]
    yield (
        "xl/_rels/workbook.xml.rels",
        [_relations([("worksheet", f"worksheets/sheet{n}.xml") for n, _table in sheets])],
    )
    named = "".join(
        f'<sheet name="{_escaped(table.name)}" sheetId="{n}" r:id="rId{n}"/>' for n, table in sheets
    )
    yield (
        "xl/workbook.xml",
        [f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>'],
    )
    for n, table in sheets:
        yield f"xl/worksheets/sheet{n}.xml", _sheet(table)


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def _sheet(table: Table) -> Iterator[str]:
    yield f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{_row(table.columns)}'
    for number, row in enumerate(table.rows, start=2):
        if number > SHEET_ROWS:
            raise TooManyRows
        yield _row(row)
    yield "</sheetData></worksheet>"


class TooManyRows(Exception):
    """A sheet of Excel holds no more; the file breaks off rather than look whole."""


def _row(cells: Sequence[Any]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(cell: Any) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if type(cell) is bool:
        return f'<c t="b"><v>{cell:d}</v></c>'
    if type(cell) is int or type(cell) is Decimal:
        return f"<c><v>{cell}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{_escaped(str(cell))}</t></is></c>'


def _escaped(text: str) -> str:
    return escape(FORBIDDEN.sub("\ufffd", _fitting(text)), {'"': "&quot;"})


def _fitting(text: str) -> str:
    return text if len(text) <= CELL else f"{text[: CELL - 1]}…"


def stamp(moment: datetime) -> str:
    """For the name of a file."""
    return f"{moment:%Y-%m-%d-%H%M}"
