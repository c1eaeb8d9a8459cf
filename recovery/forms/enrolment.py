"""A patient and a recovery in one form, filled in under a minute."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from recovery.clinical.pathway import local
from recovery.forms.fields import Choice, Number, Rating, YesNo
from recovery.forms.places import a_zone, ask_plainly, phone_number
from recovery.models import Clinic, Patient

# How far from today a procedure may lie: longer ago there is nothing left to follow.
FURTHEST = timedelta(days=400)
OLDEST_BIRTH = date(1900, 1, 1)
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
YES_NO_UNKNOWN = (("yes", _("Yes")), ("no", _("No")), ("unknown", _("Not known")))


class EnrolmentForm(forms.Form):
    """Gives `services.enrolment.enrol` its arguments (see `for_service`), and saves nothing."""

    use_required_attribute = False

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
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    procedure_date = forms.DateField(
        label=_("Procedure, date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    procedure_time = forms.TimeField(
        label=_("Procedure, time"), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    levels = forms.CharField(
        label=_("Levels treated"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"placeholder": "L4, L5"}),
    )
    surgeon = forms.CharField(label=_("Surgeon"), required=False, max_length=80)
    baseline_pain = Rating(
        label=_("Pain, average of 7 days"),
        required=False,
        help_text=_("0 is no pain, 10 the worst. Without an answer the rules use 4."),
    )
    baseline_opioid_mme = Number(
        label=_("Opioids, MME a day"),
        required=False,
        low=0,
        high=2000,
        decimals=True,
    )
    anticoagulated = Choice(label=_("Anticoagulant"), choices=YES_NO_UNKNOWN)
    osteoporosis = Choice(label=_("Osteoporosis"), choices=YES_NO_UNKNOWN)

    told = forms.BooleanField(
        label=_("I told the patient what the text says"),
        error_messages={"required": _("Tell the patient first, then tick this.")},
    )
    email_ok = YesNo(label=_("The patient agrees to e-mails"), hoped="yes")

    def __init__(self, data: Any = None, *, clinic: Clinic, today: date) -> None:
        super().__init__(data, initial={"zone": clinic.zone, "language": settings.LANGUAGE_CODE})
        self.clinic, self.today = clinic, today
        ask_plainly(self)
        self.procedure_at: datetime | None = None
        # The typed time comes twice, because the clocks go back; the first is taken.
        self.comes_twice = False

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
        born: date = self.cleaned_data["birth_date"]
        if not OLDEST_BIRTH <= born <= self.today:
            raise forms.ValidationError(_("Check the year."))
        return born

    def clean_procedure_date(self) -> date:
        on: date = self.cleaned_data["procedure_date"]
        if abs(on - self.today) > FURTHEST:
            raise forms.ValidationError(
                _("Choose a date from %(first)s to %(last)s."),
                params={
                    "first": date_format(self.today - FURTHEST, "M j, Y"),
                    "last": date_format(self.today + FURTHEST, "M j, Y"),
                },
            )
        return on

    def clean_anticoagulated(self) -> bool | None:
        return self._known("anticoagulated")

    def clean_osteoporosis(self) -> bool | None:
        return self._known("osteoporosis")

    def clean_email_ok(self) -> bool | None:
        return self._answered("email_ok")

    def _answered(self, name: str) -> Any:
        if self.cleaned_data[name] is None:
            raise forms.ValidationError(_("Choose an answer."), code="required")
        return self.cleaned_data[name]

    def _known(self, name: str) -> bool | None:
        answer = self._answered(name)
        return None if answer == "unknown" else answer == "yes"

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("email_ok") and not given.get("email") and not self.has_error("email"):
            self.add_error("email", _("Write the address, or answer No to e-mails below."))
        if (
            all(given.get(part) for part in ("zone", "procedure_date"))
            and "procedure_time" in given
        ):
            self._settle_time(given["procedure_date"], given["procedure_time"], given["zone"])

    def _settle_time(self, on: date, at: time, zone: str) -> None:
        """The instant of a wall-clock time, on a day on which the clocks may change."""
        at = at.replace(second=0, microsecond=0)
        wall, tz = datetime.combine(on, at), ZoneInfo(zone)
        moment = local(on, at, zone)
        if (there := moment.astimezone(tz).replace(tzinfo=None)) != wall:
            message = _(
                "%(time)s does not exist on that day: the clocks go forward."
                " Write %(next)s or later."
            )
            self.add_error(
                "procedure_time", message % {"time": f"{at:%H:%M}", "next": f"{there:%H:%M}"}
            )
            return
        second = wall.replace(tzinfo=tz, fold=1)
        self.comes_twice = second.utcoffset() != second.replace(fold=0).utcoffset()
        self.procedure_at = moment

    @property
    def for_service(self) -> dict[str, Any]:
        """The arguments of the service, once the form is valid."""
        asked_apart = {"told", "procedure_date", "procedure_time"}
        given = {name: v for name, v in self.cleaned_data.items() if name not in asked_apart}
        return given | {"procedure_at": self.procedure_at}
