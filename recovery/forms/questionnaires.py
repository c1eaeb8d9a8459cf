"""A clinic's own questionnaire, as its manager loads it and says which forms ask it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.clinical.checkinforms import FORMS
from recovery.clinical.instruments import SHIPPED, QuestionnaireError
from recovery.clinical.instruments.fhir import MAX_BYTES
from recovery.clinical.ownforms import PLACES
from recovery.forms.places import ask_plainly
from recovery.queries.checkins import NAMES

NEW = "new"
SCORERS = (
    ("", _("The usual one, or none")),
    ("sum", _("Sum of the numbers")),
    ("mean", _("Mean of the numbers")),
    ("peg_mean", _("PEG: mean of 3 ratings")),
    ("rmdq_count", _("RMDQ: lines ticked")),
    ("odi_proportion", _("ODI: percent of 10 sections")),
    ("entered", _("The first question is the score")),
)


def named_forms() -> list[tuple[str, Any]]:
    return [(form, NAMES[form]) for form in FORMS]


class QuestionnaireForm(forms.Form):
    """Gives `services.questionnaires.load` its values (see `values`)."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"accept": ".json,application/json,application/fhir+json"}),
        help_text=_("A FHIR R4 Questionnaire in JSON, at most 1 MiB."),
        error_messages={
            "required": _("Choose a file."),
            "missing": _("Choose a file."),
            "empty": _("This file is empty."),
        },
    )
    key = forms.ChoiceField(label=_("Takes the place of"))
    new_key = forms.CharField(
        label=_("Short name, if new"),
        required=False,
        max_length=40,
        help_text=_("Letters and digits, like SLEEP. It stays the same for each version."),
    )
    scorer = forms.ChoiceField(label=_("Score"), required=False, choices=SCORERS)
    asked_in = forms.MultipleChoiceField(
        label=_("Forms that ask it"),
        required=False,
        choices=named_forms,
        help_text=_("For a new one. Others stay in the forms that ask them."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, files: Any = None, *, own: Sequence[str] = ()) -> None:
        """`own` are the keys that the clinic has added."""
        super().__init__(data, files)
        self.fields["key"].choices = [
            ("", _("Choose")),
            (NEW, _("Nothing: it is new")),
            *((key, key) for key in own),
            *((key, f"{key}: {SHIPPED[key].title}") for key in PLACES),
        ]
        ask_plainly(self)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("This file has %(size)s bytes. At most 1 MiB is taken, that is %(most)s bytes."),
                params={"size": file.size, "most": MAX_BYTES},
            )
        return file

    def clean(self) -> None:
        if self.cleaned_data.get("key") == NEW and not self.cleaned_data.get("new_key"):
            self.add_error("new_key", _("Fill this in, or choose one from the list."))

    @property
    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        key = given["new_key"] if given["key"] == NEW else given["key"]
        # Ours stand where they stood; for one of the clinic's, no tick leaves its forms alone.
        asked_in = given["asked_in"] or (None if given["key"] != NEW else [])
        return {
            "raw": given["file"].read(),
            "key": key,
            "scorer": given["scorer"],
            "forms": asked_in,
        }

    def refuse(self, error: QuestionnaireError) -> None:
        """Put what is wrong beside the field it is about: most often the file."""
        fields = {"forms": "asked_in", "scorer": "scorer"}
        if error.path == "key":
            new = self.cleaned_data["key"] == NEW
            self.add_error("new_key" if new else "key", error.message)
        elif error.path in fields:
            self.add_error(fields[error.path], error.message)
        else:
            self.add_error("file", str(error))
