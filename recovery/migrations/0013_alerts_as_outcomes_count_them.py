from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0012_who_is_on_a_recovery"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                models.F("recovery"),
                models.F("severity"),
                models.F("state"),
                models.F("complication"),
                name="alert_as_outcomes_count_it",
            ),
        ),
    ]
