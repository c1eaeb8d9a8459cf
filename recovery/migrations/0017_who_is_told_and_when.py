"""Holidays, the on-call order, which mails staff want, and the morning mail. Runs beside the old
code: every column has a default of the database.
"""

from datetime import time

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0016_engine_and_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("emergency_mails", models.BooleanField(db_default=True, default=True)),
                ("urgent_mails", models.BooleanField(db_default=True, default=True)),
                ("waiting_mails", models.BooleanField(db_default=True, default=True)),
                ("digest_mails", models.BooleanField(db_default=True, default=True)),
            ],
        ),
        migrations.AddField(
            model_name="clinic",
            name="digest_at",
            field=models.TimeField(
                db_default=time(8),
                default=time(8),
                verbose_name="morning mail",
            ),
        ),
        migrations.AddField(
            model_name="clinic",
            name="holidays",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, output_field=models.JSONField()),
                default=dict,
                verbose_name="holidays",
            ),
        ),
        migrations.AddField(
            model_name="clinic",
            name="next_digest_at",
            field=models.DateTimeField(blank=True, db_default=Now(), null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="severity",
            field=models.CharField(
                blank=True,
                choices=[("emergency", "Emergency"), ("urgent", "Urgent"), ("review", "Review")],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("alert", "Alert"),
                    ("escalation", "Escalation"),
                    ("invitation", "Invitation"),
                    ("reminder", "Reminder"),
                    ("digest", "Morning mail"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", ""),
                    ("answered", "Already answered"),
                    ("expired", "The check-in had expired"),
                    ("superseded", "A newer reminder replaced it"),
                    ("capped", "Two reminders a day at most"),
                    ("not_followed", "Not being followed now"),
                    ("no_consent", "No agreement to e-mails"),
                    ("no_address", "No e-mail address"),
                    ("address_fails", "The address fails"),
                    ("opted_out", "Reminders were turned off"),
                    ("inactive", "The account is not active"),
                    ("broken", "It broke when it was built or handed over"),
                    ("server", "The mail server refused it"),
                    ("contacted", "Staff made contact first"),
                    ("lost", "It did not arrive"),
                    ("moved", "The procedure was moved"),
                    ("replanned", "The pathway no longer asks it"),
                    ("switched_off", "The person turned these mails off"),
                    ("too_old", "Its day was over"),
                    ("nothing_left", "Nothing waited any more"),
                ],
                default="",
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="clinic",
            index=models.Index(
                models.F("next_digest_at"),
                condition=models.Q(("next_digest_at__isnull", False)),
                name="clinic_next_digest",
            ),
        ),
        migrations.AddField(
            model_name="duty",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="duties",
                to="recovery.clinic",
            ),
        ),
        migrations.AddField(
            model_name="duty",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="duties",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.UniqueConstraint(
                models.F("clinic"), models.F("user"), name="one_duty_per_clinic_and_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.UniqueConstraint(
                models.F("clinic"),
                models.F("place"),
                condition=models.Q(("place__isnull", False)),
                name="one_person_per_place_on_call",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("place", None),
                    models.Q(("place__gte", 1), ("place__isnull", False)),
                    _connector="OR",
                ),
                name="place_on_call_from_1",
            ),
        ),
    ]
