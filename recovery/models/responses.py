"""Answers to a check-in form, and the scores they give."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recovery.models.checkins import CheckIn
from recovery.models.logs import DailyLog
from recovery.models.pathways import Pathway
from recovery.models.recoveries import Recovery


class FormResponseQuerySet(models.QuerySet["FormResponse"]):
    def in_progress(self) -> "FormResponseQuerySet":
        return self.filter(status=FormResponse.Status.IN_PROGRESS)

    def current(self) -> "FormResponseQuerySet":
        """What was sent, without the versions that a correction has superseded."""
        return self.filter(status=FormResponse.Status.COMPLETED, successor=None)


class FormResponse(models.Model):
    """What was answered to a check-in form.

    In progress it is a draft, saved over by its client id. Once completed it never changes: a
    correction is a new row that supersedes this one. `answers` holds, by section of the form, the
    answers by their linkId; `instruments` the version of each instrument that was asked.
    """

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("Partly answered")
        COMPLETED = "completed", _("Answered")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="responses")
    checkin = models.ForeignKey(CheckIn, models.CASCADE, related_name="responses")
    client_id = models.UUIDField()
    revision = models.PositiveSmallIntegerField(default=0)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successor"
    )
    status = models.CharField(max_length=11, choices=Status)
    answers = models.JSONField(default=dict)
    instruments = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    # Null: the holder of a check-in link, who did not sign in.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=10, choices=DailyLog.Source)
    mode = models.CharField(max_length=9, choices=DailyLog.Mode)
    # In which it was last saved; an instrument's words are another measure in each.
    language = models.CharField(max_length=10, default="en", db_default="en")
    # Completed after the check-in had expired.
    late = models.BooleanField(default=False)

    # What the rules said of the answers that a daily log asks too (docs/protocol.md).
    rule_set = models.CharField(max_length=32, blank=True)
    # As in a log.
    judged_pathway = models.ForeignKey(
        Pathway, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    rules = models.JSONField(default=list)
    shown_rule = models.CharField(max_length=4, blank=True)
    advice = models.TextField(blank=True)

    objects: Any = FormResponseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "checkin",
                "client_id",
                "revision",
                name="one_response_per_checkin_client_id_and_revision",
            ),
            models.UniqueConstraint("supersedes", name="one_successor_per_response"),
            models.UniqueConstraint(
                "checkin",
                "client_id",
                name="one_draft_per_checkin_and_client_id",
                condition=Q(status="in_progress"),
            ),
            models.CheckConstraint(
                name="response_correction_supersedes",
                condition=Q(revision=0, supersedes=None)
                | Q(revision__gt=0, supersedes__isnull=False),
            ),
            models.CheckConstraint(
                name="completed_response_has_time",
                condition=Q(status="completed", completed_at__isnull=False)
                | Q(status="in_progress", completed_at=None),
            ),
            models.CheckConstraint(
                name="response_source_is_known", condition=Q(source__in=DailyLog.Source.values)
            ),
            models.CheckConstraint(
                name="response_mode_is_known",
                condition=Q(mode__in=DailyLog.Mode.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checkin_id} {self.status}"

    @property
    def is_sent(self) -> bool:
        return self.status == self.Status.COMPLETED


class Score(models.Model):
    """What an instrument's answers come to: raw sum, score, and how many items were answered.

    `total` and `score` are null where an answer that the instrument needs is missing; nothing is
    filled in. Decide on `total`: a PEG of 17 is shown as 5.7, which is not 17/3.
    """

    response = models.ForeignKey(FormResponse, models.CASCADE, related_name="scores")
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    answered = models.PositiveSmallIntegerField()
    # The figure on which changes are decided: a raw sum, or the percent of an ODI.
    total = models.DecimalField(max_digits=14, decimal_places=6, null=True, blank=True)
    # As it is shown.
    score = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "response", "instrument", name="one_score_per_response_and_instrument"
            ),
            models.CheckConstraint(
                name="score_has_its_total",
                condition=Q(total=None, score="") | Q(total__isnull=False) & ~Q(score=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.score or '-'}"
