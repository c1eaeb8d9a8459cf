"""Driving: on the day itself it was "ask us first", beside "do not drive today" on the page of that
day. Before the procedure, what cannot wait was "call us", beside the emergency number.

Only the shipped pathway, and only the lines that are still as they came.
"""

from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Replace

OLD_DRIVE = "Driving: ask us first, and never drive after an opioid."
NEW_DRIVE = "Driving: not on the day itself. Then ask us first. Never drive after an opioid."
OLD_CALL = "If it cannot wait, call us."
NEW_CALL = "If it cannot wait, see “Whom to call”."


def forwards(apps, schema_editor):
    shipped = {"pathway__clinic": None, "pathway__version": 1}
    for model, field, old, new in (
        ("RecoveryPhase", "wait_with", OLD_DRIVE, NEW_DRIVE),
        ("Preparation", "about", OLD_CALL, NEW_CALL),
    ):
        rows = apps.get_model("recovery", model).objects.filter(**shipped)
        rows.update(**{field: Replace(F(field), Value(old), Value(new))})


class Migration(migrations.Migration):
    dependencies = [("recovery", "0003_shipped_pathway")]
    # The old lines are not to come back.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
