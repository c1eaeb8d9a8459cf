"""The manager's page: the clinic's numbers and hours, and who works there."""

from collections.abc import Iterator
from datetime import time
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from recovery.clinical.rules import PLACEHOLDERS
from recovery.forms.places import a_zone, ask_plainly, phone_number
from recovery.models import Clinic, Role

COLUMNS = ("name", "mail_name", "zone", *PLACEHOLDERS)


def _number(label: str, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=32,
        validators=[phone_number],
        help_text=hint,
        widget=forms.TelInput,
    )


class ClinicForm(forms.Form):
    """Gives `services.clinics.update` its values (see `values`)."""

    use_required_attribute = False

    name = forms.CharField(label=_("Name"), max_length=120)
    mail_name = forms.CharField(
        label=_("Name in e-mails"),
        required=False,
        max_length=120,
        validators=[RegexValidator(r"^[^<>\"\r\n]*$", _("Leave out < > and quotation marks."))],
        help_text=_("The sender that patients see. Leave out words that hint at a treatment."),
    )
    zone = forms.CharField(label=_("Time zone"), max_length=64, validators=[a_zone])
    clinic_phone = _number(_("Clinic phone"), _("“Call us today” rings here."))
    emergency_number = _number(_("Emergency number"), _("911, where you are."))
    after_hours_phone = _number(_("After-hours phone"), _("Shown while you are closed."))
    poison_phone = _number(_("Poison help line"), _("For too much acetaminophen."))
    crisis_phone = _number(_("Crisis line"), _("988 in the US."))

    def __init__(self, data: Any = None, *, clinic: Clinic) -> None:
        self.clinic = clinic
        initial = {name: getattr(clinic, name) for name in COLUMNS}
        for day, entry in enumerate(clinic.hours):
            initial[f"opens_{day}"], initial[f"closes_{day}"] = entry or (None, None)
        super().__init__(data, initial=initial)
        for day in WEEKDAYS:
            for part, label in (("opens", _("opens")), ("closes", _("closes"))):
                self.fields[f"{part}_{day}"] = forms.TimeField(
                    label=f"{WEEKDAYS[day]}, {label}",
                    required=False,
                    widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
                )
        ask_plainly(self)

    @property
    def numbers(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in PLACEHOLDERS)

    @property
    def weekdays(self) -> Iterator[tuple[str, forms.BoundField, forms.BoundField]]:
        for day, name in WEEKDAYS.items():
            yield str(name), self[f"opens_{day}"], self[f"closes_{day}"]

    def clean(self) -> None:
        self._keep_numbers()
        for day in WEEKDAYS:
            opens, closes = self._hours(day)
            if (opens is None) != (closes is None) and not (
                self.has_error(f"opens_{day}") or self.has_error(f"closes_{day}")
            ):
                empty = f"opens_{day}" if opens is None else f"closes_{day}"
                self.add_error(empty, _("Write both times, or none for a closed day."))
            elif opens and closes and opens >= closes:
                self.add_error(f"closes_{day}", _("Closes before it opens."))

    def _keep_numbers(self) -> None:
        """Enrolment asks for every number; what patients are told by then must not lose one."""
        emptied = [
            name
            for name in PLACEHOLDERS
            if getattr(self.clinic, name) and not self.cleaned_data.get(name, "kept")
        ]
        if emptied and self.clinic.recoveries.exists():
            for name in emptied:
                self.add_error(name, _("Patients are told this number. Write another, or keep it."))

    def _hours(self, day: int) -> tuple[time | None, time | None]:
        given = self.cleaned_data
        return given.get(f"opens_{day}"), given.get(f"closes_{day}")

    @property
    def values(self) -> dict[str, Any]:
        """The clinic's columns, once the form is valid."""
        hours = [
            [f"{opens:%H:%M}", f"{closes:%H:%M}"] if opens and closes else None
            for opens, closes in map(self._hours, WEEKDAYS)
        ]
        return {name: self.cleaned_data[name] for name in COLUMNS} | {"hours": hours}


class InvitationForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="invite_%s")
        ask_plainly(self)
