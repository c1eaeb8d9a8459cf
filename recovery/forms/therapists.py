"""A link for an outside therapist: what staff say of it, and what its holder is asked."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Choice
from recovery.forms.places import ask_plainly
from recovery.models import TherapistLink

DAYS = [("7", _("7 days")), ("14", _("14 days")), ("30", _("30 days")), ("90", _("90 days"))]


class TherapistLinkForm(forms.Form):
    """`today` is the date where the patient is: consent is not given tomorrow."""

    use_required_attribute = False

    recipient = forms.CharField(
        label=_("For whom"),
        max_length=80,
        help_text=_("The therapist or the practice."),
    )
    days = Choice(
        label=_("How long it works"),
        choices=DAYS,
        initial="30",
        error_messages={"required": _("Choose how long.")},
    )
    consent = forms.BooleanField(
        label=_("The patient agreed that this therapist may see the facts listed here"),
        error_messages={"required": _("Without the patient's agreement no link can be made.")},
    )
    consent_how = Choice(
        label=_("How the patient agreed"),
        choices=TherapistLink.ConsentHow.choices,
        error_messages={"required": _("Choose how the patient agreed.")},
    )
    consented_on = forms.DateField(
        label=_("When"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    client_id = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.today = today
        self.fields["consented_on"].widget.attrs |= {"max": today.isoformat()}
        self.fields["consented_on"].initial = today
        ask_plainly(self)

    def clean(self) -> None:
        for name, text in (
            ("days", _("Choose how long.")),
            ("consent_how", _("Choose how the patient agreed.")),
        ):
            if name not in self.errors and self.cleaned_data.get(name) is None:
                self.add_error(name, text)

    def clean_consented_on(self) -> date:
        on: date = self.cleaned_data["consented_on"]
        if on > self.today:
            raise forms.ValidationError(_("That day has not come yet."))
        return on


class BirthDateForm(forms.Form):
    """What the holder of a link must know of the patient."""

    use_required_attribute = False

    birth_date = forms.DateField(
        label=_("The patient's date of birth"),
        widget=forms.DateInput({"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"required": _("Write the patient's date of birth.")},
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        ask_plainly(self)
