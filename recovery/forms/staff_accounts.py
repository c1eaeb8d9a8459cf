"""How staff prove who they are."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from recovery.models import Membership, User


class SignInForm(AuthenticationForm):
    """The same words for a wrong password, an unknown address and a person who is no staff."""

    username = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    error_messages = {
        "invalid_login": _("This e-mail and password do not fit together. Check both."),
        "inactive": _("This e-mail and password do not fit together. Check both."),
    }

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if not Membership.objects.active().filter(user=user).exists():
            raise self.get_invalid_login_error()


class PasswordResetForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
