"""Which recoveries an outcomes page is about; every choice is one that the page offers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Number
from recovery.forms.places import ask_plainly

Choices = Sequence[tuple[Any, Any]]
NOT_OFFERED = _("Choose one of the list. Groups under 5 are not in it.")
BY = ":"


class CohortForm(forms.Form):
    """`groups` are choices by the name of their fact, whose values are "fact:group"."""

    use_required_attribute = False

    period = forms.ChoiceField(label=_("Procedures"), required=False)
    group = forms.ChoiceField(label=_("Group"), required=False)
    at = forms.ChoiceField(label=_("Time point"), required=False)

    def __init__(self, data: Any, *, periods: Choices, groups: Choices, points: Choices) -> None:
        super().__init__(data)
        self._offer("period", [("", _("All")), *periods])
        self._offer("group", [("", _("Everybody")), *groups])
        self._offer("at", [("", _("Three months, or the last")), *points])

    def _offer(self, name: str, choices: Choices) -> None:
        field: Any = self.fields[name]
        field.choices = choices
        field.error_messages = {"invalid_choice": NOT_OFFERED}
        field.widget.attrs["class"] = "form-select"

    @property
    def chosen(self) -> dict[str, str]:
        """What of it can be shown; a choice that is not offered leaves its part whole."""
        told = self.cleaned_data if self.is_bound and self.is_valid() else self.partly()
        dimension, _by, group = told.get("group", "").partition(BY)
        return {
            "period": told.get("period", ""),
            "dimension": dimension,
            "group": group,
            "at": told.get("at", ""),
        }

    def partly(self) -> dict[str, str]:
        return getattr(self, "cleaned_data", {})


class ProceduresDoneForm(forms.Form):
    """How many procedures a clinic did in a month, by its own books."""

    use_required_attribute = False

    month = forms.ChoiceField(label=_("Month"))
    number = Number(label=_("Procedures done"), low=0, high=9999, like="12")

    def __init__(self, data: Any = None, *, months: Choices) -> None:
        super().__init__(data)
        ask_plainly(self)
        field: Any = self.fields["month"]
        field.choices = months
        field.widget.attrs["class"] = "form-select"
