"""Answers to an instrument: which questions are shown, which are missing, what the answers are."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from graphlib import TopologicalSorter
from operator import ge, gt, le, lt
from typing import Any

from recovery.clinical.instruments.instrument import Instrument
from recovery.clinical.instruments.items import Condition, Item, Value, walk
from recovery.clinical.instruments.numbers import DECIMALS, check_number
from recovery.clinical.instruments.scorers import SCORERS, Answer
from recovery.clinical.instruments.scoring import NO_SCORE, Score
from recovery.clinical.instruments.structure import waits_for
from recovery.clinical.logfields import Field, LogError, check, quoted

_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What is known of a form. `values` are the clean answers to the questions that are shown.

    `enabled` are the questions and groups that are shown and `missing` those of them that must be
    answered and are not, both in the order of the page. `dropped` are answers to questions that
    other answers hide: they count nowhere. `errors` are the refused answers.
    """

    values: Mapping[str, Answer]
    enabled: tuple[str, ...]
    missing: tuple[str, ...]
    dropped: tuple[str, ...]
    errors: tuple[LogError, ...]

    @property
    def complete(self) -> bool:
        return not self.missing and not self.errors

    @property
    def partial(self) -> bool:
        """Begun and not finished: it can be saved, and has no score."""
        return bool(self.values) and not self.complete


def evaluate(instrument: Instrument, given: Mapping[str, Any]) -> Evaluation:
    """Answers by link_id, typed as JSON types them; null and "" are no answer.

    A choice is answered by the value of its option, one that repeats by a list of them. A number
    is a number: text is refused, whatever it holds.
    """
    asked = {item.link_id: item for item in instrument.questions}
    clean: dict[str, Answer] = {}
    errors: list[LogError] = []
    for link_id, answer in given.items():
        item = asked.get(link_id)
        try:
            if item is None:
                raise LogError(link_id, f"unknown question {quoted(link_id)}")
            value = clean_answer(item, answer)
        except LogError as error:
            errors.append(error)
        else:
            if value is not None:
                clean[link_id] = value
    names = _shown(instrument, clean)
    enabled = [item for _path, item, _above in walk(instrument.items) if item.link_id in names]
    order = {link_id: place for place, link_id in enumerate(asked)}
    return Evaluation(
        values={name: clean[name] for name in asked if name in clean and name in names},
        enabled=tuple(item.link_id for item in enabled),
        missing=tuple(
            item.link_id for item in enabled if item.required and not _answered(item, clean, names)
        ),
        dropped=tuple(name for name in asked if name in clean and name not in names),
        errors=tuple(sorted(errors, key=lambda error: order.get(error.field, len(order)))),
    )


def score(instrument: Instrument, evaluation: Evaluation | None) -> Score:
    """The score of a submitted form; None, or one with a refused answer, has no score."""
    if evaluation is None or evaluation.errors or not instrument.scorer:
        return NO_SCORE
    shown = set(evaluation.enabled)
    answered = [
        (item, evaluation.values.get(item.link_id))
        for item in instrument.questions
        if item.link_id in shown
    ]
    return SCORERS[instrument.scorer].score(answered) if answered else NO_SCORE


def clean_answer(item: Item, answer: Any) -> Answer | None:
    """One answer as its question wants it; raises LogError, whose message names the range."""
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        return None
    if item.repeats:
        return _several(item, answer)
    return _CLEAN[item.kind](item, answer)


def _several(item: Item, answer: Any) -> Answer | None:
    """The options chosen, each once, in the order of the page; none of them is no answer."""
    if not isinstance(answer, list | tuple):
        raise LogError(item.link_id, f"{item.link_id} {quoted(answer)} is not a list")
    chosen = {_choice(item, value) for value in answer}
    return tuple(option.value for option in item.options if option.value in chosen) or None


def _choice(item: Item, answer: Any) -> Value:
    option = item.option(int(answer) if _whole_decimal(answer) else answer)
    if option is None:
        options = ", ".join(str(option.value) for option in item.options)
        raise LogError(item.link_id, f"{item.link_id} {quoted(answer)} is not one of {options}")
    return option.value


def _whole_decimal(answer: object) -> bool:
    """5.0, which JSON writes for 5. A number of more digits is no option anywhere."""
    return (
        isinstance(answer, Decimal)
        and answer.is_finite()
        and abs(answer.adjusted()) < 20
        and answer == answer.to_integral_value()
    )


def _number_field(item: Item) -> Field:
    return Field(item.link_id, "decimal", item.low, item.high)


def _integer(item: Item, answer: Any) -> Value:
    return int(check_number(_number_field(item), answer, 0))


def _decimal(item: Item, answer: Any) -> Value:
    decimals = DECIMALS if item.decimals is None else item.decimals
    return check_number(_number_field(item), answer, decimals)


def _boolean(item: Item, answer: Any) -> Value:
    value: bool = check(Field(item.link_id, "bool"), answer)
    return value


def _string(item: Item, answer: Any) -> Value:
    value: str = check(Field(item.link_id, "text", high=item.max_length, unit="characters"), answer)
    return value


_CLEAN: Mapping[str, Callable[[Item, Any], Value]] = {
    "choice": _choice,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "string": _string,
}


def _answered(item: Item, clean: Mapping[str, Answer], shown: set[str]) -> bool:
    """A group is answered by any of its questions that is shown."""
    if item.kind != "group":
        return item.link_id in clean
    return any(_answered(part, clean, shown) for part in item.items if part.link_id in shown)


def _shown(instrument: Instrument, clean: Mapping[str, Answer]) -> set[str]:
    """The items that are shown. A hidden question has no answer, so hiding carries on."""
    items = {item.link_id: item for _path, item, _above in walk(instrument.items)}
    needs = waits_for(instrument.items)
    groups = {
        item.link_id: above[-1].link_id for _path, item, above in walk(instrument.items) if above
    }
    shown: set[str] = set()
    for name in TopologicalSorter(needs).static_order():
        item = items[name]
        whole = all if item.behavior == "all" else any
        held = (_holds(condition, shown, clean) for condition in item.conditions)
        if (name not in groups or groups[name] in shown) and (not item.conditions or whole(held)):
            shown.add(name)
    return shown


def _holds(condition: Condition, shown: Collection[str], clean: Mapping[str, Answer]) -> bool:
    given = clean.get(condition.question) if condition.question in shown else None
    answers = given if isinstance(given, tuple) else () if given is None else (given,)
    if condition.operator == "exists":
        return bool(answers) is condition.answer
    if condition.operator == "!=":
        return all(answer != condition.answer for answer in answers)
    if condition.operator == "=":
        return any(answer == condition.answer for answer in answers)
    order = _ORDERS[condition.operator]
    return any(order(answer, condition.answer) for answer in answers)
