"""When the windows of the outcomes that are there end, by their check-ins.

Apart from the column, which locks the whole table while it is added.
"""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def forwards(apps, schema_editor):
    checkins = (
        apps.get_model("recovery", "CheckIn")
        .objects.filter(
            recovery=OuterRef("recovery"), anchor=OuterRef("anchor"), form=OuterRef("form")
        )
        .exclude(state="cancelled")
        .order_by("-pk")
    )
    rows = apps.get_model("recovery", "Outcome").objects.filter(expires_at=None)
    rows.update(expires_at=Subquery(checkins.values("expires_at")[:1]))


class Migration(migrations.Migration):
    dependencies = [("recovery", "0006_window_of_an_outcome")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
