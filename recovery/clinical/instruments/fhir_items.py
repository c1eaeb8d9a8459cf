"""The items of a FHIR R4 Questionnaire: what each question asks, takes and waits for."""

from decimal import Decimal

from recovery.clinical.instruments.elements import (
    BASE,
    ELEMENT,
    Element,
    at,
    extensions,
    get,
    need,
    number,
    objects,
    one_of,
    only,
    text,
)
from recovery.clinical.instruments.items import (
    KINDS,
    NO_TEXT,
    OPERATORS,
    AnswerType,
    Behavior,
    Condition,
    Item,
    Option,
    QuestionnaireError,
    Text,
    Value,
)
from recovery.clinical.instruments.numbers import DECIMALS
from recovery.clinical.instruments.structure import MAX_DEPTH

MAX_LINK_ID = 255

ITEM = ELEMENT | {
    *("linkId", "definition", "code", "prefix", "text", "type", "enableWhen", "enableBehavior"),
    *("required", "repeats", "readOnly", "maxLength", "answerValueSet", "answerOption"),
    *("initial", "item"),
}
CODING = {"id", "extension", "system", "version", "code", "display", "userSelected"}
BEHAVIORS: tuple[Behavior, ...] = ("all", "any")
ANSWER_TYPES: tuple[AnswerType, ...] = ("Boolean", "Integer", "Decimal", "String", "Coding")

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
ORDINAL = f"{BASE}ordinalValue"
HIDDEN = f"{BASE}questionnaire-hidden"
FORMULAS = tuple(
    f"{SDC}{name}Expression" for name in ("enableWhen", "calculated", "initial", "answer")
)


def items_of(element: Element, path: str, depth: int) -> tuple[Item, ...]:
    if depth > MAX_DEPTH:
        raise QuestionnaireError(path, f"groups are nested deeper than {MAX_DEPTH}")
    return tuple(_item(item, here, depth) for here, item in objects(element, "item", path))


def _item(element: Element, path: str, depth: int) -> Item:
    only(element, path, ITEM)
    link_id = need(element, "linkId", str, path)
    if len(link_id) > MAX_LINK_ID:
        raise QuestionnaireError(at(path, "linkId"), f"is longer than {MAX_LINK_ID}")
    kind = one_of(element, "type", KINDS, path)
    words = text(element, "text", path)
    if words is None and kind != "group":
        raise QuestionnaireError(at(path, "text"), "is missing")
    _refuse_what_answers_itself(element, path)
    conditions = tuple(_conditions(element, path))
    if len(conditions) > 1 or "enableBehavior" in element:
        behavior = one_of(element, "enableBehavior", BEHAVIORS, path)
    else:
        behavior = "all"
    low, high, decimals = _range(element, path)
    max_length = get(element, "maxLength", int, path)
    if max_length is not None and max_length < 1:
        raise QuestionnaireError(at(path, "maxLength"), f"{max_length} is below 1")
    return Item(
        link_id=link_id,
        kind=kind,
        text=words or NO_TEXT,
        required=get(element, "required", bool, path) or False,
        low=low,
        high=high,
        decimals=decimals,
        max_length=max_length,
        repeats=get(element, "repeats", bool, path) or False,
        options=tuple(_options(element, path)),
        conditions=conditions,
        behavior=behavior,
        items=items_of(element, path, depth + 1),
        prefix=text(element, "prefix", path) or NO_TEXT,
        codes=tuple(
            (get(code, "system", str, here) or "", need(code, "code", str, here))
            for here, code in objects(element, "code", path)
        ),
    )


def _refuse_what_answers_itself(element: Element, path: str) -> None:
    if get(element, "readOnly", bool, path):
        raise QuestionnaireError(at(path, "readOnly"), "a question that cannot be answered")
    if element.get("initial"):
        raise QuestionnaireError(at(path, "initial"), "an answer filled in beforehand")
    if "answerValueSet" in element:
        raise QuestionnaireError(
            at(path, "answerValueSet"), "is not supported: list the options as answerOption"
        )
    no_formula(element, path)


def no_formula(element: Element, path: str) -> None:
    for here, url, extension in extensions(element, path):
        if url in FORMULAS or (url == HIDDEN and extension.get("valueBoolean") is not False):
            raise QuestionnaireError(f"{here}.url", f"{url.rpartition('/')[2]} is not supported")


