"""How staff prove who they are."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from recovery.forms.places import ask_plainly
from recovery.models import Membership, User

WRITE_ADDRESS = {"required": _("Write your e-mail address.")}
# What Django's validators refuse a password for, by their codes.
WEAK = {
    "password_too_short": _("Too short. Write at least %(min_length)d characters."),
    "password_too_common": _("Many people use this one. Choose another."),
    "password_entirely_numeric": _("Digits alone are easy to guess. Add words."),
    "password_too_similar": _("Too close to your name or address. Choose another."),
}


def _password(label: str, autocomplete: str, ask: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": ask},
    )


class SignInForm(AuthenticationForm):
    """The same words for a wrong password, an unknown address and a person who is no staff."""

    username = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages=WRITE_ADDRESS,
    )
    password = _password(_("Password"), "current-password", _("Write your password."))
    error_messages = {
        "invalid_login": _("This e-mail and password do not fit together. Check both."),
        "inactive": _("This e-mail and password do not fit together. Check both."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if not Membership.objects.active().filter(user=user).exists():
            raise self.get_invalid_login_error()


class PasswordResetForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages=WRITE_ADDRESS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_plainly(self)


class NewPasswordForm(SetPasswordForm):
    """Django's checks in our words; the page itself says above what makes a good password."""

    new_password1 = _password(_("New password"), "new-password", _("Write a password."))
    new_password2 = _password(
        _("The same again"), "new-password", _("Write the same password again.")
    )
    error_messages = {
        "password_mismatch": _("The two are not the same. Write one password twice."),
    }

    @sensitive_variables("password")
    def validate_password_for_user(self, user: User, *_args: Any, **_kwargs: Any) -> None:
        """At the field where it was chosen, not where it was repeated."""
        password = self.cleaned_data.get("new_password1")
        if not password:
            return
        try:
            validate_password(password, user)
        except forms.ValidationError as problem:
            for one in problem.error_list:
                one.message = WEAK.get(one.code or "", one.message)
                self.add_error("new_password1", one)
