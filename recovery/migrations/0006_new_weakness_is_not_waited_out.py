"""New weakness at home is an emergency (R02): the text said to call the clinic.

Only the shipped pathway, and only where the text is still the one that came with it.
"""

from django.db import migrations

NUMB = "Your legs can feel numb from the local medicine for a few hours.\n"
OLD = NUMB + "New weakness at home is not part of this. Call us."
NEW = (
    NUMB + "New weakness at home is not part of this. Do not wait. Get help now: see Warning signs."
)


def forwards(apps, schema_editor):
    apps.get_model("recovery", "RecoveryPhase").objects.filter(
        pathway__clinic=None, pathway__version=1, code="immediate", expect=OLD
    ).update(expect=NEW)


class Migration(migrations.Migration):
    dependencies = [("recovery", "0005_forms_reschedules_and_candidacy")]
    # The old text is not to come back.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
