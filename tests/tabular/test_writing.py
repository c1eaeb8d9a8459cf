"""What is written is read again as it was, by the programs that people open it with."""

import csv
import io
import tracemalloc
import zipfile
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from recovery.tabular.writing import Table, archive, csv_lines, workbook

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    "  =1+1",
    "＝1+1",
    "=cmd|' /C calc'!A0",
]
NUMBERS = [0, -3, 17, Decimal("-2.5"), Decimal("0.10")]
TEXTS = ["", "a,b", 'say "no"', "line\nbreak", "Jürgen", "2026-03-17T09:30:00-04:00", "L4-L5", "0"]


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_csv_file_carries_numbers_and_texts_as_they_are():
    [columns, numbers, texts] = rows_of(
        "".join(csv_lines([f"c{n}" for n in range(8)], [[*NUMBERS, None, None, None], TEXTS]))
    )
    assert columns[0] == "c0"
    assert numbers == ["0", "-3", "17", "-2.5", "0.10", "", "", ""]
    assert texts == TEXTS


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_of_a_csv_file_is_calculated(formula):
    [_columns, [cell, number]] = rows_of("".join(csv_lines(["a", "b"], [[formula, -1]])))
    assert (cell, number) == (f"'{formula}", "-1")


def test_a_workbook_has_numbers_as_numbers_and_formulas_as_text():
    tables = [
        Table("logs", ["a", "b & <c>"], [[-3, Decimal("2.5")], ["=1+1", "Jürgen\x07 <b>"]]),
        Table("empty", ["only"], []),
    ]
    book = load_workbook(io.BytesIO(b"".join(workbook(tables))))
    assert book.sheetnames == ["logs", "empty"]
    rows = list(book["logs"].iter_rows())
    assert [cell.value for cell in rows[0]] == ["a", "b & <c>"]
    assert [(cell.value, cell.data_type) for cell in rows[1]] == [(-3, "n"), (2.5, "n")]
    # Typed as text: openpyxl would call a formula's type "f".
    assert [(cell.value, cell.data_type) for cell in rows[2]] == [
        ("=1+1", "s"),
        ("Jürgen� <b>", "s"),
    ]
    assert [cell.value for cell in next(book["empty"].iter_rows())] == ["only"]


def test_an_archive_holds_its_files():
    packed = b"".join(archive([("a.csv", ["x\r\n", "y\r\n"]), ("method.txt", ["how"])]))
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == {
            "a.csv": b"x\r\ny\r\n",
            "method.txt": b"how",
        }


@pytest.mark.parametrize("make", [lambda t: csv_lines(t.columns, t.rows), lambda t: workbook([t])])
def test_memory_does_not_grow_with_the_rows(make):
    def peak(count: int) -> int:
        table = Table("t", ["a", "b"], ((n, f"text {n}" * 10) for n in range(count)))
        tracemalloc.start()
        size = sum(len(piece) for piece in make(table))
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size > 5 * count
        return most

    peak(5_000)  # what is made once
    assert peak(20_000) < peak(5_000) + 200_000
