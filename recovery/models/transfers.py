"""What came in by a file and what went out by one: lists of procedures, and exports."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recovery.models.clinics import Clinic
from recovery.models.recoveries import Recovery


class ProcedureImport(models.Model):
    """A list of procedures that somebody uploaded: first a preview, then, confirmed, taken in.

    Its rows hold names and birth dates of people who may not be patients yet, so they go: one that
    was taken in at once, the others with `expires_at`. What stays says who, when and how many.
    """

    class State(models.TextChoices):
        PREVIEW = "preview", _("Preview")
        CONFIRMED = "confirmed", _("Being taken in")
        DONE = "done", _("Done")

    LASTS = timedelta(hours=24)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="procedure_imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # How the file was read: "Excel", "UTF-16, semicolons".
    read_as = models.CharField(max_length=60)
    # Columns that were passed over.
    passed_over = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State, default=State.PREVIEW)
    expires_at = models.DateTimeField()
    # Who confirmed it also says that those marked as told were told.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # How many rows came to what, by ImportRow.Outcome; settled when it is done.
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "-at"], name="import_by_clinic"),
            models.Index("confirmed_at", name="import_to_take_in", condition=Q(state="confirmed")),
        ]
        constraints = [
            models.CheckConstraint(
                name="import_state_is_known",
                condition=Q(state__in=["preview", "confirmed", "done"]),
            ),
            models.CheckConstraint(
                name="confirmed_import_has_who_and_when",
                condition=Q(state="preview", confirmed_by=None, confirmed_at=None, done_at=None)
                | Q(state="confirmed", confirmed_by__isnull=False, confirmed_at__isnull=False)
                & Q(done_at=None)
                | Q(state="done", confirmed_by__isnull=False, confirmed_at__isnull=False)
                & Q(done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Import of {self.at:%Y-%m-%d %H:%M}"


class ImportRow(models.Model):
    """One row of the file, as the preview shows it and as it is taken in."""

    class Outcome(models.TextChoices):
        NEW = "new", _("To enroll")
        ADDED = "added", _("One more procedure")
        KNOWN = "known", _("Enrolled already")
        WRONG = "wrong", _("Cannot go in")
        ENROLLED = "enrolled", _("Enrolled")

    # What a confirmed import still has to do.
    AHEAD = (Outcome.NEW, Outcome.ADDED)

    procedure_import = models.ForeignKey(ProcedureImport, models.CASCADE, related_name="rows")
    # As a spreadsheet counts: the names of the columns stand in row 1.
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    # Who and when, as typed, for the page.
    record_number = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=170, blank=True)
    procedure = models.CharField(max_length=40, blank=True)
    # The arguments of services.enrolment, as JSON holds them; empty for a row that is wrong.
    given = models.JSONField(default=dict)
    told = models.BooleanField(default=False)
    # Lists of column, value, and what is wrong.
    problems = models.JSONField(default=list)
    recovery = models.ForeignKey(Recovery, models.CASCADE, null=True, blank=True, related_name="+")

    objects: Any = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "procedure_import", "number", name="one_import_row_per_import_and_number"
            ),
            models.CheckConstraint(
                name="import_row_outcome_is_known",
                condition=Q(outcome__in=["new", "added", "known", "wrong", "enrolled"]),
            ),
            models.CheckConstraint(
                name="enrolled_row_has_its_recovery",
                condition=Q(outcome="enrolled", recovery__isnull=False)
                | ~Q(outcome="enrolled") & Q(recovery=None),
            ),
        ]

    def __str__(self) -> str:
        return f"Row {self.number}: {self.outcome}"


class Export(models.Model):
    """Data that left as a file: who took what, when, and how many rows. Written before the first
    row leaves; one that was broken off has no `finished_at`, and `rows` says how far it came.
    """

    class Table(models.TextChoices):
        LOGS = "logs", _("Logs")
        RESPONSES = "responses", _("Responses")
        ALERTS = "alerts", _("Alerts")
        SENDS = "sends", _("Mails and texts")

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        XLSX = "xlsx", _("Excel")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="exports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Of Table, in its order.
    tables = models.JSONField()
    format = models.CharField(max_length=4, choices=Format)
    de_identified = models.BooleanField()
    # The days asked for, where the clinic is; null is without a limit.
    first = models.DateField(null=True, blank=True)
    last = models.DateField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["clinic", "-at"], name="export_by_clinic")]
        constraints = [
            models.CheckConstraint(
                name="export_format_is_known", condition=Q(format__in=["csv", "xlsx"])
            ),
            models.CheckConstraint(name="export_names_its_tables", condition=~Q(tables=[])),
            models.CheckConstraint(
                name="export_period_in_order",
                condition=Q(first=None) | Q(last=None) | Q(last__gte=models.F("first")),
            ),
            models.CheckConstraint(
                name="export_ends_after_it_began",
                condition=Q(finished_at=None) | Q(finished_at__gte=models.F("at")),
            ),
        ]

    def __str__(self) -> str:
        return f"Export of {self.at:%Y-%m-%d %H:%M}"
