"""What a manager takes out of the clinic's data."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Choice, Day
from recovery.forms.places import ask_plainly
from recovery.models import Export

WHOSE = (
    ("de_identified", _("De-identified")),
    ("named", _("With record numbers")),
)
NO_PERIOD = _("A de-identified file has no period: its days would tell the true dates.")


def _day(label: Any) -> Day:
    return Day(
        label=label,
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


class ExportForm(forms.Form):
    use_required_attribute = False

    tables = forms.MultipleChoiceField(
        label=_("What"),
        choices=Export.Table.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    whose = Choice(label=_("Patients"), choices=WHOSE)
    file_format = Choice(label=_("File"), choices=Export.Format.choices)
    first = _day(_("From"))
    last = _day(_("Up to"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)

    def clean_tables(self) -> list[str]:
        chosen = self.cleaned_data["tables"]
        return [table for table in Export.Table.values if table in chosen]

    def clean_file_format(self) -> str:
        return self._answered("file_format")

    def clean_whose(self) -> str:
        return self._answered("whose")

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", _("This is before the first day."))
        if self.cleaned_data.get("whose") == "de_identified":
            for name in ("first", "last"):
                if self.cleaned_data.get(name):
                    self.add_error(name, NO_PERIOD)

    def _answered(self, name: str) -> str:
        if self.cleaned_data[name] is None:
            raise forms.ValidationError(_("Choose an answer."), code="required")
        return str(self.cleaned_data[name])

    @property
    def for_service(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "tables": given["tables"],
            "file_format": given["file_format"],
            "de_identified": given["whose"] == "de_identified",
            "first": given["first"],
            "last": given["last"],
        }
