"""What differs between two pathways, in words that a manager reads."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from recovery.clinical.ownpathways.document import Document, to_data
from recovery.clinical.plan import RuleChange
from recovery.clinical.rules import RULES_BY_ID, TIME_RULES, severity_of

TEXTS = (
    *("name", "good_now", "wait_with", "expect", "about", "steps", "suits", "benefits", "risks"),
    *("choices", "source", "review_on"),
)
Rows = Mapping[str, Mapping[str, Any]]
SHIPPED_SEVERITY = {rule.id: rule.severity for rule in TIME_RULES}


@dataclass(frozen=True, slots=True)
class Difference:
    """`subject` is a key, a phase or a rule; `field` is empty where the whole of it came or went.

    What is said before and after is in lines, empty for nothing.
    """

    what: Literal["added", "taken out", "changed"]
    subject: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Section:
    name: Literal["title", "forms", "unanswered", "corridor", "rules", "phases", "texts"]
    differences: tuple[Difference, ...]


def differences(old: Document, new: Document) -> list[Section]:
    """By section, in the order of the document; empty when the two are equal."""
    before, after = to_data(old), to_data(new)
    sections: list[tuple[Any, Iterable[Difference]]] = [
        ("title", _fields("title", before, after, ["title"])),
        ("forms", _rows(_by(before["forms"], "key"), _by(after["forms"], "key"), _form)),
        (
            "unanswered",
            _fields("unanswered", before["unanswered"], after["unanswered"], before["unanswered"]),
        ),
        ("corridor", _rows(_steps(before), _steps(after), _step)),
        ("rules", _rules(old, new)),
        ("phases", _told(before, after, ("first_day", "last_day"))),
        ("texts", _told(before, after, TEXTS)),
    ]
    found = [(name, tuple(rows)) for name, rows in sections]
    return [Section(name, rows) for name, rows in found if rows]


def _rows(
    before: Rows, after: Rows, whole: Callable[[Mapping[str, Any]], str]
) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        if key not in after:
            yield Difference("taken out", key, "", whole(before[key]), "")
        elif key not in before:
            yield Difference("added", key, "", "", whole(after[key]))
        else:
            yield from _fields(key, before[key], after[key], before[key])


def _fields(
    subject: str, before: Mapping[str, Any], after: Mapping[str, Any], names: Iterable[str]
) -> Iterator[Difference]:
    for name in names:
        if before.get(name) != after.get(name):
            shown = _words(before.get(name)), _words(after.get(name))
            yield Difference("changed", subject, name, *shown)


def _told(
    before: Mapping[str, Any], after: Mapping[str, Any], names: tuple[str, ...]
) -> Iterator[Difference]:
    """Of the time before the procedure and of each phase; both documents have them all."""
    yield from _fields("before", before["before"], after["before"], names)
    for one, other in zip(before["phases"], after["phases"], strict=True):
        yield from _fields(one["code"], one, other, names)


def _rules(old: Document, new: Document) -> Iterator[Difference]:
    """What is in force, so that a change that is gone reads as the rule it was made of."""
    changed = sorted({one.rule_id for one in (*old.changes, *new.changes)})
    for rule_id in changed:
        before, after = _in_force(rule_id, old.changes), _in_force(rule_id, new.changes)
        yield from _fields(rule_id, before, after, before)


def _in_force(rule_id: str, changes: tuple[RuleChange, ...]) -> dict[str, str]:
    change = next((one for one in changes if one.rule_id == rule_id), RuleChange(rule_id))
    rule = RULES_BY_ID.get(rule_id)
    if rule is None:
        return {"severity": change.severity or str(SHIPPED_SEVERITY[rule_id])}
    return {
        "severity": str(severity_of(rule_id, changes)),
        "patient_text": change.patient_text or rule.patient_text,
    }


def _by(rows: Iterable[Mapping[str, Any]], name: str) -> Rows:
    return {str(row[name]): row for row in rows}


def _steps(data: Mapping[str, Any]) -> Rows:
    return {f"D{step['first_day']}": step for step in data["corridor"]}


def _form(form: Mapping[str, Any]) -> str:
    told = f"{form['form']}, D{form['day']}: {form['opens']} to {form['expires']}"
    return f"{told}, due {form['due']}" if form["asked"] else f"{told} (not asked)"


def _step(step: Mapping[str, Any]) -> str:
    last = "" if step["last_day"] is None else f" to D{step['last_day']}"
    return f"D{step['first_day']}{last or ' on'}: {step['low']} to {step['high']}"


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
