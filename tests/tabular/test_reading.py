"""Whatever somebody uploads is read as it is meant, or refused with what to do about it."""

import io
import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from recovery.tabular import reading
from recovery.tabular.reading import Line, Unreadable

ROWS = "name,born\r\nAnn,1950-01-01\r\n\r\nBea,1951-02-02\r\n"
LINES = [Line(2, ("Ann", "1950-01-01")), Line(4, ("Bea", "1951-02-02"))]


def read(raw: bytes) -> reading.Sheet:
    return reading.read(io.BytesIO(raw), lambda names: set(names) >= {"name", "born"})


def book(*rows: list[object]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "read_as"),
    [
        (ROWS.encode(), "CSV (UTF-8, commas)"),
        (ROWS.encode("utf-8-sig"), "CSV (UTF-8, commas)"),
        (ROWS.encode("utf-16"), "CSV (UTF-16, commas)"),
        (b"\xfe\xff" + ROWS.encode("utf-16-be"), "CSV (UTF-16, commas)"),
        (ROWS.replace(",", ";").encode(), "CSV (UTF-8, semicolons)"),
        (ROWS.replace(",", "\t").encode("utf-16"), "CSV (UTF-16, tabs)"),
        (ROWS.replace("\r\n", "\n").encode(), "CSV (UTF-8, commas)"),
    ],
)
def test_a_csv_file_of_any_make_is_read_and_its_rows_counted_as_a_spreadsheet_does(raw, read_as):
    sheet = read(raw)
    assert (sheet.read_as, sheet.header, sheet.lines) == (read_as, ("name", "born"), LINES)


def test_a_workbook_reads_as_it_would_be_typed():
    sheet = read(
        book(
            ["name", "born", "at", "number", "dose", "yes"],
            ["Ann", datetime.fromisoformat("1950-01-01"), time(9, 30), 12345, 2.5, True],
            [],
            ["Bea", date(1951, 2, 2), datetime.fromisoformat("2026-03-01 08:15"), 7.0, None, False],
            ["=1+1", "x", None, None, None, None],
        )
    )
    assert sheet.read_as == "Excel"
    assert sheet.lines == [
        Line(2, ("Ann", "1950-01-01", "09:30", "12345", "2.5", "yes")),
        Line(4, ("Bea", "1951-02-02", "2026-03-01 08:15", "7", "", "no")),
        Line(5, ("=1+1", "x", "", "", "", "")),
    ]


def test_a_formula_of_any_kind_is_read_as_its_own_text():
    array, table = ArrayFormula("A2", "=UPPER(Z1:Z9)"), DataTableFormula(ref="A3", r1="B1")
    sheet = read(book(["name", "born"], [array, "1950"], [table, "1951"]))
    assert [line.cells[0] for line in sheet.lines] == ["=UPPER(Z1:Z9)", "=TABLE"]


def test_cells_beyond_the_named_columns_are_counted_and_empty_ones_pass():
    sheet = read(b"name,born,,\nAnn,1950-01-01,,\nBea,1951,02,02\n")
    assert [line.extra for line in sheet.lines] == [0, 2]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"  \r\n", "empty"),
        (b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 512, "neither a CSV nor an Excel file"),
        (ROWS.encode("utf-16-le"), "neither a CSV nor an Excel file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512, "old Excel file"),
        ("name,born\nJürgen,1950\n".encode("cp1252"), "not in UTF-8"),
        (b"\xff\xfe\x00\xd8A", "begins like UTF-16"),
        (ROWS.replace("Ann", "A\x00n").encode("utf-16"), "neither a CSV nor an Excel file"),
        (
            ROWS.replace("born\r", "born,\x00x\r").encode("utf-16"),
            "neither a CSV nor an Excel file",
        ),
        (b"x" * (reading.MAX_BYTES + 1), "more than 5 MiB"),
        (b"PK\x03\x04" + b"rubbish" * 100, "no Excel file that can be read"),
        (archive(**{"word/document.xml": b"<x/>"}), "no Excel file that can be read"),
        (b'name,born\n"Ann,' + b"x" * 200_000, "a quotation mark was left open"),
        (b",,\n1,2\n", "Row 1 is empty"),
        (b"name,born\n" + b"a,b\n" * (reading.MAX_ROWS + 1), "more than 10000 rows"),
        (b"name,born\n" + b"\n" * reading.MAX_ROWS + b"a,b\n", "more than 10000 rows"),
        (
            ",".join(["name", "born", *map(str, range(60))]).encode() + b"\n",
            "more than 60 columns",
        ),
    ],
)
def test_what_cannot_be_read_says_why(raw, why):
    with pytest.raises(Unreadable, match=why):
        read(raw)


def test_a_bomb_is_refused_before_it_goes_off():
    bomb = archive(**{"xl/worksheets/sheet1.xml": b" " * (reading.MAX_UNPACKED + 1)})
    assert len(bomb) < 100_000
    with pytest.raises(Unreadable, match="far too large"):
        read(bomb)
    with pytest.raises(Unreadable, match="far too large"):
        read(archive(**{f"part{n}": b"x" for n in range(reading.MAX_PARTS + 1)}))


def swapped(raw: bytes, name: str, change) -> bytes:
    """The workbook with one of its parts rewritten."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.namelist():
            text = before.read(part)
            after.writestr(part, change(text) if part == name else text)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ANN = ["name", "born"], ["Ann", "1950"]


@pytest.mark.parametrize("row", [1_000_000, 2_000_000_000])
def test_a_row_far_down_is_refused_before_the_blank_ones_above_it_are_read(row):
    def change(text: bytes) -> bytes:
        return text.replace(b"</sheetData>", b'<row r="%d"/></sheetData>' % row)

    with pytest.raises(Unreadable, match="more than 10000 rows, blank ones included"):
        read(swapped(book(*ANN), SHEET, change))


def test_a_workbook_that_was_damaged_on_its_way_is_refused():
    raw = book(*ANN)
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        part = packed.getinfo(SHEET)
    begins = part.header_offset + 30 + len(part.filename)
    for byte in range(begins, begins + part.compress_size, 7):
        damaged = raw[:byte] + bytes([raw[byte] ^ 0xFF]) + raw[byte + 1 :]
        with pytest.raises(Unreadable, match="no Excel file that can be read"):
            read(damaged)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_that_is_packed_as_excel_never_does_is_refused(method):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(*ANN))) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.namelist():
            after.writestr(part, before.read(part), method)
    with pytest.raises(Unreadable, match="no Excel file that can be read"):
        read(out.getvalue())


def test_a_shared_formula_that_is_none_is_refused():
    def change(text: bytes) -> bytes:
        shared = b'<c r="C2"><f t="shared" si="0" ref="C2:C3">"open</f></c></row></sheetData>'
        return text.replace(b"</row></sheetData>", shared)

    with pytest.raises(Unreadable, match="no Excel file that can be read"):
        read(swapped(book(*ANN), SHEET, change))


def test_entities_that_grow_are_refused():
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'

    def change(text: bytes) -> bytes:
        return text.replace(b"<worksheet", entities + b"<worksheet", 1)

    spoilt = swapped(book(*ANN), SHEET, change)
    with pytest.raises(Unreadable, match="no Excel file that can be read"):
        read(spoilt)


def test_a_sheet_that_claims_to_be_huge_is_read_for_what_it_has():
    def change(text: bytes) -> bytes:
        return text.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')

    raw = swapped(book(*ANN), SHEET, change)
    assert read(raw).lines == [Line(2, ("Ann", "1950"))]
