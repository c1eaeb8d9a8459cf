"""A page a phase, a page before the procedure, and milestones. Runs beside the old code.

SQLite adds the column by making the table anew, which drops its triggers: they are made again.
"""

import uuid
from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

HELD = import_module("recovery.migrations.0002_phases_without_gap_or_overlap")


def hold_again(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in (*HELD.DROP["sqlite"], *HELD.SQLITE):
            schema_editor.execute(statement.replace("DROP TRIGGER", "DROP TRIGGER IF EXISTS"))


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0010_questionnaires"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, hold_again),
        migrations.AddField(
            model_name="recoveryphase",
            name="about",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.RunPython(hold_again, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Preparation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("good_now", models.TextField(blank=True)),
                ("wait_with", models.TextField(blank=True)),
                ("about", models.TextField(blank=True, db_default="")),
                ("source", models.CharField(max_length=200)),
                ("review_on", models.DateField()),
                ("patient_name", models.CharField(max_length=60)),
                ("steps", models.TextField(blank=True)),
                ("suits", models.TextField(blank=True)),
                ("benefits", models.TextField(blank=True)),
                ("risks", models.TextField(blank=True)),
                ("choices", models.TextField(blank=True)),
                (
                    "pathway",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preparation",
                        to="recovery.pathway",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("slept", "Slept through a night"),
                            ("walked", "Walked for 10 minutes"),
                            ("drove", "Drove a car"),
                            ("therapy", "Started physical therapy"),
                            ("work", "Went back to work"),
                            ("goal", "Reached my own goal"),
                        ],
                        max_length=8,
                    ),
                ),
                ("on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
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
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "recorded_by",
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
                        related_name="milestones",
                        to="recovery.recovery",
                    ),
                ),
                (
                    "withdrawn_by",
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
                        models.F("code"),
                        condition=models.Q(("withdrawn_at", None)),
                        name="one_standing_milestone_per_recovery_and_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__in", ["slept", "walked", "drove", "therapy", "work", "goal"])
                        ),
                        name="milestone_code_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["patient", "caregiver", "staff"])),
                        name="milestone_source_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                            models.Q(
                                ("withdrawn_at__gte", models.F("recorded_at")),
                                ("withdrawn_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="milestone_is_withdrawn_by_somebody_afterwards",
                    ),
                ],
            },
        ),
    ]
