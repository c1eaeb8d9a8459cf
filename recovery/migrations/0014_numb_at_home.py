"""Numb legs were told as expected on the page of the day itself, above a warning sign that says new
numbness in both legs is an emergency. The first check-in was promised for the evening also to those
who answer it in the clinic. And the box of a list is checked, not ticked.

Only the shipped pathway, and only the lines that are still as they came.
"""

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Replace

LINES = (
    (
        "RecoveryPhase",
        "expect",
        "Your legs can feel numb from the local medicine for a few hours.",
        (
            "Your legs can feel numb from the local medicine for a few hours. "
            "In the clinic, tell staff about it."
        ),
    ),
    (
        "RecoveryPhase",
        "expect",
        "New weakness at home is not part of this. Do not wait.",
        (
            "New weakness at home is not part of this, nor is numbness in both legs at home. "
            "Do not wait."
        ),
    ),
    (
        "RecoveryPhase",
        "about",
        "Your first check-in opens this evening. It takes about 1 minute.",
        (
            "Your first check-in opens this evening. "
            "If you answer one in the clinic, it opens tomorrow."
        ),
    ),
    (
        "Preparation",
        "about",
        "Your first check-in opens that evening. It takes about 1 minute.",
        (
            "Your first check-in opens that evening. "
            "If you answer one in the clinic, it opens a day later."
        ),
    ),
    ("RecoveryPhase", "about", "You tick the ones that fit", "You check the ones that fit"),
)


def forwards(apps, schema_editor):
    shipped = {"pathway__clinic": None, "pathway__version": 1}
    for model, field, old, new in LINES:
        rows = apps.get_model("recovery", model).objects.filter(**shipped)
        rows.update(**{field: Replace(F(field), Value(old), Value(new))})


class Migration(migrations.Migration):
    dependencies = [("recovery", "0013_alerts_as_outcomes_count_them")]
    # The old lines are not to come back.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
