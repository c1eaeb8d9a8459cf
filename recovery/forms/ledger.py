"""What the ledger is filtered by, and how far the dry run looks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Day
from recovery.queries.ledger import SHOWN, Shown

AHEAD = timedelta(days=7)


class LedgerForm(forms.Form):
    """`kinds`: those that may be asked for."""

    use_required_attribute = False

    day = Day(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date as year, month, day: 2026-03-17.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    state = forms.ChoiceField(
        label=_("What became of it"),
        required=False,
        choices=[("", _("All")), *((name, shown.label) for name, shown in SHOWN.items())],
    )
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: Mapping[str, Shown], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(name, kind.label) for name, kind in kinds.items()]
        self.fields["kind"].choices = [("", _("All")), *named]

    def full_clean(self) -> None:
        """What is wrong is marked; a day that is none stays, which a field for dates would drop."""
        super().full_clean()
        for name in self.errors:
            widget = self.fields[name].widget
            if isinstance(widget, forms.DateInput):
                widget.input_type = "text"
            widget.attrs["class"] = f"{widget.attrs.get('class', '')} is-invalid".strip()


class DryRunForm(forms.Form):
    """`until` in the zone that is active, at most AHEAD of `now`."""

    use_required_attribute = False

    until = forms.DateTimeField(
        label=_("Until"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M"
        ),
        error_messages={
            "invalid": _("Enter a date and time like 2026-12-01 12:00."),
            "required": _("Say until when."),
        },
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_until(self) -> datetime:
        until: datetime = self.cleaned_data["until"]
        if until <= self.now:
            raise forms.ValidationError(_("Choose a time ahead."))
        if until > self.now + AHEAD:
            raise forms.ValidationError(_("At most 7 days ahead: what people do changes more."))
        return until
