"""What outcomes are counted from, and how many procedures a clinic did. Runs beside the old code,
whose answers the new rows then lack: `manage.py rebuild_outcomes` counts them, and a clinic whose
`outcomes_at` is null shows no figures until then.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0020_the_queue_sorts_itself"),
    ]

    operations = [
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("anchor", models.PositiveSmallIntegerField()),
                ("form", models.CharField(max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[("on_time", "On time"), ("late", "Late"), ("missed", "No answer")],
                        max_length=8,
                    ),
                ),
                ("nrs_before", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("nrs_after", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("peg_before", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("peg_after", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rmdq_before", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rmdq_after", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "odi_before",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True),
                ),
                (
                    "odi_after",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True),
                ),
                ("pgic", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ProceduresDone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("month", models.PositiveSmallIntegerField()),
                ("number", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="alert",
            name="acknowledged_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="reached_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="clinic",
            name="outcomes_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        # Apart, so that the clinics there are keep null.
        migrations.AlterField(
            model_name="clinic",
            name="outcomes_at",
            field=models.DateTimeField(blank=True, db_default=Now(), null=True),
        ),
        migrations.AddField(
            model_name="recovery",
            name="fortnight_days_logged",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="recovery",
            name="opioid_use",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, output_field=models.JSONField()),
                default=dict,
            ),
        ),
        migrations.AddField(
            model_name="recovery",
            name="week_days_logged",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fortnight_days_logged__gte", models.F("week_days_logged")),
                    ("fortnight_days_logged__lte", 14),
                    ("week_days_logged__lte", 7),
                ),
                name="days_logged_of_7_and_of_14",
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="recovery",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="outcomes",
                to="recovery.recovery",
            ),
        ),
        migrations.AddField(
            model_name="proceduresdone",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="procedures_done",
                to="recovery.clinic",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.UniqueConstraint(
                fields=("recovery", "anchor", "form"),
                name="one_outcome_per_recovery_anchor_and_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "form__in",
                        [
                            "two_week",
                            "one_month",
                            "six_week",
                            "three_month",
                            "six_month",
                            "one_year",
                            "two_year",
                        ],
                    )
                ),
                name="outcome_form_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["on_time", "late", "missed"])),
                name="outcome_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "missed"), _negated=True),
                    models.Q(
                        ("nrs_after", None),
                        ("odi_after", None),
                        ("peg_after", None),
                        ("pgic", None),
                        ("rmdq_after", None),
                    ),
                    _connector="OR",
                ),
                name="missed_outcome_has_no_score",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("pgic", None), ("pgic__range", (1, 7)), _connector="OR"),
                name="outcome_pgic_1_to_7",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("nrs_after", None), ("nrs_before", None)),
                    models.Q(
                        ("nrs_after__isnull", False),
                        ("nrs_after__range", (0, 10)),
                        models.Q(
                            ("nrs_before", None), ("nrs_before__range", (0, 10)), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="outcome_nrs_0_to_10",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("peg_after", None), ("peg_before", None)),
                    models.Q(
                        ("peg_after__isnull", False),
                        ("peg_after__range", (0, 30)),
                        models.Q(
                            ("peg_before", None), ("peg_before__range", (0, 30)), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="outcome_peg_0_to_30",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rmdq_after", None), ("rmdq_before", None)),
                    models.Q(
                        ("rmdq_after__isnull", False),
                        ("rmdq_after__range", (0, 24)),
                        models.Q(
                            ("rmdq_before", None), ("rmdq_before__range", (0, 24)), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="outcome_rmdq_0_to_24",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("odi_after", None), ("odi_before", None)),
                    models.Q(
                        ("odi_after__isnull", False),
                        ("odi_after__range", (0, 100)),
                        models.Q(
                            ("odi_before", None), ("odi_before__range", (0, 100)), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="outcome_odi_0_to_100",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceduresdone",
            constraint=models.UniqueConstraint(
                fields=("clinic", "year", "month"), name="one_number_of_procedures_per_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="proceduresdone",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__range", (1, 12)), ("year__range", (2000, 2199))),
                name="procedures_done_in_a_real_month",
            ),
        ),
    ]
