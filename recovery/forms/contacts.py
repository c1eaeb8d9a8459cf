import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Number
from recovery.models import Contact


class ContactForm(forms.Form):
    """What staff did for a patient: how, what came of it, how long it took."""

    use_required_attribute = False

    kind = forms.ChoiceField(label=_("How"), choices=Contact.Kind.choices)
    outcome = forms.ChoiceField(
        label=_("What happened"),
        choices=[(code.value, code.label) for code in Contact.OF_ALERTS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what happened.")},
    )
    minutes = Number(label=_("Minutes"), required=False, low=0, high=1440, like="6")
    # Names the page, so that a double tap is one contact.
    client_id = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)
    note = forms.CharField(label=_("Note for the chart"), required=False, max_length=2000)
