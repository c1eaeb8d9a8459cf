"""What a dozen of the cast do again, by record number: which milestone, on which day."""

from recovery.models import Milestone

Code = Milestone.Code

MILESTONES: dict[str, tuple[tuple[Code, int], ...]] = {
    "NS-2039": (
        (Code.WALKED, 2),
        (Code.SLEPT, 3),
        (Code.DROVE, 6),
        (Code.THERAPY, 12),
        (Code.WORK, 15),
        (Code.GOAL, 40),
    ),
    "NS-2040": ((Code.WALKED, 3), (Code.DROVE, 8), (Code.THERAPY, 11), (Code.SLEPT, 13)),
    "NS-2042": (
        (Code.WALKED, 2),
        (Code.SLEPT, 8),
        (Code.DROVE, 9),
        (Code.THERAPY, 14),
        (Code.WORK, 20),
    ),
    "NS-2046": ((Code.WALKED, 1), (Code.SLEPT, 4), (Code.DROVE, 7), (Code.THERAPY, 10)),
    "NS-2047": ((Code.WALKED, 6), (Code.DROVE, 16), (Code.THERAPY, 21)),
    "NS-2050": ((Code.WALKED, 3), (Code.SLEPT, 7), (Code.THERAPY, 13), (Code.WORK, 23)),
    "NS-2052": ((Code.WALKED, 4), (Code.DROVE, 10), (Code.WORK, 14)),
    "NS-2054": ((Code.SLEPT, 6), (Code.WALKED, 8), (Code.DROVE, 11)),
    "NS-2058": ((Code.WALKED, 4), (Code.SLEPT, 9), (Code.THERAPY, 16)),
    "NS-2061": ((Code.WALKED, 5), (Code.DROVE, 12)),
    "NS-2066": ((Code.WALKED, 3), (Code.SLEPT, 8), (Code.DROVE, 10)),
    "NS-2067": ((Code.WALKED, 4), (Code.SLEPT, 10)),
    "NS-2073": ((Code.WALKED, 5),),
}
