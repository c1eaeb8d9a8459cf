"""What an invented patient and the staff did, as data: when, who, what. Nothing runs here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from recovery.models import Alert, Contact, DischargeCheck, Recovery


@dataclass(frozen=True, slots=True)
class Case:
    """An invented patient. `day` is the day of the recovery when the demo is seeded.

    `course` names how the pain goes and `answers` how faithfully the patient logs, both of
    courses. `mme` is the daily opioid dose at baseline: None is not known, 0 is none.
    """

    number: str
    given: str
    family: str
    born: date
    email: str
    day: int
    at: str
    baseline: int | None
    course: str
    answers: str
    # Points above the baseline in the first days.
    flare: int
    mme: Decimal | None
    drug: str
    anticoagulated: bool | None
    osteoporosis: bool | None
    # Long-standing signs, answered "as before" every day.
    usual: tuple[str, ...]
    levels: str
    surgeon: str
    # Empty: the clinic's.
    zone: str
    caregiver: str
    caregiver_email: str


# When
# ----


@dataclass(frozen=True, slots=True)
class On:
    """A wall-clock time where the patient is, on a day counted from the procedure."""

    day: int
    at: str


@dataclass(frozen=True, slots=True)
class Ago:
    """So many minutes before the moment at which the demo is seeded."""

    minutes: int


When = On | Ago


# What
# ----


@dataclass(frozen=True, slots=True)
class Log:
    """A log with these answers on top of those of a quiet day; `without` were left empty.

    It stands in place of the log that the course has for that day, or beside it if `extra`; a
    later Correct finds it by `tag`.
    """

    when: When
    answers: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    extra: bool = False
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Correct:
    """The same log sent again with other answers."""

    when: When
    tag: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """The check-in form under `key`, in place of the course's own answer to it.

    `answers` go, section by section, over what the course would answer. With `only` the named
    sections alone are answered, and the form is kept for later.
    """

    when: When
    key: str
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The course has no answer to this form."""

    key: str


@dataclass(frozen=True, slots=True)
class Silent:
    """No log of the course is about a later day, and no form is answered on one."""

    after: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    when: When


@dataclass(frozen=True, slots=True)
class TurnedOff:
    """The patient turns reminders off."""

    when: When


@dataclass(frozen=True, slots=True)
class AddressFails:
    """From now on the mail server refuses the patient's address."""

    when: When


@dataclass(frozen=True, slots=True)
class Claimed:
    when: When
    by: str
    rule: str


@dataclass(frozen=True, slots=True)
class Snoozed:
    when: When
    by: str
    rule: str
    level: int
    reason: str


@dataclass(frozen=True, slots=True)
class Contacted:
    when: When
    by: str
    outcome: Contact.Outcome
    minutes: int
    note: str = ""
    kind: Contact.Kind = Contact.Kind.CALL


@dataclass(frozen=True, slots=True)
class Closed:
    when: When
    by: str
    reason: Alert.ClosingReason
    rule: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class BackInRoom:
    """Minute 0 of the observation sheet."""

    when: When
    by: str


@dataclass(frozen=True, slots=True)
class Observed:
    """One mark of it; `minute` None is before the procedure."""

    when: When
    by: str
    minute: int | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """One point of the list before going home."""

    when: When
    by: str
    code: DischargeCheck.Code


@dataclass(frozen=True, slots=True)
class Discharged:
    when: When
    by: str


@dataclass(frozen=True, slots=True)
class StateSet:
    when: When
    by: str
    state: Recovery.State


Scene = (
    Log
    | Correct
    | Form
    | Unanswered
    | Silent
    | Enrolled
    | TurnedOff
    | AddressFails
    | Claimed
    | Contacted
    | Snoozed
    | Closed
    | BackInRoom
    | Observed
    | Checked
    | Discharged
    | StateSet
)
