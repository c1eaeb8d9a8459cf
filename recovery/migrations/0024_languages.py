"""In which languages a clinic speaks with its patients. Runs beside the old code: English, in
which that writes, is the default of the new columns.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0023_in_and_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="dailylog",
            name="language",
            field=models.CharField(db_default="en", default="en", max_length=10),
        ),
        migrations.AddField(
            model_name="formresponse",
            name="language",
            field=models.CharField(db_default="en", default="en", max_length=10),
        ),
        migrations.CreateModel(
            name="LanguageApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("digest", models.CharField(max_length=64)),
                ("pathways", models.JSONField()),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("note", models.CharField(blank=True, max_length=500)),
                ("approved_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="language_approvals",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "ended_by",
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
                        models.F("clinic"),
                        models.F("language"),
                        condition=models.Q(("ended_at", None)),
                        name="one_standing_approval_per_clinic_and_language",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="ended_approval_has_who_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("language", ""), _negated=True),
                            models.Q(("digest", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="approval_has_language_digest_and_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnWording",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("original", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("words", models.TextField()),
                ("written_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="own_wordings",
                        to="recovery.clinic",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("language"),
                        models.F("sha256"),
                        name="one_wording_per_clinic_language_and_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("original", ""), _negated=True),
                            models.Q(("words", ""), _negated=True),
                        ),
                        name="wording_has_text_and_words",
                    ),
                ],
            },
        ),
    ]
