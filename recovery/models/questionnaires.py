"""Questionnaires that a clinic has loaded from files of its own."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from recovery.models.clinics import Clinic


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def in_use(self) -> "QuestionnaireQuerySet":
        return self.filter(retired_at=None)


class Questionnaire(models.Model):
    """One version of a clinic's own questionnaire. What answers depend on never changes.

    `definition` is the file's text as it came, so that it reads the same at any time; `version` is
    the file's or a counted one, and unlike that of the shipped instrument of the same key.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="questionnaires")
    key = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    copyright = models.TextField(blank=True)
    definition = models.TextField()
    sha256 = models.CharField(max_length=64)
    scorer = models.CharField(max_length=20, blank=True)
    # Forms that ask it, beyond those that ask a shipped instrument of its key.
    forms = models.JSONField(default=list)
    # Null: whoever ran the command.
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    loaded_at = models.DateTimeField()
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: Any = QuestionnaireQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "clinic", "key", "version", name="one_questionnaire_per_clinic_key_and_version"
            ),
            models.UniqueConstraint(
                "clinic",
                "key",
                name="one_questionnaire_in_use_per_clinic_and_key",
                condition=Q(retired_at=None),
            ),
            models.CheckConstraint(
                name="questionnaire_has_key_and_version", condition=~Q(key="") & ~Q(version="")
            ),
            models.CheckConstraint(
                name="questionnaire_in_use_is_retired_by_nobody",
                condition=Q(retired_by=None) | Q(retired_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"
