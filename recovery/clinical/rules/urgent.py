"""R10 to R21: the patient calls today, staff see it at the top. R09 is reserved."""

from collections.abc import Sequence

from recovery.clinical.rules.emergency import SADDLE_SIGNS
from recovery.clinical.rules.facts import Facts, Number
from recovery.clinical.rules.rule import Rule, Severity, Variant

MAX_ACETAMINOPHEN = 4000
UNCONTROLLED_PAIN = 8
PAIN_AFTER_THE_FLARE = STRONG_LEG_PAIN = 7
RISE_AFTER_THE_FLARE = 3
RISE_AFTER_A_FALL = 2
WOUND_SIGNS = {
    "redness_spreading": "redness",
    "swelling_or_warmth": "swelling",
    "drainage_clear_or_bloody": "fluid",
    "pus_or_smell": "pus",
    "opened": "opened",
}


def chills_alone(facts: Facts) -> bool:
    return facts.chills_alone


def fever_or_chills(facts: Facts) -> bool:
    return facts.fever or facts.chills_alone


def _unsure_signs(facts: Facts) -> Sequence[str]:
    return [sign for sign in SADDLE_SIGNS if facts.says(sign, "unsure")]


def _unsure(facts: Facts) -> bool:
    answers = [facts.log.get(sign) for sign in SADDLE_SIGNS]
    return "unsure" in answers and "yes" not in answers


def _leg_change(facts: Facts) -> bool:
    late_weakness = facts.says("leg_weakness", "new_or_worse") and facts.day >= 15
    return facts.new_numbness or late_weakness


def _wound_signs(facts: Facts) -> Sequence[str]:
    """A bruise is none, nor is clear or bloody fluid on the first days: that one is R31's."""
    expected = "drainage_clear_or_bloody" if facts.day < 3 else ""
    return [WOUND_SIGNS[sign] for sign in facts.wound if sign in WOUND_SIGNS and sign != expected]


def _wound(facts: Facts) -> bool:
    return bool(_wound_signs(facts))


def _soaked_dressing(facts: Facts) -> bool:
    return facts.says("bleeding", "soaks_dressing") and facts.profile.anticoagulated is not True


def _calf(facts: Facts) -> bool:
    return facts.yes("calf_one_leg")


def _bad_headache(facts: Facts) -> bool:
    return facts.bad_headache


def uncontrolled_pain(facts: Facts, least: Number = UNCONTROLLED_PAIN) -> bool:
    return facts.log.get("pain_controlled") is False and (facts.highest_pain or 0) >= least


def pain_after_the_flare(
    facts: Facts, least: Number = PAIN_AFTER_THE_FLARE, points: Number = RISE_AFTER_THE_FLARE
) -> bool:
    return facts.pain is not None and facts.pain >= least and facts.pain_risen_by(points)


def sudden_pain_or_fall(facts: Facts, points: Number = RISE_AFTER_A_FALL) -> bool:
    return facts.yes("sudden_new_back_pain") or (facts.yes("fall") and facts.pain_risen_by(points))


def strong_leg_pain(facts: Facts, least: Number = STRONG_LEG_PAIN) -> bool:
    return facts.new_leg_pain and (facts.log.get("leg_pain") or 0) >= least


def too_much_acetaminophen(facts: Facts, most: Number = MAX_ACETAMINOPHEN) -> bool:
    return (facts.log.get("acetaminophen_mg") or 0) > most


FEVER_ADVICE = (
    "Call us today at {clinic_phone}. If we are closed, call {after_hours_phone}. "
    "Go to the emergency room if you feel very ill or confused, "
    "or if your back pain is much worse."
)

