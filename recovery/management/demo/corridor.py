"""The corridor of an invented clinic: a pathway of its own, approved as its manager would."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from recovery.clinical.plan import Step
from recovery.models import Clinic, User
from recovery.services import pathways


def give_corridor(*, clinic: Clinic, steps: Sequence[Step], by: User, now: datetime) -> None:
    """The pathway in use with these steps; who is enrolled from now on follows it."""
    draft = pathways.begin(clinic=clinic, user=by, now=now)
    data = draft.document | {
        "title": f"Pathway of {clinic.name}",
        "corridor": [asdict(step) for step in steps],
    }
    draft = pathways.save(clinic=clinic, data=data, revision=draft.revision, user=by, now=now)
    pathways.approve(clinic=clinic, revision=draft.revision, user=by, now=now)
