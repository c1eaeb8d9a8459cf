"""A clinic's own pathway, approved as its manager would."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

from recovery.models import Clinic, Pathway, User
from recovery.services import pathways
from tests.cast import NOW

Data = dict[str, Any]


def form_of(data: Data, key: str) -> Data:
    return next(one for one in data["forms"] if one["key"] == key)


def own_pathway(
    clinic: Clinic, user: User, change: Callable[[Data], object], *, now: datetime = NOW
) -> Pathway:
    """The version in use, changed and approved."""
    draft = pathways.begin(clinic=clinic, user=user, now=now)
    data = deepcopy(draft.document)
    change(data)
    draft = pathways.save(clinic=clinic, data=data, revision=draft.revision, user=user, now=now)
    return pathways.approve(clinic=clinic, revision=draft.revision, user=user, now=now)
