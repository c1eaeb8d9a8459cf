from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.models import Alert


class CloseForm(forms.Form):
    """Why an alert ends. The service decides whether it may."""

    use_required_attribute = False

    reason = forms.ChoiceField(
        label=_("Close because"),
        choices=Alert.ClosingReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it closes.")},
    )
    text = forms.CharField(
        label=_("In a few words, if another reason"), required=False, max_length=500
    )
    complication = forms.ChoiceField(
        label=_("Complication"),
        help_text=_("Counted by kind on the page of outcomes."),
        initial="",
        required=False,
        choices=[("", _("Nothing said")), *Alert.Complication.choices],
    )

    def clean(self) -> None:
        other = self.cleaned_data.get("reason") == Alert.ClosingReason.OTHER
        if other and not self.cleaned_data.get("text") and not self.has_error("text"):
            self.add_error("text", _("Say why, in a few words."))
