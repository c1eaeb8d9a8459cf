"""What the queue is sorted by, who has a row, snoozed alerts, notes, and calls about misses. Runs
beside the old code: every column is null or has a default of the database.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def last_contacts(apps, schema_editor):
    """The last contact of a recovery stood in its contacts alone."""
    recoveries = apps.get_model("recovery", "Recovery").objects
    contacts = apps.get_model("recovery", "Contact").objects.filter(recovery=models.OuterRef("pk"))
    newest = contacts.order_by("-at", "-pk")
    recoveries.filter(models.Exists(contacts)).update(
        last_contact_at=models.Subquery(newest.values("at")[:1]),
        last_contact_outcome=models.Subquery(newest.values("outcome")[:1]),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0019_channels_and_hours"),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                ("text", models.CharField(max_length=500)),
                ("client_id", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="Snooze",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("rule", models.CharField(max_length=4)),
                ("expected_level", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(max_length=200)),
                ("ends_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="WaitAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("can_wait", models.BooleanField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="alert",
            name="alert_state_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="contact",
            name="contact_outcome_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="recovery",
            name="queue_rank_has_since",
        ),
        migrations.RemoveIndex(
            model_name="recovery",
            name="recovery_queue",
        ),
        migrations.AddField(
            model_name="alert",
            name="can_wait",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="expected_level",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="about_overdue_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="hidden_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="duty",
            name="queue_filters",
            field=models.JSONField(
                blank=True,
                db_default=models.Value([], output_field=models.JSONField()),
                default=list,
            ),
        ),
        migrations.AddField(
            model_name="recovery",
            name="assigned_to",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="recovery",
            name="handled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="recovery",
            name="held_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="recovery",
            name="held_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="recovery",
            name="last_contact_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="recovery",
            name="last_contact_outcome",
            field=models.CharField(blank=True, db_default="", max_length=12),
        ),
        migrations.AddField(
            model_name="recovery",
            name="overdue_call",
            field=models.CharField(blank=True, db_default="", max_length=12),
        ),
        migrations.AddField(
            model_name="recovery",
            name="overdue_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="recovery",
            name="queue_wait",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "Cannot wait"), (1, "Not said"), (2, "Can wait")],
                db_default=1,
                default=1,
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("acknowledged", "Acknowledged"),
                    ("contacted", "Contacted"),
                    ("snoozed", "Snoozed"),
                    ("closed", "Closed"),
                ],
                default="open",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("advised", "Reached and advised"),
                    ("booked", "Visit booked"),
                    ("ed", "Sent to the emergency department"),
                    ("no_answer", "No answer"),
                    ("wrong_number", "Wrong number"),
                    ("agreed", "Agreed to answer"),
                    ("later", "Call later"),
                    ("removed", "Taken off the list"),
                ],
                max_length=12,
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
                    (7, "Handled today"),
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
                    (7, "Handled today"),
                ],
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("at"),
                models.F("recovery"),
                condition=models.Q(("about_overdue_since__isnull", False)),
                name="contact_about_a_miss",
            ),
        ),
        migrations.AddIndex(
            model_name="recovery",
            index=models.Index(
                models.F("clinic"),
                models.F("queue_rank"),
                models.F("queue_wait"),
                models.F("queue_since"),
                models.F("id"),
                condition=models.Q(("queue_rank__isnull", False)),
                name="recovery_queue_order",
            ),
        ),
        migrations.AddIndex(
            model_name="recovery",
            index=models.Index(
                models.F("clinic"),
                models.F("assigned_to"),
                models.F("queue_rank"),
                models.F("queue_wait"),
                models.F("queue_since"),
                models.F("id"),
                condition=models.Q(("assigned_to__isnull", False), ("queue_rank__isnull", False)),
                name="recovery_queue_assigned",
            ),
        ),
        migrations.AddIndex(
            model_name="recovery",
            index=models.Index(
                condition=models.Q(("overdue_since__isnull", False)),
                fields=["clinic", "-procedure_on", "overdue_since", "id"],
                name="recovery_overdue",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["open", "acknowledged", "contacted", "snoozed", "closed"])
                ),
                name="alert_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("severity", "emergency"), ("state", "snoozed"), _negated=True),
                    models.Q(
                        ("rule__in", ["R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08"]),
                        ("state", "snoozed"),
                        _negated=True,
                    ),
                ),
                name="no_emergency_is_snoozed",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "snoozed"), _negated=True),
                    models.Q(
                        ("expected_level__isnull", False),
                        ("expected_level__lte", 10),
                        ("returns_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="snoozed_alert_has_level_and_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcome__in",
                        [
                            "advised",
                            "booked",
                            "ed",
                            "no_answer",
                            "wrong_number",
                            "agreed",
                            "later",
                            "removed",
                        ],
                    )
                ),
                name="contact_outcome_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "removed"), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="taken_off_the_list_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome__in", ["agreed", "later", "removed"]), _negated=True),
                    ("about_overdue_since__isnull", False),
                    _connector="OR",
                ),
                name="call_about_a_miss_says_since_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("queue_rank", None), ("queue_since", None)),
                    models.Q(
                        ("queue_rank__isnull", False),
                        ("queue_rank__range", (1, 7)),
                        ("queue_since__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="queue_rank_has_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(("queue_wait__in", [0, 1, 2])), name="queue_wait_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_by", None), ("held_until", None)),
                    models.Q(("held_by__isnull", False), ("held_until__isnull", False)),
                    _connector="OR",
                ),
                name="held_recovery_has_who_and_until",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="recovery",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notes",
                to="recovery.recovery",
            ),
        ),
        migrations.AddField(
            model_name="snooze",
            name="alert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="snoozes",
                to="recovery.alert",
            ),
        ),
        migrations.AddField(
            model_name="snooze",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="snooze",
            name="phase",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="recovery.recoveryphase",
            ),
        ),
        migrations.AddField(
            model_name="waitanswer",
            name="log",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="wait_answers",
                to="recovery.dailylog",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(
                models.F("recovery"),
                models.F("client_id"),
                name="one_note_per_recovery_and_client_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="note_has_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="snooze",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rule__in", ["R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08"]),
                    _negated=True,
                ),
                name="snooze_is_of_no_emergency_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="snooze",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="snooze_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="snooze",
            constraint=models.CheckConstraint(
                condition=models.Q(("expected_level__lte", 10)), name="snooze_level_0_to_10"
            ),
        ),
        migrations.AddConstraint(
            model_name="snooze",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("at"))),
                name="snooze_ends_after_it_begins",
            ),
        ),
        migrations.RunPython(last_contacts, migrations.RunPython.noop, elidable=True),
    ]
