"""Channels, hours, pauses and calls. Runs beside the old code: every new column has a default."""

import datetime as dt

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0018_ledger"),
    ]

    operations = [
        migrations.AddField(
            model_name="checkin",
            name="later_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="consent",
            name="sms_ok",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="message",
            name="channel",
            field=models.CharField(
                choices=[("email", "E-mail"), ("sms", "Text message")],
                db_default="email",
                default="email",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="patient",
            name="channels",
            field=models.CharField(
                choices=[
                    ("email", "E-mail"),
                    ("sms", "Text message"),
                    ("email,sms", "E-mail, then text message"),
                    ("sms,email", "Text message, then e-mail"),
                ],
                db_default="email",
                default="email",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="patient",
            name="forms_off_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="patient",
            name="logs_off_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="patient",
            name="mobile",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=16, verbose_name="mobile"
            ),
        ),
        migrations.AddField(
            model_name="patient",
            name="mobile_fails_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="patient",
            name="paused_until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="patient",
            name="quiet_from",
            field=models.TimeField(db_default=dt.time(21, 0), default=dt.time(21, 0)),
        ),
        migrations.AddField(
            model_name="patient",
            name="quiet_until",
            field=models.TimeField(db_default=dt.time(8, 0), default=dt.time(8, 0)),
        ),
        migrations.AddField(
            model_name="patient",
            name="remind_at",
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="recovery",
            name="call_for",
            field=models.CharField(blank=True, db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="recovery",
            name="call_since",
            field=models.DateTimeField(blank=True, null=True),
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
                    ("merged", "One message for all at that time"),
                    ("quiet", "Quiet hours: merged with the next"),
                    ("later", "Put off by the patient"),
                    ("paused", "Reminders are paused"),
                    ("call", "Nobody answers: staff call instead"),
                    ("capped", "Two reminders a day at most"),
                    ("not_followed", "Not being followed now"),
                    ("no_consent", "No agreement to e-mails"),
                    ("no_address", "No e-mail address"),
                    ("address_fails", "The address fails"),
                    ("no_texts", "No agreement to text messages"),
                    ("no_number", "No mobile number"),
                    ("number_fails", "The mobile number fails"),
                    ("no_provider", "This site sends no text messages"),
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
        migrations.AlterField(
            model_name="recovery",
            name="alert_rank",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (1, "Emergency"),
                    (2, "Urgent"),
                    (3, "Review"),
                    (4, "To call"),
                    (5, "Overdue"),
                    (6, "Contacted"),
                ],
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="recovery",
            name="queue_rank",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (1, "Emergency"),
                    (2, "Urgent"),
                    (3, "Review"),
                    (4, "To call"),
                    (5, "Overdue"),
                    (6, "Contacted"),
                ],
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(("mobile", ""), ("mobile__startswith", "+"), _connector="OR"),
                name="patient_mobile_is_e164",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(("channels__in", ["email", "sms", "email,sms", "sms,email"])),
                name="patient_channels_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quiet_from__lte", dt.time(21, 0)),
                    ("quiet_until__gte", dt.time(8, 0)),
                    ("quiet_until__lt", models.F("quiet_from")),
                ),
                name="patient_hours_are_by_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("call_for", ""), ("call_since", None)),
                    models.Q(
                        ("call_since__isnull", False), models.Q(("call_for", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="call_has_since_and_what_for",
            ),
        ),
    ]