URGENT_RULES = (
    Rule(
        id="R10",
        severity=Severity.URGENT,
        days="all, and before D0",
        condition="any of saddle, bladder, bowel = unsure, and none = yes",
        fires=_unsure,
        first_day=None,
        items=_unsure_signs,
        headline='"Not sure" on {items}',
        staff_text='"Unsure" on {items}. Phone now and ask the card\'s questions; '
        "treat as yes if still unsure.",
        patient_text="You were not sure about an important safety question. "
        "Call us now at {clinic_phone}. If you cannot reach us within one hour, "
        "go to the emergency room. If it gets worse, go at once.",
        calls="clinic_phone",
        why='Constipation from opioids makes "unsure" common.',
        sources=("V S24",),
    ),
    Rule(
        id="R11",
        severity=Severity.URGENT,
        days="all, and before D0 / D15+",
        condition="leg_numbness = new_or_worse (any day), or leg_weakness = new_or_worse on "
        "day >= 15",
        fires=_leg_change,
        first_day=None,
        headline="{leg_change}, D{day}{at_side}",
        staff_text="New sensory change, or late weakness, {side}. Examine today.",
        patient_text="Please call us today at {clinic_phone} about the change in your leg. "
        "If it gets worse, spreads to both legs, or you lose feeling between your legs, "
        "go to the emergency room.",
        calls="clinic_phone",
        why="Increasing weakness or numbness in the legs: call right away.",
        sources=("V S19",),
    ),
    Rule(
        id="R12",
        severity=Severity.URGENT,
        days="before D0 and to D90",
        condition="temp >= 38.0, or no temperature and chills; not when R05 fires",
        fires=fever_or_chills,
        first_day=None,
        last_day=90,
        unless="R05",
        headline="{fever}, D{day}",
        staff_text="{fever} on D{day}. Look at the site; consider bloods, MRI.",
        patient_text=f"A fever can mean an infection. {FEVER_ADVICE}",
        variants=(
            Variant(
                "by chills alone", chills_alone, f"Chills can mean an infection. {FEVER_ADVICE}"
            ),
        ),
        calls="clinic_phone",
        why="38.0 C / 100.4 F; the D90 limit is from memory.",
        sources=("V S17", "V S19", "M"),
    ),
    Rule(
        id="R13",
        severity=Severity.URGENT,
        days="all",
        condition="wound has redness_spreading, swelling_or_warmth, pus_or_smell or opened; or "
        "drainage_clear_or_bloody on day >= 3",
        fires=_wound,
        items=_wound_signs,
        headline="Wound: {items}",
        staff_text="Wound sign {items} D{day}.",
        patient_text="Your skin may be infected. Call us today at {clinic_phone}. "
        "Keep the spot clean and dry. Do not squeeze it.",
        calls="clinic_phone",
        why="Wound infection leaflets and discharge sheets.",
        sources=("V S19", "V S23", "V S25"),
    ),
    Rule(
        id="R14",
        severity=Severity.URGENT,
        days="all",
        condition="bleeding = soaks_dressing, not known to be anticoagulated",
        fires=_soaked_dressing,
        headline="{bleeding}",
        staff_text="Dressing soaked. Anticoagulant: {anticoagulant}.",
        patient_text="Press firmly on the spot with a clean cloth for ten minutes. "
        "Then call us today at {clinic_phone}. If it does not stop, call {emergency_number}.",
        calls="clinic_phone",
        why="A site soaked with blood: call immediately.",
        sources=("V S23",),
    ),
    Rule(
        id="R15",
        severity=Severity.URGENT,
        days="all",
        condition="calf_one_leg = true",
        fires=_calf,
        headline="Possible DVT: one calf{at_side}",
        staff_text="Possible DVT, {side}. Same-day assessment.",
        patient_text="Swelling or pain in one calf can be a blood clot. "
        "Call us today at {clinic_phone}. "
        "If you get chest pain or trouble breathing, call {emergency_number}.",
        calls="clinic_phone",
        why="One-leg swelling or pain: same-day advice.",
        sources=("V S27",),
    ),
    Rule(
        id="R16",
        severity=Severity.URGENT,
        days="all",
        condition="headache in {severe, worse_upright}; not when R08 fires",
        fires=_bad_headache,
        unless="R08",
        headline="{headache}",
        staff_text="Severe or postural headache. Consider dural puncture.",
        patient_text="Call us today at {clinic_phone} about your headache. "
        "If you also get a fever, a stiff neck or confusion, call {emergency_number}.",
        calls="clinic_phone",
        why="Severe headache, or one that is worse on standing.",
        sources=("V S18", "V S19"),
    ),
    Rule(
        id="R17",
        severity=Severity.URGENT,
        days="all",
        condition="pain_controlled = false and max(pain_avg, pain_worst) >= 8",
        fires=uncontrolled_pain,
        headline="Pain not controlled, {worst}/10, {baseline}",
        staff_text="Uncontrolled pain {worst}/10, {baseline}. "
        "On an anticoagulant consider hematoma. Anticoagulant: {anticoagulant}.",
        patient_text="Your pain should be under better control. Call us today at {clinic_phone}. "
        "Do not take more medicine than your label or your doctor says.",
        calls="clinic_phone",
        why="Severe pain that medicine does not control: call immediately.",
        sources=("V S23",),
    ),
    Rule(
        id="R18",
        severity=Severity.URGENT,
        days="D4+",
        condition="pain_avg >= 7 and pain_avg >= min(baseline + 3, 10) and pain_avg > baseline",
        fires=pain_after_the_flare,
        first_day=4,
        assumes_baseline=True,
        headline="Pain {pain}, {baseline}, after the flare window",
        staff_text="Pain {pain}, {baseline}, D{day}, after the flare window. "
        "Fracture, infection, other source. Osteoporosis: {osteoporosis}.",
        patient_text="Your pain is well above where it was before your procedure. "
        "Call us today at {clinic_phone} so we can check why.",
        calls="clinic_phone",
        why="A flare lasts days; a fracture raises pain later.",
        sources=("V S0", "V S23", "V S12"),
    ),
    Rule(
        id="R19",
        severity=Severity.URGENT,
        days="all",
        condition="sudden_new_back_pain; or fall and pain_avg >= min(baseline + 2, 10) and "
        "pain_avg > baseline",
        fires=sudden_pain_or_fall,
        assumes_baseline=True,
        headline="{back_or_fall}",
        staff_text="Sudden pain or fall. Consider vertebral fracture. "
        "Osteoporosis: {osteoporosis}.",
        patient_text="A sudden new back pain, or worse pain after a fall, should be checked. "
        "Call us today at {clinic_phone}. Rest until you have talked with us.",
        calls="clinic_phone",
        why="Vertebral fractures after the procedure.",
        sources=("V S12", "V S14"),
    ),
    Rule(
        id="R20",
        severity=Severity.URGENT,
        days="all",
        condition="leg_pain_status = new_or_worse and leg_pain >= 7",
        fires=strong_leg_pain,
        headline="New leg pain {leg_pain}{at_side}",
        staff_text="New leg pain {leg_pain}, {side}. Radiculitis?",
        patient_text="Strong new leg pain should be checked. Call us today at {clinic_phone}. "
        "If your leg gets weak or numb, go to the emergency room.",
        calls="clinic_phone",
        why="Radicular pain after low lumbar ablation.",
        sources=("V S13", "V S22"),
    ),
    Rule(
        id="R21",
        severity=Severity.URGENT,
        days="all",
        condition="acetaminophen_mg > 4000 in 24 h",
        fires=too_much_acetaminophen,
        headline="Acetaminophen {mg} mg in 24 h",
        staff_text="Acetaminophen {mg} mg in 24 h.",
        patient_text="You may have taken too much acetaminophen. It is also called Tylenol. "
        "Do not take any more today. Call {poison_phone} now, even if you feel fine. "
        "Then call us.",
        calls="poison_phone",
        why="4 g is the label maximum.",
        sources=("M",),
    ),
)
