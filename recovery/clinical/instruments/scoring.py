"""Scores from answers. Nothing is filled in: a missing answer leaves no score.

What is out of range is refused with LogError, whose `field` is the place and whose message names
the range. A score is decided on whole numbers; `shown` is for people only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from recovery.clinical.instruments.numbers import (
    WHOLE_DIGITS,
    Amount,
    as_typed,
    check_number,
    plain,
    rounded,
)
from recovery.clinical.logfields import Field, LogError, check, quoted

NRS_MAX, PEG_ITEMS, PEG_MAX = 10, 3, 10
RMDQ_LINES, ODI_SECTIONS, ODI_MAX = 24, 10, 5


@dataclass(frozen=True, slots=True)
class Score:
    """`total` is the raw sum, `basis` what a change is counted on: PEG its sum, ODI its percent.

    `answered` is the number of questions answered; of an RMDQ, that of the lines ticked.
    """

    total: Amount | None = None
    shown: str | None = None
    basis: Amount | None = None
    answered: int = 0


NO_SCORE = Score()


def nrs(answer: Any, name: str = "NRS") -> Score:
    """One rating from 0 to 10."""
    if answer is None:
        return NO_SCORE
    return _whole(check(Field(name, "int", 0, NRS_MAX), answer))


def peg(answers: Sequence[Any] | None, name: str = "answers") -> Score:
    """The mean of three ratings; without all three no score."""
    ratings = _checked(answers, name, Field(name, "int", 0, PEG_MAX), PEG_ITEMS)
    given = [rating for rating in ratings if rating is not None]
    if len(given) < PEG_ITEMS:
        return Score(answered=len(given))
    return peg_sum(sum(given))


def peg_sum(total: Any, name: str = "PEG") -> Score:
    """A raw sum, 0 to 30."""
    if total is None:
        return NO_SCORE
    amount = check(Field(name, "int", 0, PEG_ITEMS * PEG_MAX), total)
    return Score(amount, rounded(Fraction(amount, PEG_ITEMS), 1), amount, PEG_ITEMS)


def rmdq(ticked: Sequence[Any] | None, name: str = "answers") -> Score:
    """The number of different lines ticked. No tick is 0; None, a form not submitted, no score."""
    if ticked is None:
        return NO_SCORE
    lines = _checked(ticked, name, Field(name, "int", 1, RMDQ_LINES))
    count = len({line for line in lines if line is not None})
    return Score(count, str(count), count, count)


def odi(sections: Sequence[Any] | None, name: str = "answers") -> Score:
    """100 x sum / (5 x sections answered). A section without an answer is None."""
    values = _checked(sections, name, Field(name, "int", 0, ODI_MAX), ODI_SECTIONS)
    given = [value for value in values if value is not None]
    if not given:
        return NO_SCORE
    total = sum(given)
    percent = plain(Fraction(100 * total, ODI_MAX * len(given)))
    return Score(total, rounded(percent, 1), percent, len(given))


def odi_percent(percent: Any, name: str = "ODI") -> Score:
    """A percent that was counted elsewhere: 0 to 100, at most one decimal."""
    if percent is None:
        return NO_SCORE
    value = check_number(Field(name, "decimal", 0, 100), percent, 1)
    return Score(None, rounded(value, 1), plain(value), 1)


def rmdq_total(total: Any, name: str = "RMDQ") -> Score:
    """A count that was made elsewhere."""
    return NO_SCORE if total is None else _whole(check(Field(name, "int", 0, RMDQ_LINES), total))


def pgic(answer: Any, name: str = "PGIC") -> Score:
    """1, very much improved, to 7, very much worse. It has no change: it is one already."""
    return NO_SCORE if answer is None else _whole(check(Field(name, "int", 1, 7), answer))


def entered(value: Any, name: str, low: int | None = None, high: int | None = None) -> Score:
    """A score from elsewhere, shown as it was typed; without `low` and `high` any number."""
    if value is None:
        return NO_SCORE
    number = check_number(Field(name, "decimal", low, high), value)
    return Score(None, as_typed(number), plain(number), 1)


def total(values: Sequence[int | Decimal | None]) -> Score:
    """The sum, shown as it is; without every value no score."""
    amount, given = _sum(values)
    if amount is None:
        return Score(answered=given)
    return Score(amount, as_typed(amount), amount, given)


def mean(values: Sequence[int | Decimal | None]) -> Score:
    """The mean, shown with one decimal, decided on the sum; without every value no score."""
    amount, given = _sum(values)
    if amount is None:
        return Score(answered=given)
    return Score(amount, rounded(Fraction(amount) / given, 1), amount, given)


def _sum(values: Sequence[int | Decimal | None]) -> tuple[Amount | None, int]:
    """The sum of all values. One of more digits than can be stored is no sum, nor is one with a
    value missing.
    """
    given = [Fraction(value) for value in values if value is not None]
    amount = sum(given, Fraction(0))
    complete = bool(given) and len(given) == len(values) and abs(amount) < 10**WHOLE_DIGITS
    return (plain(amount) if complete else None), len(given)


def _whole(number: int) -> Score:
    return Score(number, str(number), number, 1)


def _checked(
    answers: Sequence[Any] | None, name: str, field: Field, most: int | None = None
) -> list[int | None]:
    """Each answer as a whole number in range, None where it is missing; its place names it."""
    if answers is None:
        return []
    if not isinstance(answers, list | tuple):
        raise LogError(name, f"{name} {quoted(answers)} is not a list")
    if most is not None and len(answers) > most:
        raise LogError(name, f"{name} has {len(answers)} answers, at most {most} are asked")
    return [
        None
        if answer is None
        else check(Field(f"{name}[{place}]", "int", field.low, field.high), answer)
        for place, answer in enumerate(answers)
    ]
