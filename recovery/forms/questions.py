"""The questions of the daily log, in the words that a patient reads."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.clinical.logfields import FIELDS
from recovery.forms import words
from recovery.forms.fields import Choice, Dropdown, Lines, Note, Number, Rating, Ticks, YesNo

OPIOID_ROWS = (1, 2, 3)

ASK_AGAIN = {
    "pain_avg": _("Tell us your pain, from 0 to 10"),
    "pain_controlled": _("Tell us if your pain is under control"),
    "leg_pain_status": _("Tell us about pain in your legs"),
    "leg_weakness": _("Tell us about weakness in your legs"),
    "leg_numbness": _("Tell us about numbness in your legs"),
    "leg_side": _("Tell us which leg it is"),
    "saddle": _("Tell us about feeling around your genitals and buttocks"),
    "bladder": _("Tell us about your bladder"),
    "bowel": _("Tell us about your bowel"),
    "chest_or_breath": _("Tell us about your chest and your breathing"),
    "signs": _("Check what you have now, or “None of these”"),
    "spot": _("Tell us about the spot on your back"),
    "chills": _("Tell us about chills, or write your temperature"),
}


# The same of a day that is over. Their labels take the place of those that speak of now.
THAT_DAY = {
    "pain_avg": _("Your back pain that day, on average"),
    "pain_worst": _("Your worst back pain that day"),
    "signs": _("Check any you had that day"),
    "opioids_taken": _("Did you take strong pain medicine (opioids) that day?"),
}
TICK_THAT_DAY = _("Check what you had that day, or “None of these”")


def _number(name: str, **kwargs: Any) -> Number:
    """An optional number in the range of the log's field."""
    return Number(low=FIELDS[name].low, high=FIELDS[name].high, required=False, **kwargs)


class Questions(forms.Form):
    """Every question; which must be answered is decided by the day and by the other answers."""

    use_required_attribute = False

    log_date = forms.CharField(required=False, widget=forms.HiddenInput)
    revision = forms.CharField(required=False, widget=forms.HiddenInput)

    pain_avg = Rating(required=False, label=_("Your back pain over the past 24 hours, on average"))
    pain_controlled = YesNo(
        required=False, label=_("Is the pain under control with the plan we gave you?")
    )
    leg_pain_status = Choice(required=False, label=_("Pain in a leg"), choices=words.SIGN)
    leg_pain = Rating(required=False, label=_("How strong is the pain in your leg?"))
    leg_weakness = Choice(
        required=False,
        label=_("Weakness in a leg"),
        choices=(*words.SIGN, words.CANNOT_STAND),
    )
    leg_numbness = Choice(
        required=False, label=_("Numbness or tingling in a leg"), choices=words.SIGN
    )
    leg_side = Choice(required=False, label=_("Which leg is it?"), choices=words.SIDE)
    saddle = Choice(
        required=False,
        label=_("Numb or changed feeling around your genitals, buttocks or anus"),
        help_text=_("Also when you wipe, or during sex."),
        choices=words.CHANGE,
    )
    bladder = Choice(
        required=False,
        label=_("Trouble with your bladder"),
        help_text=_("You cannot start, stop or feel it, or you leak."),
        choices=words.CHANGE,
    )
    bowel = Choice(
        required=False,
        label=_("Trouble with your bowel"),
        help_text=_("Leaking, or no feeling. Being constipated does not count."),
        choices=words.CHANGE,
    )
    chest_or_breath = YesNo(
        required=False, label=_("Chest pain, trouble breathing, coughing blood, or fainting")
    )
    signs = Ticks(required=False, label=_("Check any you have now"), choices=words.SIGNS)
    spot = YesNo(required=False, label=_("Anything at the spot on your back, even a bruise?"))
    spot_signs = Ticks(required=False, label=_("Check all that fit"), choices=words.SPOT)
    temp_value = Number(
        required=False, label=_("Temperature, if you took it"), places=1, like="98.6"
    )
    temp_unit = Choice(required=False, label=_("Unit"), choices=(("F", "°F"), ("C", "°C")))
    chills = YesNo(required=False, label=_("Chills or shaking?"))

    pain_worst = Rating(required=False, label=_("Your worst back pain in the past 24 hours"))
    nsaid_taken = YesNo(
        required=False, label=_("Did you take ibuprofen, naproxen or aspirin for pain?")
    )
    acetaminophen_tablets = Number(
        required=False,
        label=_("Number of tablets"),
        low=0,
        high=100,
        places=1,
        like="4",
    )
    acetaminophen_strength = Choice(
        required=False,
        label=_("Strength of one tablet"),
        choices=[(mg, f"{mg} mg") for mg in words.TABLET_STRENGTHS],
    )
    acetaminophen_mg = _number("acetaminophen_mg", label=_("Or all of it, in mg"), like="2000")
    opioids_taken = YesNo(
        required=False, label=_("Did you take strong pain medicine (opioids) in the past 24 hours?")
    )
    activity_level = Choice(required=False, label=_("How much did you do?"), choices=words.ACTIVITY)
    walk_minutes = _number("walk_minutes", label=_("Minutes you walked, all together"))
    pt_done = YesNo(required=False, label=_("Did you do your physical therapy exercises?"))
    sleep = Rating(
        required=False,
        label=_("How well did you sleep?"),
    )
    free_text = Note(
        required=False,
        label=_("A note for the nurses"),
        max_length=FIELDS["free_text"].high,
        widget=Lines(attrs={"rows": 4}),
    )


def opioid_row(row: int) -> dict[str, forms.Field]:
    """The inputs for one opioid taken in the past 24 hours."""
    return {
        f"opioid_{row}_drug": Choice(
            required=False,
            label=_("Medicine"),
            choices=words.DRUGS,
            widget=Dropdown(attrs={"class": "form-select"}),
        ),
        f"opioid_{row}_mg": Number(
            required=False,
            label=_("mg in one"),
            low=0,
            high=10000,
            places=1,
            like="5",
        ),
        f"opioid_{row}_doses": Number(
            required=False,
            label=_("How many"),
            low=0,
            high=100,
            places=1,
            like="4",
        ),
    }
