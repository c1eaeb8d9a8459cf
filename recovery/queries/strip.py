"""The medicine strip under a patient's own chart: taken, none, or not answered, day by day.

No amount and no total: those are for staff.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from recovery.clinical.medicines import taken
from recovery.queries.days import stretches

# Days nearer to each other than this, in pixels, are drawn as one stretch.
DENSE = 4
WIDEST, SHARE = 9, 0.7
FIRST_LANE, NEXT_LANE, LABEL = 354, 38, 14
# Of a box's height.
HALF = 4


class Told(NamedTuple):
    """What the chart takes of a log."""

    day: int
    pain: int | None
    late: bool
    mme: Decimal | None
    mme_unknown: bool
    acetaminophen_mg: int | None


# The columns of Told; the day counts from the present procedure date.
COLUMNS = (
    "log_date",
    "pain_avg",
    "late",
    "opioid_mme",
    "opioid_total_unknown",
    "acetaminophen_mg",
)


class Medicine(NamedTuple):
    """What was told of one day: taken, none, or None where nobody said."""

    opioid: bool | None
    acetaminophen: bool | None

    def __str__(self) -> str:
        """Both in words, under a heading that names the two."""
        if self == (None, None):
            return _("Not answered")
        if self == (True, True):
            return _("Both")
        if self.opioid:
            return _("Opioid")
        if self.acetaminophen:
            return _("Acetaminophen")
        if self == (False, False):
            return _("None")
        return _("No opioid") if self.acetaminophen is None else _("No acetaminophen")


NOTHING_SAID = Medicine(None, None)


@dataclass(frozen=True, slots=True)
class Lane:
    """One medicine: where its name stands, and the marks of the days, as paths."""

    name: str
    label_y: int
    y: int
    taken: str
    none: str
    taken_days: int
    none_days: int


def medicines_of(told: Iterable[Told]) -> dict[int, Medicine]:
    """By day; what one log of the day says was taken, no other one takes back."""
    by_day: dict[int, list[Told]] = defaultdict(list)
    for log in told:
        by_day[log.day].append(log)
    return {
        day: Medicine(
            taken([log.mme for log in same], unknown=any(log.mme_unknown for log in same)),
            taken([log.acetaminophen_mg for log in same]),
        )
        for day, same in by_day.items()
    }


def lanes(told: Mapping[int, Medicine], x: Callable[[float], float]) -> tuple[Lane, ...]:
    """Nothing where nobody ever said anything. `x` is where a day stands."""
    if all(one == NOTHING_SAID for one in told.values()):
        return ()
    opioid = {day: one.opioid for day, one in told.items()}
    acetaminophen = {day: one.acetaminophen for day, one in told.items()}
    return (
        _lane(_("Opioid"), opioid, x, FIRST_LANE),
        _lane(_("Acetaminophen"), acetaminophen, x, FIRST_LANE + NEXT_LANE),
    )


def _lane(name: str, told: Mapping[int, bool | None], x: Callable[[float], float], y: int) -> Lane:
    taken = [day for day, said in sorted(told.items()) if said]
    none = [day for day, said in sorted(told.items()) if said is False]
    return Lane(
        name=name,
        label_y=y - LABEL,
        y=y,
        taken=_boxes(taken, x, y),
        none=_boxes(none, x, y),
        taken_days=len(taken),
        none_days=len(none),
    )


def _boxes(days: Sequence[int], x: Callable[[float], float], y: int) -> str:
    """A box a day; where there is no room for boxes, one for days next to each other."""
    step = x(1) - x(0)
    if step >= DENSE:
        half = min(WIDEST, step * SHARE) / 2
        ends = [(x(day) - half, x(day) + half) for day in days]
    else:
        ends = [(x(run[0] - 0.5), x(run[-1] + 0.5)) for run in stretches(days)]
    return "".join(
        f"M{left:.1f} {y - HALF}V{y + HALF}H{right:.1f}V{y - HALF}Z" for left, right in ends
    )
