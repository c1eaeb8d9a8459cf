"""Before the procedure: "do not stop any" medicine stood under "Wait until we say so", where it
could be read as a medicine to wait with; medicine was promised to keep all pain away; and "call"
named nobody.

Only the shipped pathway, and only the lines that are still as they came.
"""

from django.db import migrations

BLOOD_THINNERS = "Tell us all the medicines you take, above all blood thinners."
OLD_STOP = "\nMedicines: do not stop any on your own. Ask us first."
NEW_STOP = "\nDo not stop any medicine on your own. Ask us first."
OLD_STEP = "You get medicine so that it does not hurt."
NEW_STEP = "You get medicine against the pain."
OLD_CALL = "If it cannot wait, call."
NEW_CALL = "If it cannot wait, call us."


def forwards(apps, schema_editor):
    preparation = apps.get_model("recovery", "Preparation")
    for row in preparation.objects.filter(pathway__clinic=None, pathway__version=1):
        if OLD_STOP in row.wait_with and BLOOD_THINNERS in row.good_now:
            row.wait_with = row.wait_with.replace(OLD_STOP, "")
            row.good_now = row.good_now.replace(BLOOD_THINNERS, BLOOD_THINNERS + NEW_STOP)
        row.steps = row.steps.replace(OLD_STEP, NEW_STEP)
        row.about = row.about.replace(OLD_CALL, NEW_CALL)
        row.save(update_fields=["good_now", "wait_with", "steps", "about"])


class Migration(migrations.Migration):
    dependencies = [("recovery", "0024_languages")]
    # The old lines are not to come back.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
