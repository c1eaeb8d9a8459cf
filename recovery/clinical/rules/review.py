"""R29 to R39: read on the next working day. R22 to R28 are reserved.

R31, R32 and R33 are the only texts that call something expected; they never stand beside an
emergency or urgent text, since the patient sees one.
"""

from collections.abc import Sequence
from decimal import Decimal

from recovery.clinical.logfields import SAFETY_FIELDS
from recovery.clinical.rules.facts import FEVER, Facts, Number
from recovery.clinical.rules.rule import Rule, Severity, Variant
from recovery.clinical.rules.urgent import (
    MAX_ACETAMINOPHEN,
    STRONG_LEG_PAIN,
    chills_alone,
    fever_or_chills,
)

LOW_GRADE = Decimal("37.8")
RISE_IN_THE_FLARE = 3
SUSTAINED_RISE = 2
CAUTION_MME = 50
MUCH_ACETAMINOPHEN = 3000
EASED, LOST = 2, 3
SAFETY_NAMES = dict(
    zip(
        SAFETY_FIELDS,
        ("pain", "weakness", "numbness", "saddle", "bladder", "bowel", "chest or breath"),
        strict=True,
    )
)


def low_grade(facts: Facts, least: Number = LOW_GRADE) -> bool:
    return facts.temp is not None and least <= facts.temp < FEVER


def _after_the_first_days(facts: Facts) -> bool:
    return facts.day > 2


def _oozing(facts: Facts) -> bool:
    if facts.day <= 2:
        return "drainage_clear_or_bloody" in facts.wound
    return facts.says("bleeding", "spots")


def pain_in_the_flare(facts: Facts, points: Number = RISE_IN_THE_FLARE) -> bool:
    return facts.pain_risen_by(points)


def new_leg_pain(facts: Facts, below: Number = STRONG_LEG_PAIN) -> bool:
    return facts.new_leg_pain and (facts.log.get("leg_pain") or 0) < below


def sustained_rise(facts: Facts, points: Number = SUSTAINED_RISE) -> bool:
    last = facts.last_rated() if facts.pain_risen_by(points) else None
    if last is None or last.day < 3 or facts.day - last.day > 2:
        return False
    return facts.risen(last.pain_avg, points)


def _fall(facts: Facts) -> bool:
    return facts.yes("fall")


def opioids(facts: Facts, least: Number = CAUTION_MME) -> bool:
    if facts.yes("opioid_total_unknown"):
        return True
    total = facts.log.get("opioid_mme") or 0
    return total >= least or (facts.day >= 15 and total > (facts.profile.baseline_opioid_mme or 0))


def much_acetaminophen(
    facts: Facts, above: Number = MUCH_ACETAMINOPHEN, most: Number = MAX_ACETAMINOPHEN
) -> bool:
    return above < (facts.log.get("acetaminophen_mg") or 0) <= most


def lost_response(facts: Facts, eased: Number = EASED, points: Number = LOST) -> bool:
    """Sums of three logs, so three times the points of the means: exact without a division."""
    sums = facts.three_log_sums()
    if sums is None:
        return False
    best, latest = sums
    return best <= 3 * (facts.baseline - eased) and latest >= best + 3 * points


def _missing_names(facts: Facts) -> Sequence[str]:
    return [name for field, name in SAFETY_NAMES.items() if facts.log.get(field) is None]


def _safety_missing(facts: Facts) -> bool:
    return None in map(facts.log.get, SAFETY_FIELDS)


LATE_FEVER_ADVICE = (
    "Call your regular doctor, or call us, if it lasts more than one day or you feel ill."
)