def _range(
    element: Element, path: str
) -> tuple[int | Decimal | None, int | Decimal | None, int | None]:
    """Smallest and largest value and the decimals, from the extensions that FHIR has for them."""
    found: dict[str, int | Decimal | None] = {}
    decimals = None
    for here, url, extension in extensions(element, path):
        name = url.removeprefix(BASE)
        if name in {"minValue", "maxValue"}:
            field = "valueDecimal" if "valueDecimal" in extension else "valueInteger"
            found[name] = number(extension, field, here)
            if found[name] is None:
                raise QuestionnaireError(at(here, field), "is missing")
        elif name == "maxDecimalPlaces":
            decimals = need(extension, "valueInteger", int, here)
            if not 0 <= decimals <= DECIMALS:
                raise QuestionnaireError(
                    at(here, "valueInteger"), f"{decimals} is outside 0-{DECIMALS}"
                )
    return found.get("minValue"), found.get("maxValue"), decimals


def _options(element: Element, path: str) -> list[Option]:
    return [_option(option, here) for here, option in objects(element, "answerOption", path)]


def _option(element: Element, path: str) -> Option:
    only(
        element,
        path,
        {*ELEMENT, "initialSelected", *(n for n in element if str(n).lstrip("_")[:5] == "value")},
    )
    if get(element, "initialSelected", bool, path):
        raise QuestionnaireError(at(path, "initialSelected"), "an answer filled in beforehand")
    field = _only_value(element, "value", ("Coding", "String", "Integer"), path)
    ordinal = _ordinal(element, path)
    if field == "valueInteger":
        value = need(element, field, int, path)
        number(element, field, path)
        return Option(value, Text(str(value)), number=value if ordinal is None else ordinal)
    if field == "valueString":
        words = text(element, field, path) or NO_TEXT
        return Option(words.base, words, number=ordinal)
    coding = need(element, field, dict, path)
    here = at(path, field)
    only(coding, here, CODING)
    code = need(coding, "code", str, here)
    return Option(
        code,
        text(coding, "display", here) or Text(code),
        system=get(coding, "system", str, here) or "",
        number=_ordinal(coding, here) if ordinal is None else ordinal,
    )


def _ordinal(element: Element, path: str) -> int | Decimal | None:
    for here, url, extension in extensions(element, path):
        if url == ORDINAL:
            value = number(extension, "valueDecimal", here)
            if value is None:
                raise QuestionnaireError(at(here, "valueDecimal"), "is missing")
            return value
    return None


def _conditions(element: Element, path: str) -> list[Condition]:
    return [_condition(when, here) for here, when in objects(element, "enableWhen", path)]


def _condition(element: Element, path: str) -> Condition:
    only(
        element,
        path,
        {*ELEMENT, "question", "operator", *(n for n in element if str(n)[:6] == "answer")},
    )
    question = need(element, "question", str, path)
    operator = one_of(element, "operator", OPERATORS, path)
    field = _only_value(element, "answer", ANSWER_TYPES, path)
    answer_type = next(name for name in ANSWER_TYPES if field == f"answer{name}")
    return Condition(question, operator, answer_type, _answer(element, field, path))


def _answer(element: Element, field: str, path: str) -> Value:
    if field == "answerBoolean":
        return need(element, field, bool, path)
    if field == "answerString":
        return need(element, field, str, path)
    if field == "answerCoding":
        coding = need(element, field, dict, path)
        only(coding, at(path, field), CODING)
        return need(coding, "code", str, at(path, field))
    if field == "answerInteger":
        return need(element, field, int, path)
    value = number(element, field, path)
    if value is None:
        raise QuestionnaireError(at(path, field), "is missing")
    return value


def _only_value(element: Element, stem: str, types: tuple[str, ...], path: str) -> str:
    """The name of the one value[x] or answer[x] there must be."""
    given = [name for name in element if name.startswith(stem)]
    if len(given) != 1:
        wrong = "is missing" if not given else f"{given[0]} and {given[1]} are both given"
        raise QuestionnaireError(at(path, f"{stem}[x]"), wrong)
    if given[0].removeprefix(stem) not in types:
        raise QuestionnaireError(at(path, given[0]), "is not supported")
    return given[0]
