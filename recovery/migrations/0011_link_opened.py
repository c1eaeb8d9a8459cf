from django.db import migrations, models


class Migration(migrations.Migration):
    """One more name of an event; no column changes, so code of before goes on beside it."""

    dependencies = [
        ("recovery", "0010_threshold_rehearsals"),
    ]

    operations = [
        migrations.AlterField(
            model_name="mailevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("delivered", "Delivered"),
                    ("deferred", "Deferred"),
                    ("bounced", "Bounced"),
                    ("rejected", "Rejected"),
                    ("complained", "Called spam"),
                    ("unsubscribed", "Unsubscribed"),
                    ("opened", "Link opened"),
                ],
                max_length=12,
            ),
        ),
    ]
