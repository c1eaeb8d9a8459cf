"""A clinic's own corridor, day by day, and when it was built. Runs beside the old code."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recovery", "0013_observations"),
    ]

    operations = [
        migrations.AddField(
            model_name="clinic",
            name="corridor_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="CorridorDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.PositiveSmallIntegerField()),
                ("recoveries", models.PositiveIntegerField()),
                ("lower", models.DecimalField(decimal_places=1, max_digits=3)),
                ("median", models.DecimalField(decimal_places=1, max_digits=3)),
                ("upper", models.DecimalField(decimal_places=1, max_digits=3)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corridor_days",
                        to="recovery.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("clinic"),
                        models.F("day"),
                        name="one_corridor_day_per_clinic_and_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recoveries__gte", 50)),
                        name="corridor_day_has_50_recoveries",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lower__gte", 0),
                            ("median__gte", models.F("lower")),
                            ("upper__gte", models.F("median")),
                            ("upper__lte", 10),
                        ),
                        name="corridor_quartiles_in_order_0_to_10",
                    ),
                ],
            },
        ),
    ]
