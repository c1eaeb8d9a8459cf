"""When a procedure takes place, and when the patient left: times where the patient is."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from recovery.clinical.pathway import local
from recovery.forms.facts import FactsForm
from recovery.forms.fields import Choice
from recovery.forms.places import ask_plainly
from recovery.models import Patient, Recovery

# How far from today a procedure may lie: longer ago there is nothing left to follow.
FURTHEST = timedelta(days=400)
# The days after the procedure on which a discharge may be entered.
DISCHARGE_DAYS = (0, 1)


def wall_time(on: date, at: time, zone: str) -> datetime:
    """The instant of a wall-clock time; refuses one that does not exist.

    Of one that comes twice, because the clocks go back, it is the first (`comes_twice`).
    """
    at = at.replace(second=0, microsecond=0)
    moment = local(on, at, zone)
    there = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if there != datetime.combine(on, at):
        raise forms.ValidationError(
            _(
                "%(time)s does not exist on that day: the clocks go forward."
                " Write %(next)s or later."
            ),
            params={"time": f"{at:%H:%M}", "next": f"{there:%H:%M}"},
        )
    return moment


def comes_twice(on: date, at: time, zone: str) -> bool:
    second = datetime.combine(on, at, ZoneInfo(zone)).replace(fold=1)
    return second.utcoffset() != second.replace(fold=0).utcoffset()


class ProcedureForm(forms.Form):
    """A procedure's date and time; `procedure_at` once `settle_time` has been told the zone."""

    use_required_attribute = False

    procedure_date = forms.DateField(
        label=_("Procedure, date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    procedure_time = forms.TimeField(
        label=_("Procedure, time"), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )

    # The clinic's date.
    today: date
    procedure_at: datetime | None = None
    # The typed time comes twice, because the clocks go back; the first is taken.
    comes_twice = False

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

    def settle_time(self, zone: str) -> None:
        """Read date and time in `zone`, if both are there; call it from `clean`."""
        on = self.cleaned_data.get("procedure_date")
        at = self.cleaned_data.get("procedure_time")
        if on is None or at is None:
            return
        try:
            self.procedure_at = wall_time(on, at, zone)
        except forms.ValidationError as refusal:
            self.add_error("procedure_time", refusal)
        else:
            self.comes_twice = comes_twice(on, at, zone)


class RescheduleForm(ProcedureForm):
    """Where a procedure moves to; `anchor` is the one that the page was made for."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=200,
        help_text=_("Stands in the timeline. May stay empty."),
    )
    anchor = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, recovery: Recovery, today: date) -> None:
        there = recovery.procedure_at.astimezone(ZoneInfo(recovery.patient.zone))
        super().__init__(
            data,
            initial={
                "procedure_date": there.date(),
                "procedure_time": there.time(),
                "anchor": recovery.anchor,
            },
        )
        self.recovery, self.today = recovery, today
        self.fields["procedure_date"].label = _("New date")
        self.fields["procedure_time"].label = _("New time")
        ask_plainly(self)

    def clean(self) -> None:
        self.settle_time(self.recovery.patient.zone)
        if self.procedure_at == self.recovery.procedure_at:
            self.add_error("procedure_time", _("That is the time the procedure has now."))

    @property
    def seen(self) -> bool:
        """Whether the page that was sent was made for the recovery as it is now."""
        return bool(self.cleaned_data.get("anchor") == self.recovery.anchor)


class AddedProcedureForm(FactsForm, ProcedureForm):
    """One more procedure of a patient: enrolment without the person."""

    def __init__(self, data: Any = None, *, patient: Patient, today: date) -> None:
        super().__init__(data)
        self.patient, self.today = patient, today
        ask_plainly(self)

    def clean(self) -> None:
        self.settle_time(self.patient.zone)

    @property
    def for_service(self) -> dict[str, Any]:
        return self.facts | {"procedure_at": self.procedure_at}


class DischargeForm(forms.Form):
    """When the patient left. On the day after the procedure it asks which day, too."""

    use_required_attribute = False

    on = Choice(label=_("Day"))
    at = forms.TimeField(
        label=_("Discharged at"), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )

    def __init__(self, data: Any = None, *, recovery: Recovery, now: datetime) -> None:
        super().__init__(data)
        self.recovery, self.now = recovery, now
        self.discharged_at: datetime | None = None
        ask_plainly(self)
        self.fields["on"].choices = [
            (on.isoformat(), date_format(on, "D, M j")) for on in self._days
        ]
        if len(self._days) == 1:
            del self.fields["on"]

    @property
    def _days(self) -> list[date]:
        today = self.now.astimezone(ZoneInfo(self.recovery.patient.zone)).date()
        days = [self.recovery.procedure_on + timedelta(days=day) for day in DISCHARGE_DAYS]
        return [day for day in days if day <= today] or days[:1]

    def clean_on(self) -> str:
        if self.cleaned_data["on"] is None:
            raise forms.ValidationError(_("Choose the day."), code="required")
        return str(self.cleaned_data["on"])

    def clean(self) -> None:
        at = self.cleaned_data.get("at")
        on = date.fromisoformat(self.cleaned_data.get("on") or self._days[0].isoformat())
        if at is None or self.errors:
            return
        zone = self.recovery.patient.zone
        try:
            moment = wall_time(on, at, zone)
        except forms.ValidationError as refusal:
            self.add_error("at", refusal)
            return
        if not self.recovery.procedure_at <= moment <= self.now:
            first = self.recovery.procedure_at.astimezone(ZoneInfo(zone))
            last = self.now.astimezone(ZoneInfo(zone))
            self.add_error(
                "at",
                forms.ValidationError(
                    _("Write a time from %(first)s to %(last)s where the patient is."),
                    params={
                        "first": f"{date_format(first, 'M j')}, {first:%H:%M}",
                        "last": f"{date_format(last, 'M j')}, {last:%H:%M}",
                    },
                ),
            )
            return
        self.discharged_at = moment
