"""From values of a form or of JSON to a clean log.

Missing is missing: an absent field and null are the same, and nothing is filled in. Nothing is
guessed or clipped either: what is out of range or of the wrong kind is refused.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from recovery.clinical.logfields.fields import FIELDS, Field
from recovery.clinical.medicines import opioid_total

TENTH = Decimal("0.1")
TEMPERATURES = {"C": FIELDS["temp_c"], "F": FIELDS["temp_f"]}
DRUG = Field("drug", "text", high=100, unit="characters")
MG = Field("mg", "decimal", 0, 10000)
DOSES = Field("doses", "decimal", 0, 100)


class LogError(ValueError):
    """A refused value: the field to show it at, and what is wrong, naming the value."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def clean(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The log with its present values alone; raises LogError for the first wrong field.

    A temperature is given as temp_c, as temp_f, or as temp_value with temp_unit; what comes back
    is `temp_c`, a Decimal rounded half up to 0.1. Sets come back as lists in the field's own
    order, so that equal answers are equal values. With `opioids` comes their `opioid_mme`, or
    `opioid_total_unknown`. Cleaning a clean log changes nothing.
    """
    values, errors = sift(raw)
    if errors:
        raise errors[0]
    if "day" not in values:
        raise LogError("day", "day is missing")
    return values


def sift(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[LogError]]:
    """The clean fields of a post, and an error for every other one, in the fields' order.

    For a refused form: R01-R08 run on the first, the page shows the second. A missing day is no
    error here, since a form's day comes from its link.
    """
    values: dict[str, Any] = {}
    errors: list[LogError] = []
    for name, value in raw.items():
        checked = _CHECKED.get(name)
        if checked is None:
            errors.append(LogError(name, f"unknown field {quoted(name)}"))
        elif value is not None:
            try:
                values[name] = checked(value)
            except LogError as error:
                errors.append(error)
    _settle_temperature(raw, values, errors)
    _settle_pain(values, errors)
    _settle_opioids(values, errors)
    if len(errors) > 1:
        places = {name: place for place, name in enumerate(FIELDS)}
        errors.sort(key=lambda error: (places.get(error.field, len(places)), error.field))
    return values, errors


def check(field: Field, value: Any) -> Any:
    """One present value, as its field wants it; raises LogError."""
    return _CHECKS[field.kind](field, value)


def _settle_temperature(
    raw: Mapping[str, Any], values: dict[str, Any], errors: list[LogError]
) -> None:
    """Leave at most `temp_c`. Two temperatures contradict each other, so neither is kept."""
    unit = values.pop("temp_unit", None)
    given = [name for name in ("temp_c", "temp_f", "temp_value") if raw.get(name) is not None]
    if not given:
        return
    if len(given) > 1:
        for name in given:
            values.pop(name, None)
        errors.append(LogError(given[1], f"{given[0]} and {given[1]} are both given"))
        return
    value = values.pop(given[0], None)
    if value is None:
        return
    if given[0] == "temp_value":
        if unit is None:
            if raw.get("temp_unit") is None:
                errors.append(LogError("temp_unit", "temp_unit is missing"))
            return
        field = TEMPERATURES[unit]
        if not field.low <= value <= field.high:
            ranges = " or ".join(f"{field.range} {field.unit}" for field in TEMPERATURES.values())
            errors.append(
                LogError("temp_value", f"temp_value {quoted(value)} {unit} is outside {ranges}")
            )
            return
    else:
        unit = "F" if given[0] == "temp_f" else "C"
    celsius = (value - 32) * 5 / 9 if unit == "F" else value
    values["temp_c"] = celsius.quantize(TENTH, ROUND_HALF_UP)


def _settle_pain(values: dict[str, Any], errors: list[LogError]) -> None:
    average, worst = values.get("pain_avg"), values.get("pain_worst")
    if average is not None and worst is not None and worst < average:
        del values["pain_worst"]
        errors.append(LogError("pain_worst", f"pain_worst {worst} is below pain_avg {average}"))


def _settle_opioids(values: dict[str, Any], errors: list[LogError]) -> None:
    """Put the computed total beside the list; one that is given as well must be the same."""
    if "opioids" not in values:
        return
    total, unknown = opioid_total(values["opioids"])
    given = values.pop("opioid_mme", None)
    if given is not None and given != total:
        computed = "unknown" if total is None else total
        errors.append(
            LogError("opioid_mme", f"opioid_mme {given} is not the total of opioids, {computed}")
        )
    if total is not None:
        values["opioid_mme"] = total
    values.pop("opioid_total_unknown", None)
    if unknown:
        values["opioid_total_unknown"] = True


def quoted(value: object) -> str:
    """The value as JSON would write it, cut short: it goes into a message."""
    if isinstance(value, str):
        return json.dumps(value if len(value) <= 40 else f"{value[:40]}...")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)[:40]
    return "null" if value is None else "a list" if isinstance(value, list) else "an object"


def _refused(field: Field, value: object, wanted: str) -> LogError:
    return LogError(field.name, f"{field.name} {quoted(value)} is {wanted}")


def _number(field: Field, value: object, wanted: str) -> int | Decimal:
    """A finite number in the field's range. True and "5" are no numbers."""
    number = Decimal(str(value)) if isinstance(value, float) else value
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise _refused(field, value, wanted)
    if isinstance(number, Decimal) and not number.is_finite():
        raise _refused(field, value, wanted)
    if field.low is not None and field.high is not None and not field.low <= number <= field.high:
        raise _refused(field, value, f"outside {field.range}")
    return number


