"""Patients' questions for a visit, and links for a therapist. Both tables are new: code of the
release before neither reads nor writes them.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0021_outcomes"),
    ]

    operations = [
        migrations.CreateModel(
            name="TherapistLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("recipient", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                ("client_id", models.UUIDField()),
                ("expires_at", models.DateTimeField()),
                (
                    "consent_how",
                    models.CharField(
                        choices=[("spoken", "Spoken"), ("written", "In writing")], max_length=8
                    ),
                ),
                ("consented_on", models.DateField()),
                ("facts_version", models.CharField(default="1", max_length=8)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="therapist_links",
                        to="recovery.recovery",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("client_id"),
                        name="one_therapist_link_per_recovery_and_client_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recipient", ""), _negated=True),
                        name="therapist_link_names_its_recipient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="therapist_link_expires_after_it_is_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("consent_how__in", ["spoken", "written"])),
                        name="therapist_link_consent_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", None)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="therapist_link_is_revoked_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.CharField(max_length=300)),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("patient", "Patient"),
                            ("caregiver", "Caregiver"),
                            ("staff", "Staff"),
                        ],
                        max_length=10,
                    ),
                ),
                ("client_id", models.UUIDField()),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visit_questions",
                        to="recovery.recovery",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("recovery"),
                        models.F("client_id"),
                        name="one_visit_question_per_recovery_and_client_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="visit_question_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["patient", "caregiver"])),
                        name="visit_question_comes_from_the_patient_s_side",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at", None), ("taken_by", None)),
                            models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="visit_question_is_taken_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taken_at", None), ("removed_at", None), _connector="OR"
                        ),
                        name="visit_question_is_taken_or_removed",
                    ),
                ],
            },
        ),
    ]
