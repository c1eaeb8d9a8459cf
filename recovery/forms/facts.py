"""What is known of a patient before the procedure: asked at enrolment, corrected afterwards."""

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Choice, Number, Rating
from recovery.forms.places import ask_plainly
from recovery.models import Recovery
from recovery.models.recoveries import Modic

UNKNOWN = ("unknown", _("Not known"))
YES_NO_UNKNOWN = (("yes", _("Yes")), ("no", _("No")), UNKNOWN)
LONGEST_MONTHS = 1200
# The shape alone: a letter, two signs, and up to four more behind a point.
icd10_shape = RegexValidator(
    re.compile(r"\A[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?\Z", re.IGNORECASE | re.ASCII),
    _("Write a code like M54.51."),
)


def _months(label: str) -> Number:
    return Number(label=label, required=False, low=0, high=LONGEST_MONTHS, like="24")


class FactsForm(forms.Form):
    """The facts of a recovery, as arguments of a service (`facts`)."""

    use_required_attribute = False

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
        places=1,
    )
    anticoagulated = Choice(label=_("Anticoagulant"), choices=YES_NO_UNKNOWN)
    osteoporosis = Choice(label=_("Osteoporosis"), choices=YES_NO_UNKNOWN)
    pain_months = _months(_("Low back pain, months"))
    care_months = _months(_("Conservative care, months"))
    modic = forms.ChoiceField(
        label=_("Modic change on MRI"),
        choices=[("", UNKNOWN[1]), *Modic.choices],
        required=False,
    )
    icd10 = forms.CharField(
        label=_("Diagnosis, ICD-10 code"),
        required=False,
        validators=[icd10_shape],
        widget=forms.TextInput({"placeholder": "M54.51", "maxlength": 8, "autocomplete": "off"}),
    )

    def clean_anticoagulated(self) -> bool | None:
        return self._known("anticoagulated")

    def clean_osteoporosis(self) -> bool | None:
        return self._known("osteoporosis")

    def clean_icd10(self) -> str:
        return str(self.cleaned_data["icd10"]).upper()

    def _answered(self, name: str) -> Any:
        if self.cleaned_data[name] is None:
            raise forms.ValidationError(_("Choose an answer."), code="required")
        return self.cleaned_data[name]

    def _known(self, name: str) -> bool | None:
        answer = self._answered(name)
        return None if answer == UNKNOWN[0] else answer == "yes"

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FactsForm.base_fields}


class CorrectionForm(FactsForm):
    """The facts as they are known. What was not touched is not written, so that a page which stood
    open for an hour undoes nothing that a colleague corrected meanwhile.
    """

    baseline_pain = Choice(
        label=_("Pain, average of 7 days"),
        choices=[*((str(n), str(n)) for n in range(11)), UNKNOWN],
        help_text=_("0 is no pain, 10 the worst. Without an answer the rules use 4."),
    )

    def __init__(self, data: Any = None, *, recovery: Recovery) -> None:
        super().__init__(data, initial=_as_typed(recovery))
        ask_plainly(self)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean_baseline_pain(self) -> int | None:
        answer = self._answered("baseline_pain")
        return None if answer == UNKNOWN[0] else int(answer)

    @property
    def shown(self) -> list[str]:
        """What the radios were filled with, as hidden fields; other fields print theirs along."""
        return [
            self[name].as_hidden(only_initial=True)
            for name, field in self.fields.items()
            if isinstance(field.widget, forms.RadioSelect)
        ]

    @property
    def facts(self) -> dict[str, Any]:
        """Those that differ from what the page was filled with."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


def _as_typed(recovery: Recovery) -> dict[str, Any]:
    answers = {None: "unknown", True: "yes", False: "no"}
    initial = {name: getattr(recovery, name) for name in FactsForm.base_fields}
    pain, mme = initial["baseline_pain"], initial["baseline_opioid_mme"]
    return initial | {
        "anticoagulated": answers[initial["anticoagulated"]],
        "osteoporosis": answers[initial["osteoporosis"]],
        "baseline_pain": UNKNOWN[0] if pain is None else str(pain),
        "baseline_opioid_mme": None if mme is None else f"{mme.normalize():f}",
    }
