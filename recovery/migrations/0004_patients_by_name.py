"""Patients are listed by name and found by how a name or a number begins, in a clinic of any size.

Only PostgreSQL needs the second kind: SQLite serves one small clinic, whose patients it reads
through faster than anybody types.
"""

from django.db import migrations, models

COLUMNS = ("family_name", "given_name", "record_number")


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in COLUMNS:
            schema_editor.execute(
                f"CREATE INDEX patient_{column}_begins ON recovery_patient"
                f" (clinic_id, UPPER({column}::text) text_pattern_ops)"
            )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in COLUMNS:
            schema_editor.execute(f"DROP INDEX patient_{column}_begins")


class Migration(migrations.Migration):
    dependencies = [("recovery", "0003_default_pathway")]

    operations = [
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                models.F("clinic"),
                models.F("family_name"),
                models.F("given_name"),
                models.F("id"),
                name="patient_by_name",
            ),
        ),
        migrations.RunPython(add, remove),
    ]
