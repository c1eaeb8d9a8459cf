"""What became of a score: change, percent, and the marks that sources set.

Change is baseline minus follow-up, so that positive is better. Marks are decided on exact numbers;
"2 points" and "30 %" stay two marks and are never merged into one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from recovery.clinical.instruments.numbers import Amount, plain, rounded

# Points that matter, up or down: NRS, RMDQ and ODI (V S35), PEG on its raw sum (V S32).
POINTS: Mapping[str, int] = {"NRS": 2, "PEG": 3, "RMDQ": 5, "ODI": 10}
PERCENT_MARKS = (30, 50)  # V S35; M, and the trials' own cut, V S10
ODI_FALLS = (10, 15, 20)  # V S35; V S4 S10; V S2 S4
COMPOSITE_ODI, COMPOSITE_PAIN = 15, 2  # V S3 S5
RMDQ_TARGET, RMDQ_RECOVERED = 4, 2  # V S34
# Below the first nothing can get measurably better, above the second measurably worse (V S34).
RMDQ_LOW, RMDQ_HIGH = 4, 20
PGIC_RESPONDER, PGIC_WORSE = 2, 5  # V S35; R45

Given = int | Decimal | Fraction | None


@dataclass(frozen=True, slots=True)
class Response:
    """None is what cannot be told: a score is missing, or the baseline is 0 for the percents."""

    change: Amount | None = None
    percent: str | None = None
    mid: bool | None = None
    r30: bool | None = None
    r50: bool | None = None
    worse: bool | None = None


def response(instrument: str, baseline: Given, followup: Given) -> Response:
    """The response by the amounts that `Score.basis` holds: PEG its raw sum, ODI its percent."""
    if baseline is None or followup is None:
        return Response()
    first = Fraction(baseline)
    change = first - Fraction(followup)
    points = POINTS[instrument]
    r30, r50 = (None if first == 0 else 100 * change >= mark * first for mark in PERCENT_MARKS)
    return Response(
        change=plain(change),
        percent=None if first == 0 else rounded(100 * change / first, 1),
        mid=change >= points,
        r30=r30,
        r50=r50,
        worse=change <= -points,
    )


def pain_free(baseline: Given, followup: Given) -> bool | None:
    """No pain at the follow-up; not told without the baseline that a response needs."""
    return None if baseline is None or followup is None else followup == 0


@dataclass(frozen=True, slots=True)
class RmdqMarks:
    recovered: bool | None = None
    target: bool | None = None
    hard_to_measure: bool | None = None


def rmdq_marks(baseline: Given, followup: Given) -> RmdqMarks:
    """Where the follow-up stands, and whether the scale is too short to show such a change."""
    if baseline is None or followup is None:
        return RmdqMarks()
    worsening = followup > baseline
    return RmdqMarks(
        recovered=followup <= RMDQ_RECOVERED,
        target=followup <= RMDQ_TARGET,
        hard_to_measure=baseline < RMDQ_LOW or (baseline > RMDQ_HIGH and worsening),
    )


def odi_falls(baseline: Given, followup: Given) -> dict[int, bool | None]:
    """By points: whether the percent fell by at least so many."""
    if baseline is None or followup is None:
        return dict.fromkeys(ODI_FALLS)
    fall = Fraction(baseline) - Fraction(followup)
    return {points: fall >= points for points in ODI_FALLS}


def composite(odi_change: Given, pain_change: Given) -> bool | None:
    """The trials' responder: ODI fell by 15 or more, and pain by 2 or more."""
    if odi_change is None or pain_change is None:
        return None
    return odi_change >= COMPOSITE_ODI and pain_change >= COMPOSITE_PAIN


def pgic_responder(answer: int | None) -> bool | None:
    return None if answer is None else answer <= PGIC_RESPONDER


def pgic_worse(answer: int | None) -> bool | None:
    return None if answer is None else answer >= PGIC_WORSE
