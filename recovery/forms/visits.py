"""A patient's own question for the next visit, and what staff send back from the sheet."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Note
from recovery.models import VisitQuestion


class QuestionForm(forms.Form):
    """One question in the patient's own words. `client_id` names the page, so that a double tap
    asks once; `read` is the revision that the form was filled from.
    """

    use_required_attribute = False

    text = Note(
        label=_("Your question"),
        max_length=VisitQuestion.LONGEST,
        error_messages={
            "required": _("Write your question."),
            "max_length": _(
                "Please shorten this to %(limit_value)d characters. It now has %(show_value)d."
            ),
        },
    )
    client_id = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)
    read = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["text"].widget.attrs |= {
            "class": "form-control",
            "rows": 3,
            "maxlength": VisitQuestion.LONGEST,
        }

    def clean_text(self) -> str:
        """One paragraph: a line break has no room on the sheet."""
        return " ".join(self.cleaned_data["text"].split())
