"""The questionnaires that a clinic has loaded, as its manager's page lists them."""

from collections.abc import Sequence

from django.db.models import Count, Q
from django.db.models.fields.json import KeyTextTransform

from recovery.clinical.instruments import SHIPPED
from recovery.models import Clinic, FormResponse, Questionnaire


def questionnaires_of(clinic: Clinic) -> list[Questionnaire]:
    """By key, the newest first. Each has `answers`: the sent forms that asked this version."""
    rows = list(
        Questionnaire.objects.filter(clinic=clinic)
        .select_related("loaded_by", "retired_by")
        .defer("definition")
        .order_by("key", "-pk")
    )
    if rows:
        _count_answers(clinic, rows)
    return rows


def _count_answers(clinic: Clinic, rows: Sequence[Questionnaire]) -> None:
    """One reading of the answers, for any number of versions."""
    asked = {key: f"asked_{number}" for number, key in enumerate({row.key for row in rows})}
    counts = (
        FormResponse.objects.current()
        .filter(recovery__clinic=clinic)
        .annotate(**{name: KeyTextTransform(key, "instruments") for key, name in asked.items()})
        .aggregate(
            **{
                f"of_{row.pk}": Count("pk", filter=Q(**{asked[row.key]: row.version}))
                for row in rows
            }
        )
    )
    for row in rows:
        row.answers = counts[f"of_{row.pk}"]


def added_keys(clinic: Clinic) -> list[str]:
    """The keys of its own that ours do not have."""
    keys = Questionnaire.objects.filter(clinic=clinic).values_list("key", flat=True)
    return sorted(set(keys) - set(SHIPPED))
