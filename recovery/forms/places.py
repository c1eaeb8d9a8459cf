"""What the staff's forms ask for alike, and how they say what is wrong."""

from functools import cache
from zoneinfo import available_timezones

import phonenumbers
from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Day

# Offered first; any other zone may be typed.
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "America/Toronto",
    "Europe/London",
    "Europe/Berlin",
)

phone_number = RegexValidator(
    r"^[+(]?[0-9][0-9 ().+/-]{1,29}[0-9]$|^[0-9]{2,3}$",
    _("Write a phone number: digits, spaces, + ( ) - . and /."),
)


@cache
def _zones() -> set[str]:
    """Read from the disk once: it takes as long as a page."""
    return available_timezones()


def a_zone(value: str) -> None:
    if value not in _zones():
        raise forms.ValidationError(
            _("“%(value)s” is no time zone. Write one like America/New_York."),
            params={"value": value[:40]},
        )


def mobile_number(typed: str) -> str:
    """The number as +12025550142 (E.164); without its +code it is one of PHONE_REGION.

    Raises ValidationError for what can be no number.
    """
    try:
        number = phonenumbers.parse(typed, settings.PHONE_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise forms.ValidationError(_("Write a mobile number like +1 202 555 0142."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_number(stored: str) -> str:
    """A stored number as people read it: +1 202-555-0142."""
    if not stored:
        return ""
    number = phonenumbers.parse(stored)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


A_DATE = _("Write a date that exists, as year, month, day, like 2026-03-17.")
UNREADABLE = {
    forms.EmailField: _("Write an address like name@example.org."),
    forms.DateField: A_DATE,
    Day: A_DATE,
    forms.TimeField: _("Write a time like 08:30."),
}


def ask_plainly(form: forms.Form) -> None:
    """Say what to do about a field, unless the field says it better itself."""
    usual = forms.Field.default_error_messages["required"]
    for field in form.fields.values():
        says = field.error_messages
        if says.get("required") == usual:
            says["required"] = _("Fill this in.")
        says.setdefault("max_length", _("Shorten this to %(limit_value)d characters."))
        if type(field) in UNREADABLE:
            says["invalid"] = UNREADABLE[type(field)]


class Signed(forms.Form):
    """What a person answers for with their own name, typed as the clinic knows it."""

    name = forms.CharField(label=_("Your name"), max_length=120)

    def sign_as(self, known_as: str) -> None:
        self.known_as = known_as
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["name"].help_text = _("Type %(name)s, as this clinic knows you.") % {
            "name": known_as
        }

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name != self.known_as:
            raise forms.ValidationError(
                _("That is not how this clinic knows you. Type %(name)s, letter by letter."),
                params={"name": self.known_as},
            )
        return name
