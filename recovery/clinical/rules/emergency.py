"""R01 to R08: act now. They run on every day, before D0 too, and no clinic can switch them off."""

from collections.abc import Sequence
from decimal import Decimal

from recovery.clinical.rules.facts import Facts
from recovery.clinical.rules.rule import VERY_HIGH_READING, Rule, Severity

VERY_HIGH_FEVER = Decimal("39.4")
SADDLE_SIGNS = ("saddle", "bladder", "bowel")


def _cauda_equina_signs(facts: Facts) -> Sequence[str]:
    return [sign for sign in SADDLE_SIGNS if facts.says(sign, "yes")]


def _cauda_equina(facts: Facts) -> bool:
    return "yes" in map(facts.log.get, SADDLE_SIGNS)


def _new_weakness(facts: Facts) -> bool:
    if facts.says("leg_weakness", "cannot_stand_or_lift_foot"):
        return True
    return facts.says("leg_weakness", "new_or_worse") and facts.day <= 14


def _new_leg_signs(facts: Facts) -> Sequence[str]:
    signs = {
        "weakness": facts.new_weakness,
        "numbness": facts.new_numbness,
        "pain": facts.new_leg_pain,
    }
    return [name for name, new in signs.items() if new]


def _both_legs(facts: Facts) -> bool:
    return facts.says("leg_side", "both") and bool(_new_leg_signs(facts))


def _chest_or_breath(facts: Facts) -> bool:
    return facts.yes("chest_or_breath")


def _fever_factors(facts: Facts) -> Sequence[str]:
    factors = {
        "stiff neck or confusion": facts.yes("neck_stiff_or_confused"),
        "new leg weakness": facts.new_weakness,
        "new leg numbness": facts.new_numbness,
        "raised pain": facts.day >= 4 and (facts.pain or 0) >= 7 and facts.pain_risen_by(2),
        VERY_HIGH_READING: facts.temp is not None and facts.temp >= VERY_HIGH_FEVER,
    }
    return [name for name, present in factors.items() if present]


def _dangerous_fever(facts: Facts) -> bool:
    return facts.fever and bool(_fever_factors(facts))


def _bleeding(facts: Facts) -> bool:
    if facts.says("bleeding", "wont_stop"):
        return True
    return facts.says("bleeding", "soaks_dressing") and facts.profile.anticoagulated is True


def _sedation_or_allergy(facts: Facts) -> bool:
    return facts.yes("hard_to_wake") or facts.yes("allergy_severe")


def _headache_factors(facts: Facts) -> Sequence[str]:
    factors = {
        "stiff neck or confusion": facts.yes("neck_stiff_or_confused"),
        f"fever {facts.temp} °C": facts.fever,
    }
    return [name for name, present in factors.items() if present]


def _dangerous_headache(facts: Facts) -> bool:
    return facts.bad_headache and bool(_headache_factors(facts))


