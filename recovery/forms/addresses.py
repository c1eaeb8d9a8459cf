from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.places import ask_plainly


class AddressForm(forms.Form):
    """Another address for a patient's mails and sign-in."""

    use_required_attribute = False

    email = forms.EmailField(label=_("New e-mail address"), max_length=254)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        ask_plainly(self)
