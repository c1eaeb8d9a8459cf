"""The database refuses wrong rows, each by the name of the rule it breaks."""

from typing import Any

import pytest
from django.db import IntegrityError

from recovery.models import Clinic, Questionnaire, User
from tests.cast import NOW

pytestmark = pytest.mark.django_db


def a_version(clinic: Clinic, **fields: Any) -> Questionnaire:
    given = {"key": "SLEEP", "version": "1", "title": "Sleep", "loaded_at": NOW} | fields
    return Questionnaire(clinic=clinic, definition="{}", sha256="", **given)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        # SQLite names the columns of a broken unique constraint, PostgreSQL the constraint.
        ({"version": "1", "retired_at": NOW}, "one_questionnaire_per_clinic_key|key.*version"),
        ({"version": "2"}, "one_questionnaire_in_use|clinic_id, .*key"),
        ({"key": ""}, "questionnaire_has_key_and_version"),
        ({"version": ""}, "questionnaire_has_key_and_version"),
    ],
)
def test_a_wrong_version(clinic: Clinic, fields: dict[str, Any], rule: str) -> None:
    a_version(clinic).save()
    with pytest.raises(IntegrityError, match=rule):
        a_version(clinic, **fields).save()


def test_what_is_in_use_was_retired_by_nobody(clinic: Clinic, manager: User) -> None:
    with pytest.raises(IntegrityError, match="questionnaire_in_use_is_retired_by_nobody"):
        a_version(clinic, retired_by=manager).save()


def test_other_clinics_and_older_versions_stand_beside_it(clinic: Clinic, harbor: Clinic) -> None:
    a_version(clinic, retired_at=NOW).save()
    a_version(clinic, version="2").save()
    a_version(harbor).save()
    assert Questionnaire.objects.in_use().count() == 2
