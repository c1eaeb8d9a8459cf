"""What must hold between the items of an instrument, wherever it comes from."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from recovery.clinical.instruments.items import (
    ORDERING,
    AnswerType,
    Condition,
    Item,
    QuestionnaireError,
    walk,
)

MAX_DEPTH = 10


def check_structure(items: Sequence[Item]) -> None:
    """Raises QuestionnaireError for the first item that cannot be asked or answered."""
    if not items:
        raise QuestionnaireError("item", "there is no item")
    known: dict[str, Item] = {}
    options: dict[str, set[str | int]] = {}
    for path, item, above in walk(items):
        if len(above) >= MAX_DEPTH:
            raise QuestionnaireError(path, f"groups are nested deeper than {MAX_DEPTH}")
        if item.link_id in known:
            raise QuestionnaireError(f"{path}.linkId", f'"{item.link_id}" is given twice')
        known[item.link_id] = item
        options[item.link_id] = _check_item(path, item)
    for path, item, _above in walk(items):
        for number, condition in enumerate(item.conditions):
            _check_condition(f"{path}.enableWhen[{number}]", condition, known, options)
    _check_no_circle(items)


def _check_item(path: str, item: Item) -> set[str | int]:
    """The values of its options, in a set: a file may have thousands, each asked for often."""
    group = item.kind == "group"
    if group and not item.items:
        raise QuestionnaireError(f"{path}.item", "a group without items")
    if item.items and not group:
        raise QuestionnaireError(f"{path}.item", "only a group holds items")
    if (item.kind == "choice") != bool(item.options):
        wrong = "a choice without options" if item.kind == "choice" else "only a choice has options"
        raise QuestionnaireError(f"{path}.answerOption", wrong)
    seen: set[str | int] = set()
    for number, option in enumerate(item.options):
        if option.value in seen:
            raise QuestionnaireError(
                f"{path}.answerOption[{number}]", f'"{option.value}" is given twice'
            )
        seen.add(option.value)
    if len({(type(o.value), o.system is None) for o in item.options}) > 1:
        raise QuestionnaireError(f"{path}.answerOption", "its options are not of one type")
    if item.repeats and item.kind != "choice":
        raise QuestionnaireError(f"{path}.repeats", "only a choice may have several answers")
    if item.low is not None and item.high is not None and item.low > item.high:
        raise QuestionnaireError(path, f"its smallest value {item.low} is above {item.high}")
    return seen


def _check_condition(
    path: str,
    condition: Condition,
    known: Mapping[str, Item],
    options: Mapping[str, set[str | int]],
) -> None:
    asked = known.get(condition.question)
    if asked is None:
        raise QuestionnaireError(f"{path}.question", f'no item has linkId "{condition.question}"')
    if asked.kind == "group":
        raise QuestionnaireError(f"{path}.question", f'"{condition.question}" is a group')
    types = ("Boolean",) if condition.operator == "exists" else _answer_types(asked)
    field = f"{path}.answer{condition.answer_type}"
    if condition.answer_type not in types:
        wanted = " or ".join(f"answer{name}" for name in types)
        raise QuestionnaireError(field, f'"{asked.link_id}" is compared by {wanted}')
    if condition.operator in ORDERING and not {"Integer", "Decimal"} & set(types):
        raise QuestionnaireError(
            f"{path}.operator", f'"{condition.operator}" needs a number, "{asked.link_id}" has none'
        )
    ordered = condition.operator in ("exists", *ORDERING)
    if asked.kind == "choice" and not ordered and condition.answer not in options[asked.link_id]:
        field += ".code" if condition.answer_type == "Coding" else ""
        raise QuestionnaireError(field, f'"{condition.answer}" is no option of "{asked.link_id}"')


def _answer_types(asked: Item) -> tuple[AnswerType, ...]:
    """How a condition gives the answer it compares with. 2.5 is no mistake for a whole number."""
    if asked.kind in ("integer", "decimal"):
        return ("Integer", "Decimal")
    if asked.kind == "choice":
        if asked.options[0].system is not None:
            return ("Coding",)
        return ("Integer",) if isinstance(asked.options[0].value, int) else ("String",)
    return ("Boolean",) if asked.kind == "boolean" else ("String",)


def waits_for(items: Sequence[Item]) -> dict[str, set[str]]:
    """By item, what must be settled before it is known to be shown: questions and its group."""
    needs: dict[str, set[str]] = {}
    for _path, item, above in walk(items):
        needs[item.link_id] = {condition.question for condition in item.conditions}
        if above:
            needs[item.link_id].add(above[-1].link_id)
    return needs


def _check_no_circle(items: Sequence[Item]) -> None:
    """No question may wait for itself, by its own conditions or by those of its groups."""
    try:
        TopologicalSorter(waits_for(items)).prepare()
    except CycleError as error:
        circle = set(error.args[1])
        path, first = next(
            (path, item.link_id)
            for path, item, _above in walk(items)
            if item.link_id in circle and item.conditions
        )
        raise QuestionnaireError(
            f"{path}.enableWhen", f'"{first}" waits for an answer that waits for it'
        ) from error
