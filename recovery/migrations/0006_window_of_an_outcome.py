from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0005_refused_mails_to_try_again"),
    ]

    operations = [
        migrations.AddField(
            model_name="outcome",
            name="expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
