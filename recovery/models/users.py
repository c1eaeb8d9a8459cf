"""The person who signs in, patient and staff alike."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Without a password the user can sign in by e-mailed code only."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def of_address(self, email: str, **fields: Any) -> "User":
        """Whoever has this address; somebody new with `fields`, who signs in by code only.

        Two callers at once get the same user.
        """
        return self.of_addresses({email: fields})[email]

    def of_addresses(self, wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, "User"]:
        """The same for many; three statements at most."""
        names = {email: email.strip().lower() for email in wanted}
        found = {user.email: user for user in self.filter(email__in=list(names.values()))}
        new: dict[str, User] = {}
        for email, name in names.items():
            if name not in found and name not in new:
                new[name] = self.model(email=name, password=make_password(None), **wanted[email])
        if new:
            self.bulk_create(new.values(), ignore_conflicts=True)
            # Somebody else may have been first; and what is ignored tells no key.
            found |= {user.email: user for user in self.filter(email__in=list(new))}
        return {email: found[name] for email, name in names.items()}

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """An e-mail address that can sign in. Not a patient: see PatientAccess and Membership."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            # Comparing by lower case keeps one person from signing up twice.
            models.CheckConstraint(
                name="user_email_is_lower_case", condition=models.Q(email=Lower("email"))
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        words = (self.name or self.email).split()
        return "".join(word[0] for word in words[:2]).upper()
