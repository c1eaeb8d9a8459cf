"""In which languages a clinic speaks with its patients: who approved one, its own words in it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recovery.models.clinics import Clinic


class LanguageApprovalQuerySet(models.QuerySet["LanguageApproval"]):
    def standing(self) -> "LanguageApprovalQuerySet":
        return self.filter(ended_at=None)


class LanguageApproval(models.Model):
    """Somebody of the clinic has read every text in a language, and it may be offered.

    `digest` is of all that was read but the pathways: with another text the approval counts no
    longer, though it stands until somebody ends it. `pathways` are the versions that were read,
    which never change.
    """

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="language_approvals")
    language = models.CharField(_("language"), max_length=10)
    digest = models.CharField(max_length=64)
    pathways = models.JSONField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # As the person signed.
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(max_length=500, blank=True)
    approved_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: Any = LanguageApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "clinic",
                "language",
                name="one_standing_approval_per_clinic_and_language",
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="ended_approval_has_who_and_when",
                condition=Q(ended_by=None, ended_at=None)
                | Q(ended_by__isnull=False, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_has_language_digest_and_name",
                condition=~Q(language="") & ~Q(digest="") & ~Q(name=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language}, {self.name}"


class OwnWording(models.Model):
    """A clinic's own words in a language for a text that it wrote in English."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="own_wordings")
    language = models.CharField(_("language"), max_length=10)
    original = models.TextField()
    # Of the original, which may be longer than an index takes.
    sha256 = models.CharField(max_length=64)
    words = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "clinic", "language", "sha256", name="one_wording_per_clinic_language_and_text"
            ),
            models.CheckConstraint(
                name="wording_has_text_and_words", condition=~Q(original="") & ~Q(words="")
            ),
        ]

    def __str__(self) -> str:
        return self.words
