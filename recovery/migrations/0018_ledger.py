"""The index of the clinic's ledger. Runs beside the old code, which has no use for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0017_who_is_told_and_when"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("clinic"), models.F("planned_at"), models.F("id"), name="message_ledger"
            ),
        ),
    ]
