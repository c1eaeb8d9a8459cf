"""What a list's rows are called, in American spelling. Only words: no column changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recovery", "0025_the_time_before_in_plain_words")]
    operations = [
        migrations.AlterField(
            model_name="importrow",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("new", "To enroll"),
                    ("added", "One more procedure"),
                    ("known", "Enrolled already"),
                    ("wrong", "Cannot go in"),
                    ("enrolled", "Enrolled"),
                ],
                max_length=8,
            ),
        ),
    ]
