"""A pathway as one document: forms, corridor, rules, phases, and all that patients are told."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from recovery.clinical.ownpathways.schema import FORMAT
from recovery.clinical.plan import (
    USUAL,
    Anchor,
    Moment,
    Plan,
    RuleChange,
    Slot,
    Step,
    Unanswered,
)

Lines = tuple[str, ...]
Data = dict[str, Any]

PHASE_LINES = ("good_now", "wait_with", "expect", "about")
BEFORE_LINES = (
    *("steps", "suits", "benefits", "risks", "choices"),
    *("good_now", "wait_with", "about"),
)
# What a form takes its time from besides the plan.
ANCHORS: Mapping[str, Anchor] = {"baseline": "procedure", "evening": "discharge"}
# A key that begins so: its link means "today", so it is answered until it expires.
PULSE = "PULSE-"


@dataclass(frozen=True, slots=True)
class PhaseTexts:
    """One of the four phases. One sentence or short point an entry."""

    code: str
    name: str
    first_day: int
    last_day: int | None
    good_now: Lines
    wait_with: Lines
    expect: Lines
    about: Lines
    source: str
    review_on: date


@dataclass(frozen=True, slots=True)
class PreparationTexts:
    """What is told before the procedure."""

    name: str
    steps: Lines
    suits: Lines
    benefits: Lines
    risks: Lines
    choices: Lines
    good_now: Lines
    wait_with: Lines
    about: Lines
    source: str
    review_on: date


@dataclass(frozen=True, slots=True)
class Document:
    """All that one version of a pathway is. An optional slot is one that is not asked."""

    title: str
    slots: tuple[Slot, ...]
    corridor: tuple[Step, ...]
    changes: tuple[RuleChange, ...]
    phases: tuple[PhaseTexts, ...]
    before: PreparationTexts
    unanswered: Unanswered = USUAL

    def plan(self, version: str) -> Plan:
        return Plan(
            version,
            self.slots,
            corridor=self.corridor,
            changes=self.changes,
            unanswered=self.unanswered,
        )

    @property
    def asked(self) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if not slot.optional)


def answered_by(key: str, form: str, day: int, expires: Moment) -> tuple[int, int] | None:
    """The days of the logs that answer a form: its own day, for its link fixes the date; a pulse
    from its day to the date it expires; a check-in form by none.
    """
    if form == "evening" or (form == "daily" and not key.startswith(PULSE)):
        return day, day
    return (day, expires.day) if form == "daily" else None


def to_data(document: Document) -> Data:
    """The document as the file holds it; `from_sound_data` gives an equal one back."""
    return {
        "format": FORMAT,
        "title": document.title,
        "forms": [_form(slot) for slot in document.slots],
        "unanswered": asdict(document.unanswered),
        "corridor": [
            {"first_day": s.first_day, "last_day": s.last_day, "low": s.low, "high": s.high}
            for s in document.corridor
        ],
        "rules": [_rule(change) for change in document.changes],
        "before": {
            "name": document.before.name,
            **_lines(document.before, BEFORE_LINES),
            **_told(document.before),
        },
        "phases": [
            {
                "code": phase.code,
                "name": phase.name,
                "first_day": phase.first_day,
                "last_day": phase.last_day,
                **_lines(phase, PHASE_LINES),
                **_told(phase),
            }
            for phase in document.phases
        ],
    }


def from_sound_data(data: Mapping[str, Any]) -> Document:
    """The document of data without a problem; of other data some error, or nonsense."""
    return Document(
        title=data["title"],
        slots=tuple(slot_of(form) for form in data["forms"]),
        corridor=tuple(Step(**step) for step in data.get("corridor", ())),
        changes=tuple(
            RuleChange(one["rule"], one.get("severity", ""), one.get("patient_text", ""))
            for one in data.get("rules", ())
        ),
        phases=tuple(
            PhaseTexts(
                code=phase["code"],
                name=phase["name"],
                first_day=phase["first_day"],
                last_day=phase["last_day"],
                **_read(phase, PHASE_LINES),
            )
            for phase in data["phases"]
        ),
        before=PreparationTexts(name=data["before"]["name"], **_read(data["before"], BEFORE_LINES)),
        unanswered=Unanswered(**data.get("unanswered", {})),
    )


def slot_of(form: Mapping[str, Any]) -> Slot:
    """Raises ValueError for what a slot cannot be."""
    expires = Moment.parse(form["expires"])
    key, kind, day = form["key"], form["form"], form["day"]
    return Slot(
        key=key,
        form=kind,
        day=day,
        opens=Moment.parse(form["opens"]),
        due=Moment.parse(form["due"]),
        expires=expires,
        reminders=tuple(map(Moment.parse, form["reminders"])),
        answered_by=answered_by(key, kind, day, expires),
        optional=not form.get("asked", True),
        anchor=ANCHORS.get(kind, ""),
    )


def _form(slot: Slot) -> Data:
    return {
        "key": slot.key,
        "form": slot.form,
        "asked": not slot.optional,
        "day": slot.day,
        "opens": str(slot.opens),
        "due": str(slot.due),
        "expires": str(slot.expires),
        "reminders": [str(reminder) for reminder in slot.reminders],
    }


def _rule(change: RuleChange) -> Data:
    return {
        "rule": change.rule_id,
        **({"severity": change.severity} if change.severity else {}),
        **({"patient_text": change.patient_text} if change.patient_text else {}),
    }


def _lines(texts: PhaseTexts | PreparationTexts, names: Iterable[str]) -> Data:
    return {name: list(getattr(texts, name)) for name in names}


def _told(texts: PhaseTexts | PreparationTexts) -> Data:
    return {"source": texts.source, "review_on": texts.review_on.isoformat()}


def _read(data: Mapping[str, Any], names: Iterable[str]) -> Data:
    return {
        **{name: tuple(data.get(name, ())) for name in names},
        "source": data["source"],
        "review_on": date.fromisoformat(data["review_on"]),
    }