def _int(field: Field, value: object) -> int:
    """A whole number, also when written 5.0."""
    low, high = field.low, field.high
    if type(value) is int and low is not None and high is not None and low <= value <= high:
        return value  # nearly every value there is
    number = _number(field, value, "not a whole number")
    if isinstance(number, Decimal) and number != number.to_integral_value():
        raise _refused(field, value, "not a whole number")
    return int(number)


def _decimal(field: Field, value: object) -> Decimal:
    return Decimal(_number(field, value, "not a number"))


def _bool(field: Field, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise _refused(field, value, "not true or false")


def _choice(field: Field, value: object) -> str:
    if isinstance(value, str) and value in field.choices:
        return value
    raise _refused(field, value, f"not one of {', '.join(field.choices)}")


def _set(field: Field, value: object) -> list[str]:
    if not isinstance(value, list | tuple | set | frozenset):
        raise _refused(field, value, "not a list")
    chosen = {_choice(field, item) for item in value}
    return [choice for choice in field.choices if choice in chosen]


def _text(field: Field, value: object) -> str:
    if not isinstance(value, str):
        raise _refused(field, value, "not text")
    if field.high is not None and len(value) > field.high:
        raise LogError(field.name, f"{field.name} is longer than {field.high} {field.unit}")
    return value


def _opioids(field: Field, value: object) -> list[dict[str, Any]]:
    """Entries of drug, mg per dose and doses in 24 h, as objects or as lists in that order."""
    if not isinstance(value, list | tuple):
        raise _refused(field, value, "not a list")
    return [_opioid(field, entry) for entry in value]


def _opioid(field: Field, entry: object) -> dict[str, Any]:
    parts = (DRUG, MG, DOSES)
    if isinstance(entry, list | tuple) and len(entry) == len(parts):
        entry = {part.name: item for part, item in zip(parts, entry, strict=True)}
    if not isinstance(entry, Mapping) or not {"drug"} <= entry.keys() <= {p.name for p in parts}:
        raise LogError(field.name, f"{field.name} has an entry that is not drug, mg, doses")
    try:
        return {
            part.name: check(part, entry[part.name])
            for part in parts
            if entry.get(part.name) is not None or part is DRUG
        }
    except LogError as error:
        raise LogError(field.name, f"{field.name}: {error.message}") from error


def _moment(parse: Callable[[str], date]) -> Callable[[Field, object], date]:
    def check_moment(field: Field, value: object) -> date:
        if isinstance(value, date):
            return value
        try:
            return parse(_text(field, value))
        except ValueError as error:
            raise _refused(field, value, "not a date in ISO 8601") from error

    return check_moment


_CHECKS: Mapping[str, Callable[[Field, Any], Any]] = {
    "int": _int,
    "decimal": _decimal,
    "bool": _bool,
    "choice": _choice,
    "set": _set,
    "text": _text,
    "list": _opioids,
    "date": _moment(date.fromisoformat),
    "datetime": _moment(datetime.fromisoformat),
}
# By field, looked up once for the many logs that are judged one after the other.
_CHECKED: Mapping[str, Callable[[Any], Any]] = {
    name: partial(_CHECKS[field.kind], field) for name, field in FIELDS.items()
}
