from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0011_link_opened"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="recovery",
            index=models.Index(
                models.F("held_by"),
                models.F("held_until"),
                condition=models.Q(("held_by__isnull", False)),
                name="recovery_held",
            ),
        ),
    ]
