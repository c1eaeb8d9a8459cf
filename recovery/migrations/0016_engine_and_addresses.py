"""Broken and unknown mails, what providers tell of mails, their rate, and what is behind. Runs
beside the old code.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0015_own_pathways"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailAllowance",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("left", models.FloatField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="MailEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("event_id", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("delivered", "Delivered"),
                            ("deferred", "Deferred"),
                            ("bounced", "Bounced"),
                            ("rejected", "Rejected"),
                            ("complained", "Called spam"),
                            ("unsubscribed", "Unsubscribed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="heartbeat",
            name="behind_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="failures",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="message",
            name="fault",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="message",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
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
                ],
                default="",
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("clinic"),
                models.F("planned_at"),
                condition=models.Q(("reason", "broken"), ("state", "refused")),
                name="message_set_aside",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("settled_by__isnull", True), ("settled_at__isnull", False), _connector="OR"
                ),
                name="settled_message_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailallowance",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="one_mail_allowance"
            ),
        ),
        migrations.AddField(
            model_name="mailevent",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="recovery.message",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailevent",
            constraint=models.UniqueConstraint(
                models.F("provider"), models.F("event_id"), name="one_row_per_mail_event"
            ),
        ),
    ]
