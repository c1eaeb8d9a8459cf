"""The manager's page: the clinic's numbers and hours, and who works there."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import RegexValidator
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from recovery.clinical.rules import PLACEHOLDERS
from recovery.forms.places import a_zone, ask_plainly, phone_number
from recovery.models import Clinic, Role

COLUMNS = ("name", "mail_name", "zone", *PLACEHOLDERS, "digest_at")
# Nobody plans further; a year that is typed wrong is caught.
HOLIDAYS_AHEAD = timedelta(days=731)


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

    name = forms.CharField(label=_("Name of the clinic"), max_length=120)
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

    digest_at = forms.TimeField(
        label=_("Morning mail"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("On each open day: how many patients wait in the queue, and no names."),
    )

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


class HolidayForm(forms.Form):
    """A day on which the clinic is closed; `now` says which days are over there."""

    use_required_attribute = False

    on = forms.DateField(
        label=_("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    holiday = forms.CharField(
        label=_("Name of the holiday"),
        max_length=60,
        help_text=_("Like “Christmas Day”. Staff read it, patients do not."),
    )

    def __init__(self, data: Any = None, *, clinic: Clinic, now: datetime) -> None:
        super().__init__(data, auto_id="holiday_%s")
        self._known = clinic.holidays
        self._today = now.astimezone(ZoneInfo(clinic.zone)).date()
        ask_plainly(self)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on < self._today:
            raise forms.ValidationError(_("This day is over. Check the year."))
        if on > self._today + HOLIDAYS_AHEAD:
            raise forms.ValidationError(_("Write a day of the next two years. Check the year."))
        if known := self._known.get(on.isoformat()):
            raise forms.ValidationError(
                _("This day is on the list: %(name)s."), params={"name": known}
            )
        return on


class MailsForm(forms.Form):
    """Which mails a person of the staff wants from this clinic."""

    emergency_mails = forms.BooleanField(
        required=False,
        label=_("Emergencies"),
        help_text=_(
            "At once if you are first on call, after 15 minutes if you are next, and to everybody "
            "after an hour. At any hour of the day."
        ),
    )
    urgent_mails = forms.BooleanField(
        required=False,
        label=_("Urgent alerts"),
        help_text=_("If you are first on call. While the clinic is closed they wait for opening."),
    )
    waiting_mails = forms.BooleanField(
        required=False,
        label=_("Urgent alerts that wait too long"),
        help_text=_("To everybody, after 2 clinic hours without a contact."),
    )
    digest_mails = forms.BooleanField(
        required=False,
        label=_("Morning mail"),
        help_text=_("On open days, when patients wait in the queue. It names nobody."),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any], order: bool) -> None:
        """`order`: whether the clinic has put anybody on call."""
        super().__init__(data, initial=initial)
        if not order:
            self.fields["emergency_mails"].help_text = _(
                "At once, to everybody, and again until a contact is recorded. At any hour of the "
                "day."
            )
            self.fields["urgent_mails"].help_text = _(
                "At once, to everybody. While the clinic is closed they wait for opening."
            )


class InvitationForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(label=_("Name of the person"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="invite_%s")
        ask_plainly(self)