EMERGENCY_RULES = (
    Rule(
        id="R01",
        severity=Severity.EMERGENCY,
        days="all",
        condition="saddle = yes, or bladder = yes, or bowel = yes",
        fires=_cauda_equina,
        first_day=None,
        items=_cauda_equina_signs,
        headline="Cauda equina signs: {items}",
        staff_text="Possible cauda equina: new {troubles}. Patient told to go to the ED. "
        "Confirm they are on the way; call the ED.",
        patient_text="This can be a sign that nerves low in your back are being squeezed. "
        "Call {emergency_number} or go to the emergency room now. "
        "Do not wait for us to call. Do not drive yourself.",
        calls="emergency_number",
        why="Any single sign on the cards; surgery best within 48 h of onset.",
        sources=("V S24",),
    ),
    Rule(
        id="R02",
        severity=Severity.EMERGENCY,
        days="all / D0-D14, and before D0",
        condition="leg_weakness = cannot_stand_or_lift_foot (any day), or new_or_worse (day <= 14)",
        fires=_new_weakness,
        first_day=None,
        headline="{weakness}, D{day}{at_side}",
        staff_text="New motor deficit D{day}. Consider hematoma, root injury. "
        "Anticoagulant: {anticoagulant}.",
        patient_text="New weakness in your leg after a spine procedure needs care right now. "
        "Call {emergency_number} or go to the emergency room now. Do not drive yourself.",
        calls="emergency_number",
        why="Hematoma deficits progress in minutes to hours, also seen at one week; nerve injury "
        "is a risk of the procedure. The 14-day split is a judgement.",
        sources=("V S26", "S0", "judgement"),
    ),
    Rule(
        id="R03",
        severity=Severity.EMERGENCY,
        days="all",
        condition="leg_side = both and any of leg_weakness, leg_numbness, leg_pain_status is "
        "new_or_worse (or cannot_stand_or_lift_foot)",
        fires=_both_legs,
        first_day=None,
        items=_new_leg_signs,
        headline="New in both legs: {items}",
        staff_text="New bilateral leg symptoms: {items}.",
        patient_text="New problems in both legs need care right now. "
        "Call {emergency_number} or go to the emergency room now. Do not drive yourself.",
        calls="emergency_number",
        why="Bilateral signs point to cauda equina; progressive bilateral weakness.",
        sources=("M", "V2 droracle.ai"),
    ),
    Rule(
        id="R04",
        severity=Severity.EMERGENCY,
        days="all",
        condition="chest_or_breath = true (new chest pain, trouble breathing, coughing blood, "
        "fainting)",
        fires=_chest_or_breath,
        first_day=None,
        headline="Chest pain, trouble breathing or fainting",
        staff_text="Cardiorespiratory symptom reported. Told to call emergency services.",
        patient_text="New chest pain or trouble breathing can be a blood clot or a heart problem. "
        "Call {emergency_number} now.",
        calls="emergency_number",
        why="Discharge sheets and clot leaflets: an emergency.",
        sources=("V S17", "V S18", "V S27"),
    ),
    Rule(
        id="R05",
        severity=Severity.EMERGENCY,
        days="all",
        condition="temp >= 38.0 and any of: temp >= 39.4; neck_stiff_or_confused; new leg weakness "
        "or numbness; day >= 4 and pain_avg >= 7 and pain_avg >= min(baseline + 2, 10) and "
        "pain_avg > baseline",
        fires=_dangerous_fever,
        first_day=None,
        assumes_baseline=True,
        items=_fever_factors,
        headline="{high_alone} {celsius}{with_first}",
        staff_text="{high_fever} {temp}{with_others}. "
        "Consider spinal infection, meningitis, sepsis.",
        patient_text="Fever with your other answers can mean a serious infection. "
        "Go to the emergency room now, or call {emergency_number}. "
        "Tell them about your spine procedure.",
        calls="emergency_number",
        why="Spinal infection, meningitis and sepsis. The 39.4 C cut is from memory.",
        sources=("V S26", "V S28", "M"),
    ),
    Rule(
        id="R06",
        severity=Severity.EMERGENCY,
        days="all",
        condition="bleeding = wont_stop (10 min of pressure), or soaks_dressing with "
        "anticoagulated",
        fires=_bleeding,
        first_day=None,
        headline="{bleeding}",
        staff_text="Uncontrolled bleeding. Anticoagulant: {anticoagulant}.",
        patient_text="Press firmly on the spot with a clean cloth. "
        "Call {emergency_number} now, or go to the emergency room.",
        calls="emergency_number",
        why="Anticoagulants are a named risk; a soaked site calls for help at once.",
        sources=("S0", "V S23"),
    ),
    Rule(
        id="R07",
        severity=Severity.EMERGENCY,
        days="all",
        condition="hard_to_wake, or allergy_severe (face, tongue or throat swelling)",
        fires=_sedation_or_allergy,
        first_day=None,
        headline="{reaction}",
        staff_text="Over-sedation or severe allergy reported by {who}.",
        patient_text="This needs help right now. Call {emergency_number}. "
        "Do not leave the person alone.",
        calls="emergency_number",
        why="Over-sedation and anaphylaxis.",
        sources=("M",),
    ),
    Rule(
        id="R08",
        severity=Severity.EMERGENCY,
        days="all",
        condition="headache in {severe, worse_upright} and (neck_stiff_or_confused or "
        "temp >= 38.0)",
        fires=_dangerous_headache,
        first_day=None,
        items=_headache_factors,
        headline="{headache}, {first}",
        staff_text="Headache with meningism or fever: {items}.",
        patient_text="A bad headache with fever, a stiff neck or confusion needs care right now. "
        "Call {emergency_number} or go to the emergency room.",
        calls="emergency_number",
        why="Meningitis. The headache cut is from discharge sheets.",
        sources=("M", "V S18", "V S19"),
    ),
)
