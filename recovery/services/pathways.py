"""A clinic's own pathway: a draft that is worked on, and versions that were approved by name.

Moving a recovery to another version is services.pathway_moves'.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from recovery.clinical.ownpathways import (
    Document,
    differences,
    from_data,
    read_yaml,
    to_data,
)
from recovery.clinical.ownpathways.document import BEFORE_LINES, PHASE_LINES
from recovery.clinical.pathway import plan_to_json
from recovery.models import (
    Clinic,
    Pathway,
    PathwayDraft,
    Preparation,
    RecoveryPhase,
    User,
)
from recovery.queries.pathways import active_pathway, document_of
from recovery.services import rehearsals
from recovery.services.refusals import Moved, NotAllowed


@transaction.atomic
def begin(*, clinic: Clinic, user: User | None, now: datetime) -> PathwayDraft:
    """The clinic's draft: a new one that is equal to the active version, or the one there is."""
    draft = _locked(clinic)
    if draft is None:
        active = active_pathway(clinic)
        draft = PathwayDraft.objects.create(
            clinic=clinic,
            document=to_data(document_of(active)),
            based_on=active,
            edited_by=user,
            edited_at=now,
        )
    return draft


@transaction.atomic
def save(
    *, clinic: Clinic, data: object, revision: int, user: User | None, now: datetime
) -> PathwayDraft:
    """Store the whole draft as plain data (clinical.ownpathways.to_data).

    `revision` is that of the draft which the data was made from. The same data again changes
    nothing. Raises Moved when somebody has saved, approved or discarded it since, and PathwayError
    with every problem.
    """
    return _store(_unmoved(clinic, revision), from_data(data), user, now)


@transaction.atomic
def load(
    *, clinic: Clinic, raw: bytes, user: User | None, now: datetime, revision: int | None = None
) -> PathwayDraft:
    """Put a YAML file in the place of the draft, which is begun if there is none.

    With a `revision` the draft is still the one that was looked at, else Moved is raised. Raises
    PathwayError with every problem and its line.
    """
    document = read_yaml(raw)
    if revision is None:
        draft = begin(clinic=clinic, user=user, now=now)
    else:
        draft = _unmoved(clinic, revision)
    return _store(draft, document, user, now)


@transaction.atomic
def discard(*, clinic: Clinic, revision: int) -> None:
    """Raises Moved when it is not the draft that was looked at any more."""
    _unmoved(clinic, revision).delete()


@transaction.atomic
def approve(*, clinic: Clinic, revision: int, user: User, now: datetime, note: str = "") -> Pathway:
    """Make the draft the clinic's active version. New recoveries follow it; others keep theirs.

    The caller has seen to it that `user` manages the clinic and has typed the own name. Of two who
    approve at once, one does: the other's draft is gone. Raises Moved, NotAllowed for a draft that
    is equal to the active version or changes rules that were not rehearsed, and PathwayError when
    the checks have grown since it was saved.
    """
    draft = _unmoved(clinic, revision)
    document = from_data(draft.document)
    active = document_of(active_pathway(clinic))
    if not differences(active, document):
        raise NotAllowed(_("The draft is the same as the version in use."))
    rehearsals.require(clinic, active, document)
    last = clinic.pathways.aggregate(last=Max("version"))["last"] or 0
    pathway = Pathway.objects.create(
        clinic=clinic,
        version=last + 1,
        title=document.title,
        plan=plan_to_json(document.plan(f"own:{clinic.pk}:{last + 1}")),
        based_on=draft.based_on,
        note=note.strip(),
        approved_by=user,
        approved_at=now,
    )
    _write_texts(pathway, document)
    draft.delete()
    return pathway


def _locked(clinic: Clinic) -> PathwayDraft | None:
    """The draft, while nobody else writes one of this clinic."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    return PathwayDraft.objects.filter(clinic=clinic).select_related("based_on").first()


def _unmoved(clinic: Clinic, revision: int) -> PathwayDraft:
    draft = _locked(clinic)
    if draft is None:
        raise Moved(_("The draft is gone: somebody has approved or discarded it."))
    if draft.revision != revision:
        raise Moved(_("Somebody has changed the draft since you opened it. Look again."))
    return draft


def _store(
    draft: PathwayDraft, document: Document, user: User | None, now: datetime
) -> PathwayDraft:
    data = to_data(document)
    if draft.document != data:
        draft.document = data
        draft.revision += 1
        draft.edited_by, draft.edited_at = user, now
        draft.save()
    return draft


def _write_texts(pathway: Pathway, document: Document) -> None:
    # One by one and in their order: a trigger looks at the phase before.
    for order, phase in enumerate(document.phases, start=1):
        RecoveryPhase.objects.create(
            pathway=pathway,
            code=phase.code,
            order=order,
            first_day=phase.first_day,
            last_day=phase.last_day,
            patient_name=phase.name,
            source=phase.source,
            review_on=phase.review_on,
            **_texts(phase, PHASE_LINES),
        )
    before = document.before
    Preparation.objects.create(
        pathway=pathway,
        patient_name=before.name,
        source=before.source,
        review_on=before.review_on,
        **_texts(before, BEFORE_LINES),
    )


def _texts(told: Any, names: tuple[str, ...]) -> dict[str, str]:
    """As the rows hold them: one point a line."""
    return {name: "\n".join(getattr(told, name)) for name in names}
