"""What studies of the procedure report of who met a mark, and of opioids, with its source mark.

Beside the clinic's own shares, for staff, as what was found in a study and never as a target. Only
what was read in a copy of the source (V) stands here. Who paid stands beside each: that the maker
paid for the trials is not verified (M), and of the others nothing was read.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Met(StrEnum):
    """The marks, in the words of the outcomes page."""

    PAIN_2 = "Pain down 2 points or more"
    PAIN_50 = "Pain down 50% or more"
    NO_PAIN = "No pain"
    ODI_10 = "ODI down 10 or more"
    ODI_15 = "ODI down 15 or more"
    ODI_20 = "ODI down 20 or more"
    BOTH = "ODI down 15 and pain down 2"


class Funding(StrEnum):
    MAKER = "the maker (M)"
    NOT_READ = "not read"


class Arm(NamedTuple):
    """`n` is as the source counts those it is about."""

    study: str
    arm: str
    n: str
    funding: Funding = Funding.MAKER


@dataclass(frozen=True, slots=True)
class Responded:
    """The share that met a mark, in percent; `interval` where the source gives one."""

    met: Met
    months: int
    of: Arm
    percent: str
    source: str
    interval: str = ""


@dataclass(frozen=True, slots=True)
class Opioids:
    """What a study says of opioid use."""

    after: str
    of: Arm
    said: str
    source: str


TREATED = "treated"
SMART = Arm("SMART, per protocol", TREATED, "147")
SMART_LATER = Arm("SMART, 5 years", TREATED, "100 of 117")
FULL = Arm("INTRACEPT, full", TREATED, "66")
CARE = Arm("INTRACEPT, full", "standard care", "74")
LATER = Arm("INTRACEPT, 24 months", TREATED, "58")
SINGLE = Arm("Truumees 2019", "treated, no other arm", "47-48")
POOLED = Arm("Nguyen, Khalil 2024-25, pooled", TREATED, "249 of 320", Funding.NOT_READ)
REVIEW = Arm("Conger 2022, pooled", TREATED, "414 in all", Funding.NOT_READ)
REAL_WORLD = Arm("NCT05692440, mean age 73", TREATED, "31", Funding.NOT_READ)
BEFORE = "took opioids before"
POOLED_USERS = Arm("Nguyen, Khalil 2024-25, pooled", BEFORE, "69", Funding.NOT_READ)
USERS = Arm("McCormick 2023, pooled", BEFORE, "77", Funding.NOT_READ)

# At the time points of the page; five years stand with the last of them. Control arms stand beside
# the arm that they were compared with.
RESPONDED: tuple[Responded, ...] = (
    Responded(Met.ODI_10, 3, SMART, "75.6", "V S1"),
    Responded(Met.ODI_10, 3, SINGLE, "93", "V S7"),
    Responded(Met.ODI_15, 3, FULL, "69.2", "V S4"),
    Responded(Met.ODI_15, 3, CARE, "20.8", "V S4"),
    Responded(Met.ODI_20, 3, FULL, "61.5", "V S4"),
    Responded(Met.ODI_20, 3, CARE, "13.2", "V S4"),
    Responded(Met.ODI_20, 3, SINGLE, "75", "V S7"),
    Responded(Met.PAIN_50, 6, REVIEW, "65", "V S10", "51 to 78"),
    Responded(Met.ODI_15, 6, FULL, "67.2", "V S4"),
    Responded(Met.ODI_15, 6, CARE, "12.5", "V S4"),
    Responded(Met.ODI_15, 6, REVIEW, "75", "V S10", "63 to 86"),
    Responded(Met.ODI_20, 6, FULL, "62.3", "V S4"),
    Responded(Met.ODI_20, 6, CARE, "11.1", "V S4"),
    Responded(Met.PAIN_2, 12, REAL_WORLD, "77.4", "V S11"),
    Responded(Met.PAIN_50, 12, FULL, "64", "V S4"),
    Responded(Met.PAIN_50, 12, REVIEW, "64", "V S10", "43 to 82"),
    Responded(Met.NO_PAIN, 12, FULL, "29", "V S4"),
    Responded(Met.ODI_15, 12, REVIEW, "75", "V S10", "63 to 85"),
    Responded(Met.ODI_15, 12, REAL_WORLD, "67.7", "V S11"),
    Responded(Met.PAIN_50, 24, LATER, "72.4", "V S5"),
    Responded(Met.PAIN_50, 60, SMART_LATER, "66", "V S3"),
    Responded(Met.NO_PAIN, 24, LATER, "31.0", "V S5"),
    Responded(Met.NO_PAIN, 60, SMART_LATER, "34", "V S3"),
    Responded(Met.NO_PAIN, 60, POOLED, "32.1", "V S8"),
    Responded(Met.ODI_10, 24, SMART, "76.4", "V S2"),
    Responded(Met.ODI_20, 24, SMART, "57.5", "V S2"),
    Responded(Met.BOTH, 24, LATER, "73.7", "V S5"),
    Responded(Met.BOTH, 60, SMART_LATER, "75", "V S3"),
)
# Of those who took opioids at the baseline, but for the first, which is of all.
OPIOIDS: tuple[Opioids, ...] = (
    Opioids("12 months", FULL, "share unchanged (p=0.56)", "V S4"),
    Opioids("24 months", LATER, "62% fewer actively take them", "V S5"),
    Opioids("1 year", USERS, "40.3% fewer", "V S9"),
    Opioids("5.3 years", USERS, "61.7% fewer", "V S9"),
    Opioids("5 years", POOLED_USERS, "65.2% had stopped", "V S8"),
)
