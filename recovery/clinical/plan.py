"""The pathway as versioned data: which form, on which day, when it opens, is due, expires, reminds.

Times are wall-clock times in the patient's zone, written "D5 06:00" in JSON. Pathway 10.1, 10.4.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import time
from itertools import pairwise
from typing import Any, Literal, NamedTuple

WORST_PAIN = 10
# Never a fourth mail for one form.
MOST_UNANSWERED = 3
FIRST_REMINDER, LAST_REMINDER = time(8), time(21)  # the first is allowed, the second is not

# What a slot takes its time from besides the plan: BASE expires when the procedure starts; EVE0
# opens after the discharge, and its due time and reminder give way to a late opening.
Anchor = Literal["", "procedure", "discharge"]


class Moment(NamedTuple):
    """A wall-clock time on a day counted from the procedure."""

    day: int
    at: time

    def __str__(self) -> str:
        return f"D{self.day} {self.at:%H:%M}"

    @classmethod
    def parse(cls, text: str) -> "Moment":
        day, at = text.removeprefix("D").split(" ")
        return cls(int(day), time.fromisoformat(at))


@dataclass(frozen=True, slots=True)
class Slot:
    """One planned form. Raises ValueError for times out of order or a reminder at night.

    `answered_by` is the first and last day of the logs that answer it, None for a check-in form.
    An `optional` slot is off until a clinic includes its key.
    """

    key: str
    form: str
    day: int
    opens: Moment
    due: Moment
    expires: Moment
    reminders: tuple[Moment, ...]
    answered_by: tuple[int, int] | None = None
    optional: bool = False
    anchor: Anchor = ""

    def __post_init__(self) -> None:
        if not self.opens < self.due <= self.expires:
            raise ValueError(f"{self.key} must open, be due and expire in this order")
        for reminder in self.reminders:
            if not FIRST_REMINDER <= reminder.at < LAST_REMINDER:
                raise ValueError(f"{self.key} reminds at {reminder}, outside 08:00-21:00")
            if not self.opens <= reminder <= self.expires:
                raise ValueError(f"{self.key} reminds at {reminder}, while it is not open")


@dataclass(frozen=True, slots=True)
class Step:
    """The clinic's own band for pain on a stretch of days, both ends included; `last_day` None is
    without end. Raises ValueError for a band or days out of order or out of range.
    """

    first_day: int
    last_day: int | None
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.first_day < 0 or (self.last_day is not None and self.last_day < self.first_day):
            raise ValueError(f"the corridor's days {self.first_day} to {self.last_day} are no days")
        if not 0 <= self.low <= self.high <= WORST_PAIN:
            raise ValueError(f"the corridor's band {self.low} to {self.high} is not within 0 to 10")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What a clinic changes of a rule: a raised severity, a text of its own for patients, or both.

    Empty is unchanged. What may be changed stands in `ownpathways.rulechecks`.
    """

    rule_id: str
    severity: str = ""
    patient_text: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What follows when reminders are not answered.

    After `next_channel_after` in a row by a patient's first channel the second is used, where there
    is one. After `call_after` for one form staff call: a further one never goes. Raises ValueError
    for numbers by which a fourth would.
    """

    next_channel_after: int = 2
    call_after: int = MOST_UNANSWERED

    def __post_init__(self) -> None:
        if not 1 <= self.next_channel_after <= MOST_UNANSWERED:
            raise ValueError(f"the next channel after {self.next_channel_after} is not 1 to 3")
        if not 1 <= self.call_after <= MOST_UNANSWERED:
            raise ValueError(f"a call after {self.call_after} is not 1 to 3")


USUAL = Unanswered()


@dataclass(frozen=True, slots=True)
class Plan:
    """`corridor` and `changes` are a clinic's own; the shipped plan has neither."""

    version: str
    slots: tuple[Slot, ...]
    corridor: tuple[Step, ...] = ()
    changes: tuple[RuleChange, ...] = ()
    unanswered: Unanswered = USUAL

    def __post_init__(self) -> None:
        if len({slot.key for slot in self.slots}) < len(self.slots):
            raise ValueError("a key stands twice in the plan")
        if len({change.rule_id for change in self.changes}) < len(self.changes):
            raise ValueError("a rule is changed twice in the plan")
        for before, after in pairwise(self.corridor):
            if before.last_day is None or after.first_day <= before.last_day:
                raise ValueError("the corridor's steps overlap or are out of order")

    def __hash__(self) -> int:
        """Cheap, since the pathway keeps results by plan; plans still compare slot by slot."""
        return hash(self.version)


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values; `plan_from_json` gives an equal plan back."""
    slots = []
    for slot in plan.slots:
        row = asdict(slot)
        row |= {name: str(getattr(slot, name)) for name in ("opens", "due", "expires")}
        row["reminders"] = [str(reminder) for reminder in slot.reminders]
        row["answered_by"] = slot.answered_by and list(slot.answered_by)
        slots.append(row)
    data: dict[str, Any] = {"version": plan.version, "slots": slots}
    if plan.corridor:
        data["corridor"] = [asdict(step) for step in plan.corridor]
    if plan.changes:
        data["changes"] = [asdict(change) for change in plan.changes]
    if plan.unanswered != USUAL:
        data["unanswered"] = asdict(plan.unanswered)
    return data


def plan_from_json(data: Mapping[str, Any]) -> Plan:
    """Raises ValueError, KeyError or TypeError for data that is not a plan."""
    slots = []
    for row in data["slots"]:
        fields = dict(row)
        fields |= {name: Moment.parse(row[name]) for name in ("opens", "due", "expires")}
        fields["reminders"] = tuple(Moment.parse(reminder) for reminder in row["reminders"])
        if row["answered_by"] is not None:
            first, last = row["answered_by"]
            fields["answered_by"] = (first, last)
        slots.append(Slot(**fields))
    return Plan(
        data["version"],
        tuple(slots),
        corridor=tuple(Step(**step) for step in data.get("corridor", ())),
        changes=tuple(RuleChange(**change) for change in data.get("changes", ())),
        unanswered=Unanswered(**data.get("unanswered", {})),
    )


MORNING, TEN, EVENING, NIGHT = time(6), time(10), time(20), time(23, 59)
NOON, FIVE = time(12), time(17)


def _daily(day: int) -> Slot:
    return Slot(
        key=f"DAY-{day:02}",
        form="daily",
        day=day,
        opens=Moment(day, MORNING),
        due=Moment(day, EVENING),
        expires=Moment(day + 1, NOON),
        reminders=(Moment(day, FIVE), Moment(day, EVENING)),
        answered_by=(day, day),
    )


def _pulse(day: int, *, due_after: int, expires_after: int) -> Slot:
    """Its link means "today", so any log up to the date it expires answers it."""
    return Slot(
        key=f"PULSE-{day:02}",
        form="daily",
        day=day,
        opens=Moment(day, MORNING),
        due=Moment(day + due_after, EVENING),
        expires=Moment(day + expires_after, EVENING),
        reminders=tuple(Moment(day + later, FIVE) for later in range(due_after + 1)),
        answered_by=(day, day + expires_after),
    )


def _check(
    form: str, day: int, opens: int, expires: int, reminders: Iterable[int], optional: bool = False
) -> Slot:
    return Slot(
        key=f"C{day}",
        form=form,
        day=day,
        opens=Moment(opens, MORNING),
        due=Moment(day, EVENING),
        expires=Moment(expires, NIGHT),
        reminders=tuple(Moment(reminder, TEN) for reminder in reminders),
        optional=optional,
    )


BASELINE = Slot(
    key="BASE",
    form="baseline",
    day=-1,
    opens=Moment(-30, time(9)),
    due=Moment(-1, EVENING),
    expires=Moment(0, NIGHT),
    reminders=(Moment(-7, TEN), Moment(-2, TEN), Moment(-1, TEN)),
    anchor="procedure",
)
FIRST_EVENING = Slot(
    key="EVE0",
    form="evening",
    day=0,
    opens=Moment(0, time(16)),
    due=Moment(0, time(21)),
    expires=Moment(1, NOON),
    reminders=(Moment(0, time(19)),),
    answered_by=(0, 0),
    anchor="discharge",
)

DEFAULT_PLAN = Plan(
    version="1",
    slots=(
        BASELINE,
        FIRST_EVENING,
        *(_daily(day) for day in range(1, 15)),
        *(_pulse(day, due_after=0, expires_after=1) for day in (17, 20, 24, 27)),
        *(_pulse(day, due_after=1, expires_after=3) for day in range(34, 84, 7)),
        _check("two_week", 14, opens=12, expires=18, reminders=(14, 16)),
        _check("one_month", 30, opens=27, expires=37, reminders=(28, 30, 33)),
        _check("six_week", 42, opens=38, expires=49, reminders=(40, 42, 45)),
        _check("three_month", 90, opens=83, expires=104, reminders=(85, 90, 95, 100)),
        _check("six_month", 180, 166, 208, (173, 180, 190), optional=True),
        _check("one_year", 365, 335, 395, (350, 365, 380), optional=True),
        _check("two_year", 730, 700, 760, (715, 730, 745), optional=True),
    ),
)
