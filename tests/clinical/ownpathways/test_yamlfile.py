"""The file of a pathway: what is read, and the line of everything that is not."""

import re
from collections.abc import Callable

import pytest

from recovery.clinical.ownpathways import (
    MAX_BYTES,
    PathwayError,
    examine_yaml,
    read_yaml,
    write_yaml,
)
from recovery.clinical.ownpathways.structure import SHOWN
from tests.clinical.ownpathways.shipped import SHIPPED

FILE = write_yaml(SHIPPED)


def line_of(text: str, file: str = FILE) -> int:
    """The line, from 1, in which `text` begins; it stands once."""
    before, found, after = file.partition(text)
    assert found
    assert text not in after
    return before.count("\n") + 1


def said(raw: bytes | str) -> list[str]:
    reading = examine_yaml(raw if isinstance(raw, bytes) else raw.encode())
    return [str(one) for one in reading.problems]


def test_the_file_gives_an_equal_pathway_back() -> None:
    assert read_yaml(FILE.encode()) == SHIPPED
    assert write_yaml(read_yaml(FILE.encode())) == FILE
    assert examine_yaml(FILE.encode()).problems == ()


def test_it_begins_with_what_it_is_and_how_to_check_it() -> None:
    head = FILE.partition("format: 1")[0]
    assert "python -m recovery.clinical pathway FILE" in head
    assert all(line.startswith("# ") for line in head.splitlines())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda file: "\ufeff" + file, id="a mark of the order of bytes"),
        pytest.param(lambda file: file.replace("\n", "\r\n"), id="line ends of Windows"),
        pytest.param(lambda file: file.replace("'2027-05-01'", "2027-05-01"), id="a bare date"),
        pytest.param(
            lambda file: file.replace("['D0 19:00']", "\n      - D0 19:00"), id="a list in lines"
        ),
        pytest.param(lambda file: re.sub("corridor: .*\nrules: .*\n", "", file), id="left out"),
        pytest.param(lambda file: file.replace("    asked: true\n", ""), id="asked by itself"),
        pytest.param(lambda file: file.replace("last_day: null", "last_day:"), id="an empty null"),
    ],
)
def test_the_same_pathway_in_another_hand(change: Callable[[str], str]) -> None:
    changed = change(FILE)
    assert changed != FILE
    assert read_yaml(changed.encode()) == SHIPPED


DUE_5 = "due: D5 20:00"

SPOILT: dict[str, tuple[Callable[[str], str], str, str]] = {
    # What is done to the file, the text that then stands in the line, and what is said of it.
    "a reminder outside its window": (
        lambda file: file.replace("['D5 17:00',", "['D4 17:00',"),
        "reminders: ['D4 17:00', 'D5",
        "forms[6].reminders[0]: D4 17:00 is outside the form's window, D5 06:00 to D6 12:00",
    ),
    "an unknown form": (
        lambda file: file.replace("form: one_month", "form: ten_week"),
        "form: ten_week",
        (
            'forms[29].form: "ten_week" is not one of daily, evening, baseline, two_week, '
            "one_month, six_week, three_month, six_month, one_year, two_year"
        ),
    ),
    "a key that is missing": (
        lambda file: file.replace(f"    {DUE_5}\n", ""),
        "key: DAY-05",
        "forms[6].due: is missing",
    ),
    "a key that is not known": (
        lambda file: file.replace(DUE_5, f"{DUE_5}\n    dew: D5 20:00"),
        "dew: D5",
        "forms[6].dew: is not known here",
    ),
    "a key twice": (
        lambda file: file.replace(DUE_5, f"{DUE_5}\n    due: D5 21:00"),
        "due: D5 21:00",
        'forms[6].due: "due" stands twice here',
    ),
    "no as a text": (
        lambda file: file.replace(DUE_5, "due: no"),
        "due: no",
        'forms[6].due: "no" may mean true or false: write true, false, or quote it',
    ),
    "on for asked": (
        lambda file: file.replace("key: DAY-05\n    form: daily\n    asked: true", "asked: on"),
        "asked: on",
        'forms[6].asked: "on" may mean true or false: write true, false, or quote it',
    ),
    "a number for a text": (
        lambda file: file.replace("title: The shipped pathway", "title: 7"),
        "title: 7",
        "title: must be a text",
    ),
    "a number with a point": (
        lambda file: file.replace("title: The shipped pathway", "title: 1.5"),
        "title: 1.5",
        'title: "1.5" is no whole number: if it is a text, quote it',
    ),
    "a number of more digits than anything has": (
        lambda file: file.replace("day: 5\n", "day: " + 5000 * "5" + "\n"),
        "day: 555",
        f'forms[6].day: "{SHOWN * "5"}..." is no whole number: if it is a text, quote it',
    ),
    "a time that YAML 1.1 counts in sixties": (
        lambda file: file.replace(DUE_5, "due: 20:00"),
        "due: 20:00",
        'forms[6].due: "20:00" is no whole number: if it is a text, quote it',
    ),
    "a text for a number": (
        lambda file: file.replace("day: 5\n", "day: '5'\n"),
        "day: '5'",
        "forms[6].day: must be a whole number",
    ),
    "an anchor": (
        lambda file: file.replace(DUE_5, "due: &due D5 20:00"),
        "due: &due",
        "forms[6].due: anchors and aliases (& and *) are not read",
    ),
    "an alias": (
        lambda file: file.replace(DUE_5, "due: *due"),
        "due: *due",
        "forms[6].due: anchors and aliases (& and *) are not read",
    ),
    "a merge": (
        lambda file: file.replace(DUE_5, "<<: {due: D5 20:00}"),
        "<<: {",
        "forms[6].<<: is not known here",
    ),
    "a tag": (
        lambda file: file.replace(DUE_5, "due: !!python/name:os.system D5"),
        "due: !!python",
        'forms[6].due: the tag "tag:yaml.org,2002:python/name:os.system" is not read',
    ),
    "a list as a key": (
        lambda file: file.replace(DUE_5, "? [due]\n    : D5 20:00"),
        "? [due]",
        "forms[6]: a key is a word, no list and no set of keys",
    ),
    "a second document": (
        lambda file: f"{file}---\ntitle: two\n",
        "---",
        "a second document; a pathway is one",
    ),
    "a directive": (
        lambda file: f"%YAML 1.1\n---\n{file}",
        "%YAML",
        "directives are not read",
    ),
    "a bracket that is not closed": (
        lambda file: file.replace("['D5 17:00',", "[['D5 17:00',"),
        "key: DAY-06",
        "",
    ),
    "a tabulator": (
        lambda file: file.replace(f"    {DUE_5}", f"\t{DUE_5}"),
        f"\t{DUE_5}",
        "",
    ),
    "a NUL": (
        lambda file: file.replace(DUE_5, "due: D5\0"),
        "due: D5\0",
        "U+0000 stands in no pathway",
    ),
    "a NUL in another spelling": (
        lambda file: file.replace("title: The shipped pathway", 'title: "The\\0pathway"'),
        'title: "The\\0',
        "title: has a line break or a control character: one line, plain letters",
    ),
    "a text of two lines": (
        lambda file: file.replace("title: The shipped pathway", "title: |-\n  One\n  Two"),
        "title: |-",
        "title: has a line break or a control character: one line, plain letters",
    ),
}


