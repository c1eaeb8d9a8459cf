"""A clinic's own pathway, drafted and approved as its manager would."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from recovery.models import Clinic, Pathway, PathwayDraft, User
from recovery.services import pathways, rehearsals
from recovery.services.refusals import NotAllowed
from tests.cast import NOW

Data = dict[str, Any]


def form_of(data: Data, key: str) -> Data:
    return next(one for one in data["forms"] if one["key"] == key)


def begun(clinic: Clinic, user: User, *, now: datetime = NOW) -> PathwayDraft:
    return pathways.begin(clinic=clinic, user=user, now=now)


def edited(
    draft: PathwayDraft, user: User | None, change: Callable[[Data], object], *, now: datetime = NOW
) -> PathwayDraft:
    """The draft, changed and saved."""
    data = deepcopy(draft.document)
    change(data)
    return pathways.save(
        clinic=draft.clinic, data=data, revision=draft.revision, user=user, now=now
    )


def own_pathway(
    clinic: Clinic,
    user: User,
    change: Callable[[Data], object],
    *,
    now: datetime = NOW,
    note: str = "",
) -> Pathway:
    """The version in use, changed and approved."""
    draft = edited(begun(clinic, user, now=now), user, change, now=now)
    rehearsed(clinic, user, now=now)
    return pathways.approve(clinic=clinic, revision=draft.revision, user=user, now=now, note=note)


def rehearsed(clinic: Clinic, user: User, *, now: datetime = NOW) -> None:
    """The draft's changed rules, run over the logs there are and looked at; of a draft that
    changes none, nothing.
    """
    try:
        row = rehearsals.begin(clinic=clinic, user=user, now=now)
    except NotAllowed:
        return
    rehearsals.run(clock=lambda: now, until=now + timedelta(seconds=1))
    rehearsals.see(rehearsal=row, user=user, now=now)


def changes(
    *,
    forms: dict[str, Data | None] | None = None,
    phases: dict[str, Data] | None = None,
    **top: Any,
) -> Callable[[Data], None]:
    """Other values for the whole, for forms by their key, for phases by their code; a form that
    is None is taken out.
    """

    def change(data: Data) -> None:
        data.update(top)
        for key, values in (forms or {}).items():
            if values is None:
                data["forms"].remove(form_of(data, key))
            else:
                form_of(data, key).update(values)
        for code, values in (phases or {}).items():
            next(one for one in data["phases"] if one["code"] == code).update(values)

    return change
