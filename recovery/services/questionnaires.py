"""A clinic's own questionnaires: loaded by version, never changed, taken out of use."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from recovery.clinical.checkinforms import FORMS
from recovery.clinical.instruments import SHIPPED, Instrument, QuestionnaireError
from recovery.clinical.ownforms import MAX_VERSION, own_instrument
from recovery.models import Clinic, Questionnaire, User

# Behind a file's version that ours has too, so that an answer says which of them it was.
OWN = "-own"


@dataclass(frozen=True, slots=True)
class Loaded:
    questionnaire: Questionnaire
    # The version that it took out of use.
    replaced: Questionnaire | None
    # False when all was so already.
    changed: bool


@transaction.atomic
def load(
    *,
    clinic: Clinic,
    raw: bytes,
    now: datetime,
    user: User | None = None,
    key: str = "",
    scorer: str = "",
    forms: Sequence[str] | None = None,
) -> Loaded:
    """Put the questionnaire of a file into use, in the place of the version in use, which is kept.

    The same file again changes nothing; one that was retired is put back into use. `forms` are the
    check-in forms that ask it: None leaves them as they are. Under the key of a shipped instrument
    there are none, for it stands where that stood.

    Raises QuestionnaireError, whose path says where: in the file, or key, scorer or forms.
    """
    instrument = own_instrument(raw, key=key, scorer=scorer)
    if forms is not None:
        _check_forms(instrument.key, forms)
    # Two who load at once take turns.
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    versions = {
        row.version: row
        for row in Questionnaire.objects.filter(clinic=clinic, key=instrument.key).defer(
            "definition"
        )
    }
    before = next((row for row in versions.values() if row.retired_at is None), None)
    sha256 = hashlib.sha256(raw).hexdigest()
    same = next(
        (
            row
            for row in versions.values()
            if (row.sha256, row.scorer) == (sha256, instrument.scorer)
        ),
        None,
    )
    if same is not None and same == before:
        return Loaded(same, None, changed=set_forms(same, same.forms if forms is None else forms))
    if before is not None:
        before.retired_at, before.retired_by = now, user
        before.save(update_fields=["retired_at", "retired_by"])
    kept = before.forms if before else same.forms if same else []
    row = same or Questionnaire(
        clinic=clinic,
        key=instrument.key,
        version=_version(instrument, versions),
        title=instrument.title.base,
        copyright=instrument.copyright.base,
        definition=raw.decode("utf-8-sig"),
        sha256=sha256,
        scorer=instrument.scorer,
        loaded_by=user,
        loaded_at=now,
    )
    row.forms = kept if forms is None else _in_order(forms)
    row.retired_at = row.retired_by = None
    row.save()
    return Loaded(row, before, changed=True)


def retire(*, questionnaire: Questionnaire, user: User | None, now: datetime) -> None:
    """Take a questionnaire out of use: forms ask the shipped instrument of its key again, or none.

    Forms that were begun with it go on with it.
    """
    Questionnaire.objects.in_use().filter(pk=questionnaire.pk).update(
        retired_at=now, retired_by=user
    )


def set_forms(questionnaire: Questionnaire, forms: Sequence[str]) -> bool:
    """Say which forms ask it; False when they did so already. Raises QuestionnaireError."""
    _check_forms(questionnaire.key, forms)
    if questionnaire.forms == _in_order(forms):
        return False
    questionnaire.forms = _in_order(forms)
    questionnaire.save(update_fields=["forms"])
    return True


def _check_forms(key: str, forms: Sequence[str]) -> None:
    if forms and key in SHIPPED:
        raise QuestionnaireError("forms", f"{key} is asked where it always was, so name no forms")
    for form in forms:
        if form not in FORMS:
            known = ", ".join(FORMS)
            raise QuestionnaireError("forms", f'"{form[:40]}" is not one of {known}')


def _in_order(forms: Sequence[str]) -> list[str]:
    return [form for form in FORMS if form in forms]


def _version(instrument: Instrument, taken: Iterable[str]) -> str:
    """The file's version, or the next number that is free."""
    ours = SHIPPED[instrument.key].version if instrument.key in SHIPPED else ""
    given = instrument.version
    if not given:
        return next(
            number
            for number in map(str, range(1, len(set(taken)) + 3))
            if number not in taken and number != ours
        )
    version = f"{given[: MAX_VERSION - len(OWN)]}{OWN}" if given == ours else given
    if version in taken:
        raise QuestionnaireError(
            "version",
            f'"{given}" is loaded already from another file or with another scorer: '
            "give this file a version of its own",
        )
    return version
