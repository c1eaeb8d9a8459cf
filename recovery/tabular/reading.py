"""Reads a CSV or Excel file as rows of text. Every file is hostile or mistaken until read.

Nothing is guessed: a file that can be read in two ways is refused, with what to do about it.
"""

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook
from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import TranslatorError
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

MAX_BYTES = 5 * 2**20
# Beneath the names of the columns. Blank ones count: a few bytes may claim two billion of them.
MAX_ROWS = 10_000
MAX_COLUMNS = 60
# Of all parts of an Excel file together, unpacked.
MAX_UNPACKED = 48 * 2**20
MAX_PARTS = 200
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
DELIMITERS = {
    ",": gettext_lazy("commas"),
    ";": gettext_lazy("semicolons"),
    "\t": gettext_lazy("tabs"),
}
# A line break or a control character in a cell is an accident, most often a quote left open.
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u2028\u2029]")


class Unreadable(Exception):
    """The file as a whole cannot be taken; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """`number` as a spreadsheet counts. `extra` cells stand beyond the last named column."""

    number: int
    cells: tuple[str, ...]
    extra: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """The named columns and the lines beneath them that are not empty."""

    read_as: str
    header: tuple[str, ...]
    lines: list[Line]


def read(file: IO[bytes], is_header: Callable[[Sequence[str]], bool]) -> Sheet:
    """The file's first sheet. `is_header` says of a first row whether it names what is needed; it
    settles how a CSV file parts its cells. Raises Unreadable.
    """
    file.seek(0)
    raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise Unreadable(too_large())
    if not raw.strip():
        raise Unreadable(_("This file is empty."))
    if raw.startswith(OLE):
        raise Unreadable(_("This is an old Excel file, or one with a password. Save it as .xlsx."))
    if raw.startswith(ZIP):
        return _sheet(_("Excel"), _workbook(raw))
    return _csv(raw, is_header)


def too_large() -> str:
    return _("This file has more than 5 MiB. A list of 10,000 procedures has less.")


def _sheet(read_as: str, rows: Iterable[Sequence[str]]) -> Sheet:
    numbered = enumerate(rows, start=1)
    _first, names = next(numbered, (1, ()))
    header = tuple(name.strip() for name in names)
    while header and not header[-1]:
        header = header[:-1]
    if not header:
        raise Unreadable(_("Row 1 is empty. It names the columns."))
    if len(header) > MAX_COLUMNS:
        raise Unreadable(_("This file has more than %(n)d columns.") % {"n": MAX_COLUMNS})
    lines = []
    for number, row in numbered:
        if number > MAX_ROWS + 1:
            raise Unreadable(
                _(
                    "This file has more than %(n)d rows, blank ones included. Delete the blank"
                    " rows, or part it into several."
                )
                % {"n": MAX_ROWS}
            )
        cells = tuple(cell.strip(" \t\u00a0") for cell in row)
        if not any(cells):
            continue
        padded = (*cells, *[""] * (len(header) - len(cells)))
        extra = sum(bool(cell) for cell in cells[len(header) :])
        lines.append(Line(number, padded[: len(header)], extra))
    return Sheet(read_as, header, lines)


# CSV
# ---


def _csv(raw: bytes, is_header: Callable[[Sequence[str]], bool]) -> Sheet:
    text, coding = _text(raw)
    first = next(iter(text.splitlines()), "")
    for delimiter, name in DELIMITERS.items():
        header = next(_rows(io.StringIO(first), delimiter), [])
        if len(header) > 1 and is_header(header):
            read_as = _("CSV (%(coding)s, %(delimiter)s)")
            words = {"coding": coding, "delimiter": name}
            return _sheet(read_as % words, _rows(io.StringIO(text, newline=""), delimiter))
    # So that the refusal can name the columns that are missing.
    likely = max(DELIMITERS, key=first.count)
    return _sheet(coding, _rows(io.StringIO(first), likely))


def _text(raw: bytes) -> tuple[str, str]:
    neither = _("This is neither a CSV nor an Excel file, whatever its name says. Save it as one.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = raw.decode("utf-16")
        except UnicodeDecodeError:
            raise Unreadable(_("This file begins like UTF-16 and is none.")) from None
        if "\0" in text:
            raise Unreadable(neither)
        return text, "UTF-16"
    if b"\x00" in raw:
        raise Unreadable(neither)
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        raise Unreadable(
            _("This file is not in UTF-8. In Excel, save it as “CSV UTF-8”, or as .xlsx.")
        ) from None


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        raise Unreadable(
            _("Line %(n)d cannot be read: perhaps a quotation mark was left open.")
            % {"n": reader.line_num}
        ) from None


# Excel
# -----


def _workbook(raw: bytes) -> Iterator[list[str]]:
    """The first sheet, streamed. What its parts come to is known before any is unpacked."""
    wrong = _("This is no Excel file that can be read. Save it as .xlsx, or as CSV.")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Unreadable(_("Unpacked, this file is far too large for a list of procedures."))
        # Excel packs in no other way, and each way breaks with errors of its own.
        if any(part.compress_type not in PACKED for part in parts):
            raise Unreadable(wrong)
        book = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            # A file may claim any size for its sheet; what it has is read.
            sheet.reset_dimensions()
            for row in sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True):
                yield [_cell(value) for value in row]
        finally:
            book.close()
    except Unreadable:
        raise
    except (
        *(zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError),
        *(IndexError, AttributeError, EOFError, SyntaxError, OverflowError, NotImplementedError),
        *(RuntimeError, OSError, zlib.error, struct.error, TokenizerError, TranslatorError),
    ):
        raise Unreadable(wrong) from None


def _cell(value: Any) -> str:
    """As it would be typed. A formula stays its own text, "=A1", and is refused later."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, ArrayFormula):
        return str(value.text)
    if isinstance(value, DataTableFormula):
        return "=TABLE"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
