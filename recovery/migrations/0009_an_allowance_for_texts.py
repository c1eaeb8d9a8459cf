from typing import Any

from django.db import migrations, models


def forget_texts(apps: Any, schema_editor: Any) -> None:
    """A bucket fills by itself; the constraint of before knows mails alone."""
    apps.get_model("recovery", "MailAllowance").objects.exclude(id=1).delete()


class Migration(migrations.Migration):
    """Code of before goes on beside it: it takes from the first row, and claims without the index
    that it knows.
    """

    dependencies = [
        ("recovery", "0008_alert_complication"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="mailallowance", name="one_mail_allowance"),
        migrations.AddConstraint(
            model_name="mailallowance",
            constraint=models.CheckConstraint(
                condition=models.Q(("id__in", [1, 2])), name="one_allowance_a_channel"
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_texts),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("channel"),
                models.F("urgency"),
                models.F("send_after"),
                condition=models.Q(("state", "owed")),
                name="message_owed_by_channel",
            ),
        ),
        migrations.RemoveIndex(model_name="message", name="message_owed"),
    ]
