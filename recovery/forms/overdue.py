"""A call about answers that did not come."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import FIRST_YEAR, LAST_YEAR, Number
from recovery.models import Contact

DATED = (Contact.Outcome.AGREED, Contact.Outcome.LATER)
REASONS = {
    "elsewhere": _("Is followed elsewhere"),
    "no_wish": _("Does not want to be asked any more"),
    "cannot": _("Cannot answer, and has nobody who can"),
    "other": _("Other"),
}
HELP = {
    Contact.Outcome.AGREED: _("Hidden until the day below."),
    Contact.Outcome.LATER: _("Hidden until the day below."),
    Contact.Outcome.NO_ANSWER: _("Comes back in 4 hours."),
    Contact.Outcome.WRONG_NUMBER: _("Stays on the list."),
    Contact.Outcome.REMOVED: _("Off the list until the patient has answered. Needs a reason."),
}


class CallForm(forms.Form):
    """What came of the call; `since` names the run of misses that the page was about."""

    use_required_attribute = False

    outcome = forms.ChoiceField(
        label=_("What happened"),
        choices=[(code.value, code.label) for code in Contact.OF_MISSES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what happened.")},
    )
    again_on = forms.DateField(
        label=_("Show again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Choose a day from tomorrow on, within 30 days.")},
    )
    reason = forms.ChoiceField(
        label=_("Taken off because"), required=False, choices=[("", "---"), *REASONS.items()]
    )
    minutes = Number(label=_("Minutes"), required=False, low=0, high=1440, like="6")
    note = forms.CharField(label=_("Note for the chart"), required=False, max_length=1900)
    since = forms.DateTimeField(widget=forms.HiddenInput)
    # Names the page, so that a double tap is one call.
    client_id = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)

    def clean_since(self) -> datetime:
        since: datetime = self.cleaned_data["since"]
        if not FIRST_YEAR <= since.year <= LAST_YEAR:
            raise forms.ValidationError(_("Open this page again from the list."))
        return since

    def clean(self) -> None:
        given: dict[str, Any] = self.cleaned_data
        outcome = given.get("outcome")
        if outcome in DATED and not given.get("again_on") and not self.has_error("again_on"):
            self.add_error("again_on", _("Choose a day from tomorrow on, within 30 days."))
        if outcome == Contact.Outcome.REMOVED:
            reason, note = given.get("reason"), given.get("note", "").strip()
            if not reason:
                self.add_error("reason", _("Say why the patient comes off the list."))
            elif reason == "other" and not note:
                self.add_error("note", _("Say why, in a few words."))

    def said(self) -> dict[str, Any]:
        """For services.overdue.call; the reason stands before the note."""
        given = dict(self.cleaned_data)
        reason = given.pop("reason")
        if given["outcome"] == Contact.Outcome.REMOVED and reason != "other":
            given["note"] = ". ".join(filter(None, [str(REASONS[reason]), given["note"].strip()]))
        return given
