"""A patient and a recovery in one form, filled in under a minute."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from recovery.forms.facts import FactsForm
from recovery.forms.fields import YesNo
from recovery.forms.places import ZONES, a_zone, ask_plainly, phone_number
from recovery.forms.procedures import ProcedureForm
from recovery.forms.reminders import WishesForm
from recovery.models import Clinic, Patient
from recovery.queries.languages import offered_languages

OLDEST_BIRTH = date(1900, 1, 1)


def birth_date_of(born: date, today: date) -> date:
    """The date, if somebody who lives can have been born on it."""
    if not OLDEST_BIRTH <= born <= today:
        raise forms.ValidationError(_("Check the year."))
    return born


class EnrolmentForm(WishesForm, FactsForm, ProcedureForm):
    """Gives `services.enrolment.enrol` its arguments (see `for_service`), and saves nothing."""

    # The person first, then what the parents ask, then consent.
    field_order = (
        "record_number",
        "given_name",
        "family_name",
        "birth_date",
        "phone",
        "email",
        "zone",
        "language",
    )

    record_number = forms.CharField(label=_("Record number"), max_length=32)
    given_name = forms.CharField(label=_("First name"), max_length=80)
    family_name = forms.CharField(label=_("Last name"), max_length=80)
    birth_date = forms.DateField(
        label=_("Date of birth"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=32, validators=[phone_number], widget=forms.TelInput
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("A couple may share one."),
    )
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        validators=[a_zone],
        widget=forms.TextInput({"list": "zones", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language"))

    NO_ADDRESS = _("Write the address, or answer No to e-mails below.")

    told = forms.BooleanField(
        label=_("I told the patient what the text says"),
        error_messages={"required": _("Tell the patient first, then tick this.")},
    )
    email_ok = YesNo(label=_("The patient agrees to e-mails"))

    def __init__(self, data: Any = None, *, clinic: Clinic, today: date) -> None:
        super().__init__(data, initial={"zone": clinic.zone, "language": settings.LANGUAGE_CODE})
        self.clinic, self.today = clinic, today
        self.fields["language"].choices = offered_languages(clinic)
        ask_plainly(self)

    @property
    def zones(self) -> list[str]:
        return [self.clinic.zone, *(zone for zone in ZONES if zone != self.clinic.zone)]

    def clean_record_number(self) -> str:
        number: str = self.cleaned_data["record_number"]
        if Patient.objects.filter(clinic=self.clinic, record_number=number).exists():
            raise forms.ValidationError(
                _("Record number %(number)s is enrolled already."), params={"number": number}
            )
        return number

    def clean_birth_date(self) -> date:
        return birth_date_of(self.cleaned_data["birth_date"], self.today)

    def clean_email_ok(self) -> bool | None:
        return self._answered("email_ok")

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("email_ok") and not given.get("email") and not self.has_error("email"):
            self.add_error("email", self.NO_ADDRESS)
        if zone := given.get("zone"):
            self.settle_time(zone)
        self.settle_wishes()

    @property
    def for_service(self) -> dict[str, Any]:
        """The arguments of the service, once the form is valid."""
        asked_apart = {"told", "procedure_date", "procedure_time", *self.for_patient}
        given = {name: v for name, v in self.cleaned_data.items() if name not in asked_apart}
        return given | {"procedure_at": self.procedure_at, "wishes": self.for_patient}


class ConsentForm(forms.Form):
    """What a patient who was enrolled untold has been told since."""

    use_required_attribute = False

    told = EnrolmentForm.base_fields["told"]
    email_ok = EnrolmentForm.base_fields["email_ok"]
    sms_ok = EnrolmentForm.base_fields["sms_ok"]

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        if not settings.SMS_BACKEND:
            del self.fields["sms_ok"]

    @property
    def asks_of_texts(self) -> bool:
        return "sms_ok" in self.fields

    @property
    def for_service(self) -> dict[str, bool]:
        """The arguments of `services.enrolment.record_consent`, once the form is valid."""
        return {name: v for name, v in self.cleaned_data.items() if name != "told"}

    def clean_email_ok(self) -> bool:
        answer: bool | None = self.cleaned_data["email_ok"]
        if answer is None:
            raise forms.ValidationError(_("Choose an answer."), code="required")
        return answer
