"""The parts of an instrument: its texts, its questions, their options and conditions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["group", "choice", "integer", "decimal", "boolean", "string"]
KINDS: tuple[Kind, ...] = ("choice", "integer", "decimal", "boolean", "string", "group")

Operator = Literal["exists", "=", "!=", ">", "<", ">=", "<="]
OPERATORS: tuple[Operator, ...] = ("exists", "=", "!=", ">", "<", ">=", "<=")
ORDERING = (">", "<", ">=", "<=")

Behavior = Literal["all", "any"]
AnswerType = Literal["Boolean", "Integer", "Decimal", "String", "Coding"]
Value = bool | int | Decimal | str


class QuestionnaireError(ValueError):
    """A questionnaire that is refused: where in it, as `item[3].linkId`, and why."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Text:
    """Words in the instrument's own language, with their translations by language tag."""

    base: str = ""
    translations: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.base

    def in_language(self, tag: str) -> str:
        """The words for es-MX: those in es-MX, else in es, else in the instrument's language."""
        known = {language.lower(): words for language, words in self.translations}
        wanted = tag.lower()
        return known.get(wanted) or known.get(wanted.partition("-")[0]) or self.base


NO_TEXT = Text()


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice. `value` is what is stored; `number` what a scorer counts, if any.

    `system` is that of a coding, "" when it names none; None: the option is no coding.
    """

    value: str | int
    text: Text
    system: str | None = None
    number: int | Decimal | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when an answer to `question` compares so with `answer`; exists compares with a bool.

    != holds when no answer is equal, so also when there is none. The others but exists need one.
    """

    question: str
    operator: Operator
    answer_type: AnswerType
    answer: Value


@dataclass(frozen=True, slots=True)
class Item:
    """A question or a group of them; link_id is FHIR's linkId and the key of its answer.

    `recall` is the time asked about, in words. `repeats` lets a choice have several answers.
    Without `low` and `high` a number may be anything.
    """

    link_id: str
    kind: Kind
    text: Text = NO_TEXT
    required: bool = False
    recall: str = ""
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    decimals: int | None = None
    max_length: int | None = None
    repeats: bool = False
    options: tuple[Option, ...] = ()
    conditions: tuple[Condition, ...] = ()
    behavior: Behavior = "all"
    items: tuple["Item", ...] = ()
    prefix: Text = NO_TEXT
    codes: tuple[tuple[str, str], ...] = ()

    def option(self, value: object) -> Option | None:
        return next((option for option in self.options if _same(option.value, value)), None)


def _same(one: object, other: object) -> bool:
    """Equal and of one kind: 1 is neither True nor "1"."""
    return type(one) is type(other) and one == other


def walk(
    items: Iterable[Item], path: str = "item", above: tuple[Item, ...] = ()
) -> Iterator[tuple[str, Item, tuple[Item, ...]]]:
    """Every item with its path and the groups that hold it, in the order of the page."""
    for number, item in enumerate(items):
        place = f"{path}[{number}]"
        yield place, item, above
        yield from walk(item.items, f"{place}.item", (*above, item))


def questions(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items that have answers: all but the groups."""
    return tuple(item for _path, item, _above in walk(items) if item.kind != "group")
