"""Whose a row of the queue is, what is left to read, what is expected, and filters of its own."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Number
from recovery.models import User


class AssignForm(forms.Form):
    """Who looks after the patient; nobody is an answer too."""

    use_required_attribute = False

    to = forms.ChoiceField(label=_("Assigned to"), required=False)

    def __init__(self, *args: Any, people: Mapping[str, User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [
            ("", _("Nobody")),
            *((key, str(user)) for key, user in people.items()),
        ]


class NoteForm(forms.Form):
    use_required_attribute = False

    text = forms.CharField(
        label=_("Note for colleagues"),
        max_length=500,
        error_messages={"required": _("Write a few words.")},
    )
    # Names the page, so that a double tap is one note.
    client_id = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)


class SnoozeForm(forms.Form):
    """Up to which level a symptom is expected, and why."""

    use_required_attribute = False

    level = Number(label=_("Expected up to, 0 to 10"), low=0, high=10, like="8")
    reason = forms.CharField(
        label=_("Why it is expected"),
        max_length=200,
        error_messages={"required": _("Say why this is expected.")},
    )


class FilterForm(forms.Form):
    """A name for the filter that the queue shows."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Save this filter as"),
        max_length=40,
        error_messages={"required": _("Give the filter a name.")},
    )
