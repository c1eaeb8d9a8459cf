"""What a manager does with a language: gives the clinic's own words, and approves it by name."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.places import Signed, ask_plainly
from recovery.models import LanguageApproval


class LanguageApprovalForm(Signed):
    """The manager's own name offers the language. `digest` says which texts were read: with others
    nothing is approved.
    """

    use_required_attribute = False

    digest = forms.CharField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LanguageApproval._meta.get_field("note").max_length,  # noqa: SLF001 - documented
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Who has read the texts, and which clinician. May stay empty."),
    )

    def __init__(self, data: Any = None, *, known_as: str, digest: str) -> None:
        super().__init__(data, initial={"digest": digest})
        self.sign_as(known_as)
        ask_plainly(self)


class OwnWordingForm(forms.Form):
    """The clinic's words for one text of its own."""

    use_required_attribute = False

    original = forms.CharField(widget=forms.HiddenInput, strip=False, max_length=4000)
    words = forms.CharField(
        label=_("In this language"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2, "class": "form-control"}),
    )
