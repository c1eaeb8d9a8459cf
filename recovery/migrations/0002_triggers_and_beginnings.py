"""What no constraint or index of a model can say.

A phase begins where the one before it ends: a check constraint sees one row, and an exclusion
constraint exists on PostgreSQL alone, so a trigger holds this on both databases. Phases are
inserted in their order; day 0 is shared by the first two. SQLite adds a column by making the table
anew, which drops its triggers: a migration that adds one to this table makes them again.

Patients are found by how a name or a number begins, in a clinic of any size. Only PostgreSQL needs
indexes for it: SQLite serves one small clinic, whose patients it reads through faster than anybody
types.
"""

from django.db import migrations

BROKEN = """
    NEW."order" > 1 AND NOT EXISTS (
        SELECT 1 FROM recovery_recoveryphase AS before
        WHERE before.pathway_id = NEW.pathway_id
          AND before."order" = NEW."order" - 1
          AND before.last_day + (CASE WHEN NEW."order" = 2 THEN 0 ELSE 1 END) = NEW.first_day
    ) OR EXISTS (
        SELECT 1 FROM recovery_recoveryphase AS after
        WHERE after.pathway_id = NEW.pathway_id
          AND after."order" = NEW."order" + 1
          AND after.first_day
              <> COALESCE(NEW.last_day, -1) + (CASE WHEN NEW."order" = 1 THEN 0 ELSE 1 END)
    )
"""
NAME = "phases_without_gap_or_overlap"

SQLITE = [
    f"""
    CREATE TRIGGER {NAME}_{event.split()[0].lower()}
    BEFORE {event} ON recovery_recoveryphase
    WHEN {BROKEN}
    BEGIN SELECT RAISE(ABORT, 'constraint {NAME}'); END
    """
    for event in ("INSERT", 'UPDATE OF pathway_id, "order", first_day, last_day')
]
POSTGRESQL = [
    f"""
    CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {BROKEN} THEN
            RAISE integrity_constraint_violation
                USING MESSAGE = 'constraint {NAME}', CONSTRAINT = '{NAME}';
        END IF;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE TRIGGER {NAME} BEFORE INSERT OR UPDATE ON recovery_recoveryphase
    FOR EACH ROW EXECUTE FUNCTION {NAME}()
    """,
]
DROP = {
    "sqlite": [f"DROP TRIGGER {NAME}_insert", f"DROP TRIGGER {NAME}_update"],
    "postgresql": [
        f"DROP TRIGGER {NAME} ON recovery_recoveryphase",
        f"DROP FUNCTION {NAME}()",
    ],
}


COLUMNS = ("family_name", "given_name", "record_number")


def add_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in COLUMNS:
            schema_editor.execute(
                f"CREATE INDEX patient_{column}_begins ON recovery_patient"
                f" (clinic_id, UPPER({column}::text) text_pattern_ops)"
            )


def remove_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in COLUMNS:
            schema_editor.execute(f"DROP INDEX patient_{column}_begins")


def add_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[vendor]:
        schema_editor.execute(statement)


def remove_triggers(apps, schema_editor):
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    # One of the steps before the first release; the indexes came with another, see 0001_tables.
    replaces = [("recovery", "0002_phases_without_gap_or_overlap")]
    dependencies = [("recovery", "0001_tables")]
    operations = [
        migrations.RunPython(add_triggers, remove_triggers),
        migrations.RunPython(add_indexes, remove_indexes),
    ]
