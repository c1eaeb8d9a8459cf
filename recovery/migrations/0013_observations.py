"""The observation room, and an index of whom a clinic treats today. Runs beside the old code."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0012_phase_pages_filled"),
    ]

    operations = [
        migrations.CreateModel(
            name="DischargeCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("as_before", "Strength and feeling as before"),
                            ("urine", "Passed urine"),
                            ("walked", "Walked with help"),
                            ("ride", "Ride home is here"),
                            ("explained", "Sheet and warning signs explained"),
                            ("first_log", "First log opened on the phone"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("done", "Done"),
                            ("undone", "Taken back"),
                            ("left_open", "Open at discharge"),
                        ],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("minute", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("revision", models.PositiveSmallIntegerField(default=0)),
                ("observed_at", models.DateTimeField()),
                ("entered_at", models.DateTimeField()),
                ("pain", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("strength_left", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("strength_right", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("feeling", models.CharField(blank=True, max_length=10)),
                ("site", models.CharField(blank=True, max_length=8)),
                ("urine", models.CharField(blank=True, max_length=7)),
                ("mobility", models.CharField(blank=True, max_length=7)),
            ],
        ),
        migrations.CreateModel(
            name="ObservationSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("room_at", models.DateTimeField(blank=True, null=True)),
                ("room_set_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AlterField(
            model_name="dailylog",
            name="mode",
            field=models.CharField(
                choices=[
                    ("web", "Signed in"),
                    ("link", "By a link"),
                    ("paper", "On paper"),
                    ("phone", "By phone"),
                    ("in_person", "In person"),
                ],
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="formresponse",
            name="mode",
            field=models.CharField(
                choices=[
                    ("web", "Signed in"),
                    ("link", "By a link"),
                    ("paper", "On paper"),
                    ("phone", "By phone"),
                    ("in_person", "In person"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddIndex(
            model_name="recovery",
            index=models.Index(
                models.F("clinic"), models.F("procedure_at"), name="recovery_by_procedure"
            ),
        ),
        migrations.AddField(
            model_name="dischargecheck",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="observation",
            name="entered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="observation",
            name="supersedes",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successor",
                to="recovery.observation",
            ),
        ),
        migrations.AddField(
            model_name="observationsheet",
            name="recovery",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="observation_sheets",
                to="recovery.recovery",
            ),
        ),
        migrations.AddField(
            model_name="observationsheet",
            name="room_set_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="observation",
            name="sheet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="marks",
                to="recovery.observationsheet",
            ),
        ),
        migrations.AddField(
            model_name="dischargecheck",
            name="sheet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="checks",
                to="recovery.observationsheet",
            ),
        ),
        migrations.AddConstraint(
            model_name="observationsheet",
            constraint=models.UniqueConstraint(
                models.F("recovery"),
                models.F("on"),
                name="one_observation_sheet_per_recovery_and_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="observationsheet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("room_at", None), ("room_set_at", None), ("room_set_by", None)),
                    models.Q(
                        ("room_at__isnull", False),
                        ("room_set_at__isnull", False),
                        ("room_set_by__isnull", False),
                        ("room_set_at__gte", models.F("room_at")),
                    ),
                    _connector="OR",
                ),
                name="room_time_is_set_by_somebody_afterwards",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.UniqueConstraint(
                models.F("sheet"),
                models.F("minute"),
                models.F("revision"),
                name="one_observation_per_mark_and_revision",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.UniqueConstraint(
                models.F("sheet"),
                models.F("revision"),
                condition=models.Q(("minute", None)),
                name="one_observation_before_per_revision",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.UniqueConstraint(
                models.F("supersedes"), name="one_successor_per_observation"
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revision", 0), ("supersedes", None)),
                    models.Q(("revision__gt", 0), ("supersedes__isnull", False)),
                    _connector="OR",
                ),
                name="observation_correction_supersedes",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minute", None),
                    models.Q(
                        ("minute__range", (0, 1440)),
                        django.db.models.lookups.Exact(
                            django.db.models.expressions.CombinedExpression(
                                models.F("minute"), "%%", models.Value(15)
                            ),
                            0,
                        ),
                    ),
                    _connector="OR",
                ),
                name="observation_every_15_minutes_of_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("revision__gt", 0),
                    models.Q(
                        ("pain", None),
                        ("strength_left", None),
                        ("strength_right", None),
                        ("feeling", ""),
                        ("mobility", ""),
                        ("site", ""),
                        ("urine", ""),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="first_observation_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(("entered_at__gte", models.F("observed_at"))),
                name="observation_is_entered_afterwards",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(("pain", None), ("pain__range", (0, 10)), _connector="OR"),
                name="observation_pain_0_to_10",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("strength_left", None), ("strength_left__range", (0, 5)), _connector="OR"
                ),
                name="observation_strength_left_0_to_5",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("strength_right", None), ("strength_right__range", (0, 5)), _connector="OR"
                ),
                name="observation_strength_right_0_to_5",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("feeling", ""),
                    ("feeling__in", ("full", "dull_left", "dull_right", "dull_both")),
                    _connector="OR",
                ),
                name="observation_feeling_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("site", ""),
                    ("site__in", ("dry", "ooze", "bleeding", "swelling")),
                    _connector="OR",
                ),
                name="observation_site_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("urine", ""), ("urine__in", ("passed", "not_yet", "cannot")), _connector="OR"
                ),
                name="observation_urine_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("mobility", ""),
                    ("mobility__in", ("not_yet", "sat", "stood", "walked")),
                    _connector="OR",
                ),
                name="observation_mobility_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dischargecheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("code__in", ["as_before", "urine", "walked", "ride", "explained", "first_log"])
                ),
                name="discharge_check_code_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dischargecheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["done", "undone", "left_open"])),
                name="discharge_check_state_is_known",
            ),
        ),
    ]
