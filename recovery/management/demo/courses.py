"""How an invented recovery goes: pain day by day, and the answers of a quiet log.

The falls in pain are set so that their mean at three months is that of the trials, 3 to 4 points
from about 6.7. A course alone fires no rule; scenes do.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from recovery.clinical.logfields import required_fields
from recovery.clinical.medicines import MME_FACTORS
from recovery.management.demo.steps import Case

# What the rules take where a baseline is missing (docs/protocol.md).
ASSUMED_BASELINE = 4
REAL_BASELINE = 5
FLARE_DAYS = 3
EASED = "Slept better than in months."
NOTES = (
    "Walked around the block twice.",
    "Stiff in the morning, better after moving.",
    "Sat too long today.",
    "First day back at my desk, a few hours.",
    "A long day on my feet.",
    "Physical therapy was hard but fine after.",
    "Rain today, so no walk.",
    EASED,
)


@dataclass(frozen=True, slots=True)
class Course:
    """Pain falls by `share` of the baseline, after `onset` days and at the pace of `days`."""

    share: float
    onset: int
    days: float


COURSES = {
    "great": Course(0.78, 2, 11),
    "good": Course(0.55, 3, 16),
    "slow": Course(0.5, 14, 20),
    "fair": Course(0.35, 4, 18),
    "none": Course(0.08, 4, 20),
}
# By how faithfully somebody logs: the share of planned days without a log, and of logs that come
# the next morning.
MISSES = {"faithful": (0.05, 0.05), "usual": (0.16, 0.09), "phone": (0.3, 0.0)}


def pains(case: Case, rng: Random, last_day: int) -> list[int]:
    """Average pain for each day from 0, bounded so that no rule about pain fires."""
    course = COURSES[case.course]
    baseline = REAL_BASELINE if case.baseline is None else case.baseline
    judged = ASSUMED_BASELINE if case.baseline is None else case.baseline
    found, drift = [], 0.0
    for day in range(last_day + 1):
        drift = 0.6 * drift + rng.gauss(0, 0.45)
        eased = course.share * (1 - math.exp(-max(0, day - course.onset) / course.days))
        flare = case.flare * math.exp(-(((day - 1.5) / 1.6) ** 2))
        # On the first evening the local anaesthetic still works.
        numb = 2 if day == 0 else 0
        most = min(judged + (2 if day <= FLARE_DAYS else 1), 9)
        found.append(max(0, min(most, round(baseline * (1 - eased) + flare - numb + drift))))
    return found


def quiet_answers(case: Case, day: int, pain: int, rng: Random) -> dict[str, Any]:
    """A log on which nothing is wrong: all that is asked on that day, and some of the rest."""
    answers: dict[str, Any] = {"pain_avg": pain, **_medicines(case, day, pain, rng)}
    if rng.random() < 0.8:
        answers["pain_worst"] = min(10, pain + rng.choice((0, 1, 1, 2)))
    if 1 <= day <= 10 and rng.random() < 0.25:
        answers["temp_value"] = Decimal(rng.randint(974, 991)) / 10
        answers["temp_unit"] = "F"
    if day <= 30:
        answers["wound"] = ["bruise"] if 1 <= day <= 5 and rng.random() < 0.2 else []
    if day <= 14:
        answers["bleeding"] = "spots" if day <= 1 and rng.random() < 0.2 else "none"
        answers["headache"] = "mild" if rng.random() < 0.06 else "none"
    answers |= _legs_and_safety(case, day, answers)
    return answers | _the_rest(day, pain, rng)


def _legs_and_safety(case: Case, day: int, given: dict[str, Any]) -> dict[str, Any]:
    usual = dict.fromkeys(case.usual, "usual")
    if "leg_pain_status" in usual:
        usual["leg_pain"] = 2
    harmless: dict[str, Any] = dict.fromkeys(
        ("leg_pain_status", "leg_weakness", "leg_numbness"), "none"
    )
    harmless |= dict.fromkeys(("saddle", "bladder", "bowel"), "no") | {"pain_controlled": True}
    answers = given | usual
    asked = required_fields(day, answers)
    return usual | {name: harmless.get(name, False) for name in asked if answers.get(name) is None}


def _medicines(case: Case, day: int, pain: int, rng: Random) -> dict[str, Any]:
    """Opioids end as the pain does; acetaminophen stays under what the rules look at."""
    answers: dict[str, Any] = {}
    if case.mme:
        answers["opioids"] = opioids(case, day, pain)
    elif case.mme == 0 and rng.random() < 0.7:
        answers["opioids"] = []
    if rng.random() < 0.8:
        wanted = max(0, 3000 - 250 * day) if day <= 10 else 500 * (pain >= 4)
        answers["acetaminophen_mg"] = wanted // 500 * 500
        answers["nsaid_taken"] = day > 5 and pain >= 3 and rng.random() < 0.4
    return answers


def opioids(case: Case, day: int, pain: int) -> list[dict[str, Any]]:
    mg = 50 if case.drug == "tramadol" else 5
    most = int(case.mme / (mg * MME_FACTORS[case.drug])) if case.mme else 0
    assert case.baseline
    wanted = min(1.0, pain / case.baseline) * (1 if day < 7 else math.exp(-(day - 7) / 25))
    doses = min(most, round(most * wanted))
    return [{"drug": case.drug, "mg": mg, "doses": doses}] if doses else []


def _the_rest(day: int, pain: int, rng: Random) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    if rng.random() < 0.7:
        able = day + 12 - 2 * pain + rng.randint(-3, 3)
        levels = ((3, "rest"), (14, "light"), (30, "most"))
        answers["activity_level"] = next((name for top, name in levels if able < top), "full")
        if day < 3 or day > 14:
            answers["activity_level"] = "light"
        if day > 25 and pain <= 3:
            answers["activity_level"] = "full"
        answers["walk_minutes"] = max(0, 5 * round((min(day, 40) * 1.2 + 8 - pain) / 5))
        answers["sleep"] = max(1, min(10, 9 - round(0.7 * pain) + rng.randint(-1, 1)))
    if day >= 7 and rng.random() < 0.4:
        answers["pt_done"] = rng.random() < 0.5
    if rng.random() < 0.08:
        note = rng.choice(NOTES)
        if note != EASED or pain <= 4:
            answers["free_text"] = note
    return answers
