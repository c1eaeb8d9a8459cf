"""What enrolment and the clinic's page ask for alike: phone numbers, time zones, an answer."""

from zoneinfo import available_timezones

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

phone_number = RegexValidator(
    r"^[+(]?[0-9][0-9 ().+/-]{1,29}[0-9]$|^[0-9]{2,3}$",
    _("Write a phone number: digits, spaces, + ( ) - . and /."),
)


def a_zone(value: str) -> None:
    if value not in available_timezones():
        raise forms.ValidationError(
            _("“%(value)s” is no time zone. Write one like America/New_York."),
            params={"value": value[:40]},
        )


def ask_plainly(form: forms.Form) -> None:
    """Say what to do about an empty field, unless the field says it better itself."""
    usual = forms.Field.default_error_messages["required"]
    for field in form.fields.values():
        if field.error_messages.get("required") == usual:
            field.error_messages["required"] = _("Fill this in.")
