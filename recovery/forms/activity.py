"""Which month of the activity ledger is asked for."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import FIRST_YEAR, LAST_YEAR


class MonthField(forms.CharField):
    """2026-03; the first day of that month."""

    widget = forms.TextInput(attrs={"type": "month", "class": "form-control", "maxlength": 7})

    def to_python(self, value: Any) -> date | None:
        typed = super().to_python(value)
        if not typed:
            return None
        year, _dash, month = typed.partition("-")
        if not (year.isascii() and year.isdecimal() and month.isascii() and month.isdecimal()):
            raise self._refusal()
        try:
            first = date(int(year), int(month), 1)
        except (ValueError, OverflowError):
            raise self._refusal() from None
        if not FIRST_YEAR <= first.year < LAST_YEAR:
            raise self._refusal()
        return first

    def _refusal(self) -> forms.ValidationError:
        return forms.ValidationError(_("Write a month as year and month, like 2026-03."))


class MonthForm(forms.Form):
    """`after` is the recovery after which a further page begins."""

    use_required_attribute = False

    month = MonthField(label=_("Month"), required=False)
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)

    @property
    def asked_after(self) -> uuid.UUID | None:
        return self.cleaned_data.get("after")
