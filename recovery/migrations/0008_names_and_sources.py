from django.db import migrations, models


def names(apps, schema_editor):
    """What a clinic has seen of its staff so far, it keeps."""
    membership = apps.get_model("recovery", "Membership")
    user = apps.get_model("recovery", "User").objects.filter(pk=models.OuterRef("user"))
    membership.objects.update(name=models.Subquery(user.values("name")))


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0007_what_staff_read_and_double_taps"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="name",
            field=models.CharField(blank=True, db_default="", max_length=120, verbose_name="name"),
        ),
        migrations.RunPython(names, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("clinic"),
                models.F("planned_at"),
                condition=models.Q(("state", "unknown")),
                name="message_unknown",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailylog",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["patient", "caregiver", "staff"])),
                name="log_source_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailylog",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["web", "link", "paper", "phone", "in_person"])),
                name="log_mode_is_known",
            ),
        ),
    ]