@pytest.mark.parametrize(("spoil", "stands", "message"), SPOILT.values(), ids=SPOILT)
def test_what_is_refused_and_in_which_line(
    spoil: Callable[[str], str], stands: str, message: str
) -> None:
    file = spoil(FILE)
    assert file != FILE
    found = said(file)
    line = line_of(stands, file)
    assert f"line {line}: {message}" in found if message else found[0].startswith(f"line {line}:")
    with pytest.raises(PathwayError):
        read_yaml(file.encode())


def test_two_forms_with_one_key_are_said_where_the_second_stands() -> None:
    place = line_of("key: C42")
    file = FILE.replace("key: C42", "key: C30")
    assert f"line {place}: forms[30].key: C30 stands twice, first at forms[29]" in said(file)


def test_every_problem_stands_in_the_order_of_the_lines() -> None:
    file = FILE.replace("title: The shipped pathway", "title: 7").replace(
        "form: one_month", "form: x"
    )
    found = said(file.replace("first_day: 15", "first_day: 16"))
    lines = [int(re.match(r"line (\d+)", one)[1]) for one in found]  # type: ignore[index]
    assert lines == sorted(lines)
    assert [line_of("title: 7", file), line_of("form: x", file)] == lines[:2]
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        pytest.param(b"", "line 1: the file is empty", id="nothing"),
        pytest.param(b"# nothing\n", "line 1: the file is empty", id="a comment"),
        pytest.param(b"pathway", "line 1: must be a set of keys", id="a word"),
        pytest.param(b"- 1\n", "line 1: must be a set of keys", id="a list"),
        pytest.param(b"a: \xff\nb: 1", "line 1: not UTF-8", id="not UTF-8"),
        pytest.param(b"a: 1\nb: \xc3(", "line 2: not UTF-8", id="not UTF-8 in its second line"),
        pytest.param("a: b\u2028c".encode(), "line 1: U+2028 stands in no pathway", id="U+2028"),
        pytest.param(
            b"a: " + b"[" * 50 + b"]" * 50,
            "line 1: more values, or deeper, than any pathway",
            id="fifty deep",
        ),
        pytest.param(
            b"- 1\n" * 20_000, "line 10000: more values, or deeper, than any pathway", id="no end"
        ),
        pytest.param(
            b"#" * (MAX_BYTES + 1),
            "the file has 1048577 bytes, more than 1 MiB (1048576)",
            id="more than 1 MiB",
        ),
    ],
)
def test_what_is_no_pathway_at_all(raw: bytes, message: str) -> None:
    assert said(raw) == [message]


def test_aliases_that_would_fill_any_memory_are_refused_before_they_do() -> None:
    laughs = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert said(laughs) == ["line 1: a: anchors and aliases (& and *) are not read"]
