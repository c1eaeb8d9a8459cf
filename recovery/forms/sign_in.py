"""What the sign-in says when it refuses: allauth's two forms, in the words of our pages."""

from typing import Any

from allauth.account import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

NO_ADDRESS = _("Type your e-mail address, like name@example.com")
NO_CODE = _("Type the 6 digits from the e-mail")
WRONG_CODE = _("Wrong code. Type the 6 digits from the newest e-mail.")
NOT_AGAIN_YET = _(
    "You asked for a code many times. Wait a few minutes, then ask again."
    " If it still says no, call us: we can note your answers by phone."
)


class AddressForm(forms.RequestLoginCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["email"], NO_ADDRESS)

    def clean_email(self) -> str:
        try:
            return super().clean_email()
        except ValidationError as error:
            # What allauth says here is about wrong passwords, of which there are none.
            raise ValidationError(NOT_AGAIN_YET, code=error.code) from error


class CodeForm(forms.ConfirmLoginCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], NO_CODE)

    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except ValidationError as error:
            raise ValidationError(WRONG_CODE, code=error.code) from error


def _say(field: Any, words: Any) -> None:
    """The same words whatever is wrong with what was typed: the way out is the same."""
    field.error_messages = dict.fromkeys(
        ("required", "invalid", "max_length", "null_characters_not_allowed"), words
    )
