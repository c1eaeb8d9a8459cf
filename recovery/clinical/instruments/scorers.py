"""Scorers by name, and which questions each of them can count.

A scorer is bound to an instrument by its name, so that an instrument is data. It sees the
questions that are shown, in their order, each with its answer or None.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from recovery.clinical.instruments import scoring
from recovery.clinical.instruments.items import Item, QuestionnaireError, Value, questions
from recovery.clinical.instruments.numbers import plain, rounded
from recovery.clinical.instruments.scoring import ODI_MAX, ODI_SECTIONS, PEG_ITEMS, PEG_MAX, Score

Answer = Value | tuple[Value, ...]
Answered = Sequence[tuple[Item, Answer | None]]
Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Scorer:
    """`refusal` says why the items do not fit, None when they do."""

    score: Callable[[Answered], Score]
    refusal: Callable[[Sequence[Item]], str | None]


def check_fit(scorer: str, items: Sequence[Item]) -> None:
    """Raises QuestionnaireError when the scorer is unknown or cannot count these items."""
    if scorer not in SCORERS:
        raise QuestionnaireError("scorer", f'"{scorer}" is not one of {", ".join(SCORERS)}')
    refusal = SCORERS[scorer].refusal(questions(items))
    if refusal is not None:
        raise QuestionnaireError("item", f"{scorer} {refusal}")


def countable(item: Item) -> bool:
    """Whether every answer to it is one number."""
    if item.kind == "choice":
        return not item.repeats and all(option.number is not None for option in item.options)
    return item.kind in ("integer", "decimal")


def number_of(item: Item, answer: Answer | None) -> Number | None:
    """What a scorer counts for an answer."""
    if item.kind == "choice":
        option = item.option(answer)
        return None if option is None else option.number
    return answer if isinstance(answer, int | Decimal) else None


def _numbers(answered: Answered) -> list[Number | None]:
    return [number_of(item, answer) for item, answer in answered if countable(item)]


def _ticks(answered: Answered) -> list[int] | None:
    """The ticked lines, counted from 1: of one question with 24 options, or of 24 questions.

    None while one of 24 questions is not answered: whether the rest was read is not known.
    """
    if any(item.kind == "boolean" and answer is None for item, answer in answered):
        return None
    lines: list[int] = []
    for number, (item, answer) in enumerate(answered, start=1):
        if isinstance(answer, tuple):
            lines += [
                place
                for place, option in enumerate(item.options, start=1)
                if option.value in answer
            ]
        elif answer is True:
            lines.append(number)
    return lines


def _within(item: Item, high: int) -> bool:
    """Whether each of its answers is a whole number from 0 to high."""
    if item.kind == "choice":
        numbers = [option.number for option in item.options]
        return countable(item) and all(n in range(high + 1) for n in numbers)
    return item.kind == "integer" and (item.low, item.high) == (0, high)


def _fits_peg(items: Sequence[Item]) -> str | None:
    if len(items) == PEG_ITEMS and all(_within(item, PEG_MAX) for item in items):
        return None
    return f"counts {PEG_ITEMS} questions from 0 to {PEG_MAX} and nothing else"


def _fits_rmdq(items: Sequence[Item]) -> str | None:
    lines = scoring.RMDQ_LINES
    ticks = len(items) == lines and all(item.kind == "boolean" for item in items)
    if ticks or (len(items) == 1 and items[0].repeats and len(items[0].options) == lines):
        return None
    return f"counts {lines} boolean questions, or one repeating choice of {lines}"


def _fits_odi(items: Sequence[Item]) -> str | None:
    if len(items) == ODI_SECTIONS and all(_within(item, ODI_MAX) for item in items):
        return None
    return f"counts {ODI_SECTIONS} questions from 0 to {ODI_MAX} and nothing else"


def _fits_numbers(items: Sequence[Item]) -> str | None:
    return None if any(countable(item) for item in items) else "needs a question with a number"


def _fits_entered(items: Sequence[Item]) -> str | None:
    if items[0].kind in ("integer", "decimal"):
        return None
    return "takes the first question as the score, which must be a number"


def _entered(answered: Answered) -> Score:
    """The first question is the score. What stands beside it is kept and not counted."""
    item, answer = answered[0]
    value = number_of(item, answer)
    if value is None:
        return scoring.NO_SCORE
    if item.kind == "integer":
        return scoring.total([value])
    if item.decimals is None:
        return scoring.entered(value, item.link_id)
    return Score(None, rounded(value, item.decimals), plain(value), 1)


SCORERS: Mapping[str, Scorer] = {
    "peg_mean": Scorer(lambda answered: scoring.peg(_numbers(answered)), _fits_peg),
    "rmdq_count": Scorer(lambda answered: scoring.rmdq(_ticks(answered)), _fits_rmdq),
    "odi_proportion": Scorer(lambda answered: scoring.odi(_numbers(answered)), _fits_odi),
    "sum": Scorer(lambda answered: scoring.total(_numbers(answered)), _fits_numbers),
    "mean": Scorer(lambda answered: scoring.mean(_numbers(answered)), _fits_numbers),
    "entered": Scorer(_entered, _fits_entered),
}
