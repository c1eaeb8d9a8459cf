"""A clinic's languages: its own words in one, and who approved that patients hear it."""

import hashlib
from datetime import datetime
from string import Formatter

from django.db import transaction
from django.utils.translation import gettext as _

from recovery.models import Clinic, LanguageApproval, OwnWording, User
from recovery.queries.language_state import language_state
from recovery.services.refusals import NotAllowed


@transaction.atomic
def approve(
    *,
    clinic: Clinic,
    language: str,
    digest: str,
    user: User,
    name: str,
    note: str,
    now: datetime,
) -> LanguageApproval:
    """Offer the language to patients from now on. `digest` is that of the texts that were read.

    An approval that stood is ended. Raises NotAllowed where a text is missing, or where another
    stands there by now.
    """
    _lock(clinic)
    state = language_state(clinic, language)
    if not state.is_complete:
        raise NotAllowed(_("Some texts have no words in this language yet."))
    if state.digest != digest:
        raise NotAllowed(_("The texts have changed since you opened this page. Read them again."))
    _end(clinic, language, user, now)
    return LanguageApproval.objects.create(
        clinic=clinic,
        language=language,
        digest=state.digest,
        pathways=[pathway.pk for pathway in state.pathways],
        approved_by=user,
        name=name,
        note=note,
        approved_at=now,
    )


@transaction.atomic
def withdraw(*, clinic: Clinic, language: str, user: User, now: datetime) -> bool:
    """Stop offering it: who had it reads English. False where nothing was offered."""
    _lock(clinic)
    return _end(clinic, language, user, now)


def _end(clinic: Clinic, language: str, user: User, now: datetime) -> bool:
    standing = LanguageApproval.objects.standing().filter(clinic=clinic, language=language)
    return bool(standing.update(ended_by=user, ended_at=now))


@transaction.atomic
def write(
    *, clinic: Clinic, language: str, original: str, words: str, user: User, now: datetime
) -> None:
    """Keep the clinic's words for a text of its own; without words what was kept goes.

    Raises NotAllowed where the words lack a number that the text names, or name another, and
    where a line in two parts is not in two parts.
    """
    _lock(clinic)
    known = {line.text for line in language_state(clinic, language).own}
    if original not in known:
        raise NotAllowed(_("This text is not used any more. Open the page again."))
    key = hashlib.sha256(original.encode()).hexdigest()
    rows = OwnWording.objects.filter(clinic=clinic, language=language, sha256=key)
    words = " ".join(words.split())
    if not words:
        rows.delete()
        return
    _check(original, words)
    rows.update_or_create(
        clinic=clinic,
        language=language,
        sha256=key,
        defaults={
            "original": original,
            "words": words,
            "written_by": user,
            "written_at": now,
        },
    )


def _check(original: str, words: str) -> None:
    try:
        named = _placeholders(words)
    except ValueError:
        named = {""}
    wanted = _placeholders(original) if "{" in original else set()
    if named != wanted:
        numbers = ", ".join(f"{{{name}}}" for name in sorted(wanted)) or _("none")
        raise NotAllowed(_("These numbers must stand in it, and no others: %(n)s") % {"n": numbers})
    if (":" in original) and ":" not in words:
        raise NotAllowed(_("The text has a colon between its two parts, so its words need one."))


def _placeholders(text: str) -> set[str]:
    return {
        name for _words, name, _spec, _conversion in Formatter().parse(text) if name is not None
    }


def _lock(clinic: Clinic) -> None:
    """Two who change it at once take turns."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)