REVIEW_RULES = (
    Rule(
        id="R29",
        severity=Severity.REVIEW,
        days="D91+",
        condition="temp >= 38.0, or no temperature and chills; not when R05 fires",
        fires=fever_or_chills,
        first_day=91,
        unless="R05",
        headline="{fever}, D{day}",
        staff_text="{fever} on D{day}, more than 90 days out.",
        patient_text=f"A fever has many causes. {LATE_FEVER_ADVICE}",
        variants=(
            Variant(
                "by chills alone", chills_alone, f"Chills have many causes. {LATE_FEVER_ADVICE}"
            ),
        ),
        calls="",
        why="So that no fever is silent; the D90 split is from memory.",
        sources=("design", "M"),
    ),
    Rule(
        id="R30",
        severity=Severity.REVIEW,
        days="all",
        condition="37.8 <= temp < 38.0",
        fires=low_grade,
        headline="Temperature {temp}",
        staff_text="Low-grade {temp}.",
        patient_text="Your temperature is a little high. Rest and drink water. "
        "Check it again in four hours. If it is 100.4 F (38.0 C) or higher, call us that day.",
        calls="",
        why="An older sheet acts at 100.0 F.",
        sources=("V S19",),
    ),
    Rule(
        id="R31",
        severity=Severity.REVIEW,
        days="D0-D2 / D3+",
        condition="drainage_clear_or_bloody on day <= 2; or bleeding = spots on day >= 3",
        fires=_oozing,
        headline="{oozing}, D{day}",
        staff_text="Early drainage, or late spotting.",
        patient_text="A little clear or pink fluid can be normal in the first two days. "
        "Keep the spot clean and dry. "
        "Call us if it grows, smells, or turns yellow or green.",
        variants=(
            Variant(
                "by spots, on D3+",
                _after_the_first_days,
                "Call us if the spots of blood do not stop.",
            ),
        ),
        calls="",
        why="Minimal drainage is expected in the first days.",
        sources=("V S23",),
    ),
    Rule(
        id="R32",
        severity=Severity.REVIEW,
        days="D0-D3",
        condition="pain_avg >= min(baseline + 3, 10) and > baseline; not when R17 fires",
        fires=pain_in_the_flare,
        last_day=3,
        unless="R17",
        assumes_baseline=True,
        headline="Pain {pain}, {baseline}, in the flare window",
        staff_text="Expected-window flare: pain {pain}, {baseline}.",
        patient_text="Pain can be higher for a few days after this procedure. "
        "Use the plan we gave you. "
        "Call us if you cannot control the pain, or if it is not easing after day three.",
        calls="",
        why="A temporary rise for a few days.",
        sources=("S0", "V S23"),
    ),
    Rule(
        id="R33",
        severity=Severity.REVIEW,
        days="all",
        condition="leg_pain_status = new_or_worse and (leg_pain < 7 or missing)",
        fires=new_leg_pain,
        headline="New leg pain {leg_pain}{at_side}",
        staff_text="New leg pain {leg_pain}.",
        patient_text="Some people get new leg pain for a while. We will look at your answer. "
        "Call us today if it gets strong, or if your leg feels numb. "
        "If your leg gets weak, call {emergency_number} or go to the emergency room now.",
        calls="",
        why="New leg pain is a known event of the trials.",
        sources=("V S6", "V S22"),
    ),
    Rule(
        id="R34",
        severity=Severity.REVIEW,
        days="D4+",
        condition="pain_avg >= min(baseline + 2, 10) and > baseline now and on the last log (1-2 "
        "days earlier, day >= 3); not when R18 fires",
        fires=sustained_rise,
        first_day=4,
        unless="R18",
        assumes_baseline=True,
        headline="Pain {previous} then {pain}, {baseline}, sustained rise",
        staff_text="Sustained rise: pain {previous} then {pain}, {baseline}.",
        patient_text="Your pain has been higher than before your procedure two times in a row. "
        "We will look at your answers and may call you.",
        calls="",
        why="The smallest important change is 2 points.",
        sources=("V S35",),
    ),
    Rule(
        id="R35",
        severity=Severity.REVIEW,
        days="all",
        condition="fall; not when R19 fires",
        fires=_fall,
        unless="R19",
        headline="{fall}",
        staff_text="Fall without pain rise.",
        patient_text="Thank you for telling us about your fall. "
        "Call us if your pain gets worse or you notice something new.",
        calls="",
        why="Vertebral fractures after the procedure.",
        sources=("V S12",),
    ),
    Rule(
        id="R36",
        severity=Severity.REVIEW,
        days="all / D15+",
        condition="opioid_mme >= 50; or day >= 15 and opioid_mme > baseline_opioid_mme (missing: "
        "0); or an opioid without a known factor",
        fires=opioids,
        headline="{opioids}",
        staff_text="MME {mme}, {mme_baseline}.",
        patient_text="We will look at the pain medicine you wrote down. "
        "Do not stop or change it on your own. Call us if you feel very sleepy or ill.",
        calls="",
        why="CDC factors; caution from 50 MME a day; the D15 limit is a judgement.",
        sources=("V S55", "V ebooks.elitelearning.com/view/643085852/56", "judgement"),
    ),
    Rule(
        id="R37",
        severity=Severity.REVIEW,
        days="all",
        condition="3000 < acetaminophen_mg <= 4000",
        fires=much_acetaminophen,
        headline="Acetaminophen {mg} mg in 24 h",
        staff_text="Acetaminophen {mg} mg.",
        patient_text="You are close to the daily limit for acetaminophen. "
        "It is also called Tylenol. "
        "Check cold and flu medicines too, since many contain it.",
        calls="",
        why="4 g is the label maximum.",
        sources=("M",),
    ),
    Rule(
        id="R38",
        severity=Severity.REVIEW,
        days="D15+",
        condition="six or more logs since D1; best earlier 3-log mean <= baseline - 2; latest "
        "3-log mean >= that best + 3 (the two windows do not overlap)",
        fires=lost_response,
        first_day=15,
        assumes_baseline=True,
        headline="Pain eased to {best}, now {latest}, {baseline}",
        staff_text="Loss of response: best {best}, now {latest}, {baseline}.",
        patient_text="Your pain had eased and is now rising again. "
        "We will look at your answers and may call you.",
        calls="",
        why="A judgement on the smallest important change.",
        sources=("judgement", "V S35"),
    ),
    Rule(
        id="R39",
        severity=Severity.REVIEW,
        days="D0-D14",
        condition="any of pain_avg, leg_weakness, leg_numbness, saddle, bladder, bowel, "
        "chest_or_breath missing on submit",
        fires=_safety_missing,
        last_day=14,
        items=_missing_names,
        headline="No answer: {few}",
        staff_text="Incomplete safety answers: {items}.",
        patient_text="Some safety questions have no answer yet. "
        "Please go back and answer them now.",
        calls="",
        why="A missing answer is never read as no.",
        sources=("design",),
    ),
)
