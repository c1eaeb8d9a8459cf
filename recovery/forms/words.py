"""The daily log in words: what a question is called, what its answers are called."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recovery.clinical.logfields import FIELDS
from recovery.clinical.medicines import MME_FACTORS

TENTH = Decimal("0.1")
TEMPERATURES = {"C": FIELDS["temp_c"], "F": FIELDS["temp_f"]}

# At the ends of a scale, where a question has no others.
NO_PAIN, WORST_PAIN = _("no pain"), _("worst pain you can imagine")
ACETAMINOPHEN = _("Acetaminophen (Tylenol) in the past 24 hours")
ACETAMINOPHEN_THAT_DAY = _("Acetaminophen (Tylenol) that day")
ACETAMINOPHEN_HINT = _("Count cold and flu medicines too. Many contain it.")

SIGN = (("none", _("None")), ("usual", _("As before")), ("new_or_worse", _("New or worse")))
CANNOT_STAND = ("cannot_stand_or_lift_foot", _("I cannot stand, or cannot lift my foot"))
SIDE = (("left", _("Left")), ("right", _("Right")), ("both", _("Both")))
# "Yes" stands last, under the thumb that seldom needs it.
CHANGE = (("no", _("No")), ("unsure", _("Not sure")), ("yes", _("Yes")))
ACTIVITY = (
    ("rest", _("I mostly rested")),
    ("light", _("A little, with breaks")),
    ("most", _("Most things I usually do")),
    ("full", _("Everything I usually do")),
)
TABLET_STRENGTHS = ("325", "500", "650")

# Ticked as one list. A headache is one field of the log with several answers.
SIGNS = (
    ("sudden_new_back_pain", _("Sudden new back pain")),
    ("fall", _("I had a fall")),
    ("calf_one_leg", _("Swelling or pain in one calf")),
    ("headache_mild", _("A mild headache")),
    ("headache_severe", _("A bad headache")),
    ("headache_upright", _("A headache that is worse sitting up")),
    ("neck_stiff_or_confused", _("A stiff neck, or confusion")),
    ("allergy_severe", _("Swelling of the face, tongue or throat")),
    ("hard_to_wake", _("Very hard to wake (if you answer for someone)")),
    ("none", _("None of these")),
)
WOUND = (
    ("redness_spreading", _("Redness that spreads")),
    ("swelling_or_warmth", _("Swelling or warmth")),
    ("drainage_clear_or_bloody", _("Clear or pink fluid")),
    ("pus_or_smell", _("Pus, or a bad smell")),
    ("opened", _("It has opened")),
    ("bruise", _("A bruise")),
)
BLEEDING = (
    ("spots", _("A few spots of blood")),
    ("soaks_dressing", _("Blood soaks the dressing")),
    ("wont_stop", _("Bleeding that does not stop")),
)
SPOT = (*WOUND, *BLEEDING, ("none", _("None of these")))

OTHER_DRUG = "other"
DRUG_BRANDS = {
    "codeine": _("Codeine (Tylenol 3)"),
    "fentanyl_patch": _("Fentanyl patch"),
    "hydrocodone": _("Hydrocodone (Norco, Vicodin)"),
    "hydromorphone": _("Hydromorphone (Dilaudid)"),
    "methadone": _("Methadone"),
    "morphine": _("Morphine"),
    "oxycodone": _("Oxycodone (Percocet, OxyContin)"),
    "oxymorphone": _("Oxymorphone"),
    "tapentadol": _("Tapentadol (Nucynta)"),
    "tramadol": _("Tramadol (Ultram)"),
}
DRUGS = (
    ("", _("Choose a medicine")),
    *((drug, DRUG_BRANDS[drug]) for drug in MME_FACTORS),
    (OTHER_DRUG, _("Another one")),
)


def celsius_and_fahrenheit(value: Decimal, unit: str) -> tuple[Decimal, Decimal]:
    """A temperature in both units, to 0.1."""
    if unit == "C":
        return value, (value * 9 / 5 + 32).quantize(TENTH, ROUND_HALF_UP)
    return ((value - 32) * 5 / 9).quantize(TENTH, ROUND_HALF_UP), value


def is_body_temperature(value: Decimal, unit: str) -> bool:
    field = TEMPERATURES[unit]
    return bool(field.low <= value <= field.high)


def not_a_temperature(value: Decimal, unit: str) -> str:
    """What is wrong with a temperature, naming both units: most often the other one was meant."""
    celsius, fahrenheit = TEMPERATURES["C"], TEMPERATURES["F"]
    message = gettext(
        "%(value)s °%(unit)s is not a body temperature. It is %(low_c)s to %(high_c)s in °C,"
        " and %(low_f)s to %(high_f)s in °F."
    ) % {
        "value": value,
        "unit": unit,
        "low_c": celsius.low,
        "high_c": celsius.high,
        "low_f": fahrenheit.low,
        "high_f": fahrenheit.high,
    }
    other = "F" if unit == "C" else "C"
    if is_body_temperature(value, other):
        message += " " + gettext("Did you mean °%(unit)s?") % {"unit": other}
    return message
