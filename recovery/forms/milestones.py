"""When a patient first did something again, as the patient tells it, or staff for the patient."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Choice
from recovery.forms.places import ask_plainly
from recovery.models import Milestone

TODAY, YESTERDAY, OTHER = "today", "yesterday", "other"


class MilestoneForm(forms.Form):
    """`first` is the date of the procedure, `last` today where the patient is. After validation
    `on` is the date, `read` the row the form was filled from.
    """

    use_required_attribute = False

    when = Choice(
        label=_("When was the first time?"),
        choices=[(TODAY, _("Today")), (YESTERDAY, _("Yesterday")), (OTHER, _("Another day"))],
        error_messages={"required": _("Choose a day.")},
    )
    other_on = forms.DateField(
        label=_("Which day?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day as a date.")},
    )
    read = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, first: date, last: date, **kwargs: Any) -> None:
        self.first, self.last = first, last
        super().__init__(data, **kwargs)
        self.on: date | None = None
        self.fields["other_on"].widget.attrs |= {"min": f"{first}", "max": f"{last}"}

    @staticmethod
    def told(on: date | None, today: date) -> dict[str, Any]:
        """What the form shows of a date that stands."""
        near = {today: TODAY, today - timedelta(days=1): YESTERDAY}
        if on is None:
            return {}
        return {"when": near.get(on, OTHER), "other_on": None if on in near else on}

    def clean(self) -> None:
        when = self.cleaned_data.get("when")
        if when is None:
            if "when" not in self.errors:
                self.add_error("when", _("Choose a day."))
            return
        name = "other_on" if when == OTHER else "when"
        if name in self.errors:
            return
        if when == OTHER:
            self.on = self.cleaned_data.get("other_on")
        else:
            self.on = self.last - timedelta(days=when == YESTERDAY)
        if self.on is None:
            self.add_error(name, _("Write which day it was."))
        elif self.on < self.first:
            self.add_error(name, _("That is before your procedure. Choose a later day."))
        elif self.on > self.last:
            self.add_error(name, _("That day has not come yet. Choose an earlier one."))


class StaffMilestoneForm(forms.Form):
    """One of them for staff; `told` is the one that stands. `first` and `last` as for patients."""

    use_required_attribute = False

    on = forms.DateField(
        label=_("First time on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    read = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, told: Milestone | None, first: date, last: date, prefix: str
    ) -> None:
        initial = {"on": told.on, "read": told.uuid} if told else {}
        super().__init__(data, initial=initial, prefix=prefix)
        self.first, self.last = first, last
        self.fields["on"].widget.attrs |= {"min": f"{first}", "max": f"{last}"}
        ask_plainly(self)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not self.first <= on <= self.last:
            raise forms.ValidationError(
                _("Choose a date from %(first)s to %(last)s."),
                params={
                    "first": date_format(self.first, gettext("M j, Y")),
                    "last": date_format(self.last, gettext("M j, Y")),
                },
            )
        return on
