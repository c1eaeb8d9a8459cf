"""What studies of the procedure report: mean changes from baseline, each with its source mark.

For staff, as averages of people in a study and never as a target. Only what was read in a copy of
the source (V) stands here, at 3, 12 and 24 months. At six weeks nothing does: the studies measured
then, and no number was found.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

MONTHS = (3, 12, 24)


class Measure(StrEnum):
    PAIN = "pain"
    ODI = "ODI"


# The smallest change that matters, in points (V S35).
MATTERS = {Measure.PAIN: 2, Measure.ODI: 10}


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean fall from baseline in one arm, in points; `sd` where the source gives one.

    `n` is as the source counts the arm: a number, or a range.
    """

    measure: Measure
    months: int
    study: str
    arm: str
    n: str
    fall: Decimal
    sources: tuple[str, ...]
    sd: Decimal | None = None


def _figure(
    measure: Measure, months: int, of: tuple[str, str, str], fall: str, *sources: str, sd: str = ""
) -> Figure:
    spread = Decimal(sd) if sd else None
    return Figure(measure, months, *of, Decimal(fall), sources, spread)


TREATED = "treated"
SMART = ("SMART, per protocol", TREATED, "147")
SHAM = ("SMART, per protocol", "sham", "78")
INTERIM = ("INTRACEPT, interim", TREATED, "51")
INTERIM_CARE = ("INTRACEPT, interim", "standard care", "53")
FULL = ("INTRACEPT, full", TREATED, "66")
FULL_CARE = ("INTRACEPT, full", "standard care", "74")
LATER = ("INTRACEPT, 24 months", TREATED, "58")
SINGLE = ("Truumees 2019", "treated, no other arm", "47-48")
PAIN, ODI = Measure.PAIN, Measure.ODI

# Control arms stand beside the arm that they were compared with.
FIGURES: tuple[Figure, ...] = (
    _figure(PAIN, 3, INTERIM, "3.46", "V S6"),
    _figure(PAIN, 3, INTERIM_CARE, "1.02", "V S6"),
    _figure(PAIN, 3, SINGLE, "3.50", "V S7", sd="2.33"),
    _figure(PAIN, 12, FULL, "3.8", "V S4", "V S5", sd="2.7"),
    _figure(PAIN, 24, SMART, "3.6", "V S2"),
    _figure(PAIN, 24, LATER, "4.1", "V S5", sd="2.7"),
    _figure(ODI, 3, SMART, "20.5", "V S1"),
    _figure(ODI, 3, SHAM, "15.2", "V S1"),
    _figure(ODI, 3, INTERIM, "25.3", "V S6"),
    _figure(ODI, 3, INTERIM_CARE, "4.4", "V S6"),
    _figure(ODI, 3, FULL, "23.7", "V S4", sd="18.0"),
    _figure(ODI, 3, FULL_CARE, "4.6", "V S4", sd="15.0"),
    _figure(ODI, 3, SINGLE, "30.07", "V S7", sd="14.52"),
    _figure(ODI, 12, FULL, "25.7", "V S4", "V S5", sd="18.5"),
    _figure(ODI, 24, SMART, "23.6", "V S2"),
    _figure(ODI, 24, LATER, "28.5", "V S5", sd="16.2"),
)
# Reported, but not read in a source: on no page, and in the protocol with its mark.
LEFT_OUT: tuple[tuple[str, str], ...] = (
    ("Single-arm study at 12 months: pain down by about 4.3, ODI by about 32.3", "M"),
    ("SMART among all who were randomized: the difference to sham was not significant", "M"),
)
# That the maker paid, and what was read about it.
FUNDING = (
    ("All of these studies were funded by the maker", "M"),
    (
        "A review of 2021: all six studies that it took in were company-funded",
        "V scirp.org/journal/paperinformation.aspx?paperid=111267",
    ),
)
