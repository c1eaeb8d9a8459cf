"""A clinic's own pathway: a draft, versions approved by name, and recoveries that keep theirs."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from recovery.clinical.ownpathways import PathwayError, from_data, to_data, write_yaml
from recovery.models import Pathway, PathwayDraft, RecoveryPhase
from recovery.queries.pathways import (
    active_pathway,
    document_of,
    phases_of,
    plan_of,
    preparation_of,
    versions,
)
from recovery.services import enrolment, pathways
from recovery.services.refusals import Moved, NotAllowed
from tests.cast import NOW, default_pathway, make_recovery
from tests.crowd import at_once
from tests.pathways import rehearsed

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def form(data: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in data["forms"] if one["key"] == key)


def changed(draft: PathwayDraft, **top: Any) -> dict[str, Any]:
    """The draft's data, asking at six months too."""
    data = deepcopy(draft.document)
    form(data, "C180")["asked"] = True
    return data | top


@pytest.fixture
def draft(clinic, manager):
    return pathways.begin(clinic=clinic, user=manager, now=NOW)


def save(draft: PathwayDraft, data: Any, user, *, revision=None, now=NOW):
    return pathways.save(
        clinic=draft.clinic,
        data=data,
        revision=draft.revision if revision is None else revision,
        user=user,
        now=now,
    )


def approve(draft: PathwayDraft, user, **given):
    given = {"revision": draft.revision, "now": NOW, **given}
    return pathways.approve(clinic=draft.clinic, user=user, **given)


# The draft
# ---------


def test_a_draft_begins_as_the_version_in_use(draft, clinic, manager):
    shipped = default_pathway()
    assert from_data(draft.document) == document_of(shipped)
    assert (draft.based_on, draft.revision, draft.edited_by) == (shipped, 1, manager)


def test_beginning_again_gives_what_is_there(draft, clinic, manager, nurse):
    save(draft, changed(draft), manager)
    again = pathways.begin(clinic=clinic, user=nurse, now=NOW + HOUR)
    assert (again.pk, again.revision, again.edited_by) == (draft.pk, 2, manager)


def test_a_clinic_has_a_draft_of_its_own(draft, harbor, manager):
    other = pathways.begin(clinic=harbor, user=manager, now=NOW)
    save(other, changed(other), manager)
    draft.refresh_from_db()
    assert draft.revision == 1


def test_saving_raises_the_revision_and_the_same_again_does_not(draft, manager, nurse):
    first = save(draft, changed(draft), manager, now=NOW + HOUR)
    assert (first.revision, first.edited_at) == (2, NOW + HOUR)
    second = save(first, first.document, nurse, now=NOW + 2 * HOUR)
    assert (second.revision, second.edited_by) == (2, manager)


def test_what_somebody_else_saved_is_not_written_over(draft, manager, nurse):
    save(draft, changed(draft), nurse)
    with pytest.raises(Moved):
        save(draft, changed(draft, title="Mine"), manager, revision=1)
    draft.refresh_from_db()
    assert draft.document["title"] == "Default pathway"


def test_a_draft_with_a_problem_is_refused_and_the_draft_stays(draft, manager):
    data = changed(draft)
    form(data, "DAY-05")["reminders"] = ["D4 17:00"]
    with pytest.raises(PathwayError) as caught:
        save(draft, data, manager)
    assert [one.key for one in caught.value.problems] == ["forms[6].reminders[0]"]
    draft.refresh_from_db()
    assert draft.revision == 1


def test_a_file_takes_the_place_of_the_draft(draft, clinic, manager):
    document = from_data(changed(draft, title="From a file"))
    loaded = pathways.load(
        clinic=clinic, raw=write_yaml(document).encode(), user=manager, now=NOW, revision=1
    )
    assert (loaded.pk, loaded.revision) == (draft.pk, 2)
    assert from_data(loaded.document) == document


def test_a_file_begins_a_draft_where_there_is_none(clinic, manager):
    raw = write_yaml(document_of(default_pathway())).encode()
    assert pathways.load(clinic=clinic, raw=raw, user=None, now=NOW).revision == 1
    with pytest.raises(Moved):
        pathways.load(clinic=clinic, raw=raw, user=manager, now=NOW, revision=7)


def test_a_file_with_a_problem_changes_nothing(clinic, manager):
    with pytest.raises(PathwayError, match="line 2: b: is not known here"):
        pathways.load(clinic=clinic, raw=b"a: 1\nb: 2\n", user=manager, now=NOW)
    assert not PathwayDraft.objects.exists()


def test_a_discarded_draft_is_gone(draft, clinic):
    with pytest.raises(Moved):
        pathways.discard(clinic=clinic, revision=2)
    pathways.discard(clinic=clinic, revision=1)
    assert not PathwayDraft.objects.exists()
    with pytest.raises(Moved):
        pathways.discard(clinic=clinic, revision=1)


# Versions
# --------


def test_an_approved_draft_is_the_version_in_use(draft, clinic, manager):
    saved = save(draft, changed(draft, title="With six months"), manager)
    pathway = approve(saved, manager, note=" Six months too. ")
    assert (pathway.clinic, pathway.version, pathway.title) == (clinic, 1, "With six months")
    assert (pathway.approved_by, pathway.approved_at) == (manager, NOW)
    assert (pathway.based_on, pathway.note) == (default_pathway(), "Six months too.")
    assert active_pathway(clinic) == pathway
    assert document_of(pathway) == from_data(saved.document)
    assert not PathwayDraft.objects.exists()
    assert [row.order for row in phases_of(pathway.pk)] == [1, 2, 3, 4]


def test_versions_are_counted_by_clinic(draft, clinic, harbor, manager):
    first = approve(save(draft, changed(draft), manager), manager)
    again = pathways.begin(clinic=clinic, user=manager, now=NOW)
    assert again.based_on == first
    second = approve(save(again, changed(again, title="Second"), manager), manager)
    assert (first.version, second.version) == (1, 2)
    other = pathways.begin(clinic=harbor, user=manager, now=NOW)
    assert approve(save(other, changed(other), manager), manager).version == 1
    assert active_pathway(harbor) != second


def test_a_draft_that_changes_nothing_is_not_approved(draft, manager):
    with pytest.raises(NotAllowed):
        approve(draft, manager)
    assert PathwayDraft.objects.exists()
    assert Pathway.objects.count() == 1


def test_only_the_draft_that_was_looked_at_is_approved(draft, manager):
    save(draft, changed(draft), manager)
    with pytest.raises(Moved):
        approve(draft, manager, revision=1)


def test_a_recovery_keeps_the_version_it_began_with(draft, clinic, manager, nurse):
    before = make_recovery(clinic)
    pathway = approve(save(draft, changed(draft), manager), manager)
    before.refresh_from_db()
    assert before.pathway == default_pathway()
    after = enrolment.enrol(
        clinic=clinic,
        user=nurse,
        now=NOW,
        record_number="N1",
        given_name="New",
        family_name="One",
        procedure_at=NOW + timedelta(days=3),
        email_ok=True,
    )
    assert after.pathway == pathway


def test_versions_say_who_follows_them(draft, clinic, harbor, manager, nurse):
    make_recovery(clinic, ticked=False)
    make_recovery(clinic, ticked=False, state="withdrawn")
    make_recovery(harbor, ticked=False)
    own = approve(save(draft, changed(draft, title="Ours"), manager), manager)
    assert [
        (one.pathway, one.title, one.is_active, one.recoveries, one.followed)
        for one in versions(clinic)
    ] == [(own, "Ours", True, 0, 0), (default_pathway(), "Default pathway", False, 2, 1)]
    assert [one.is_active for one in versions(harbor)] == [True]


def test_texts_and_plan_of_a_version_are_those_of_its_document(draft, manager):
    data = changed(draft)
    data["phases"][1]["good_now"] = ["Rest.", "Walk a little."]
    data["before"]["risks"] = ["Bleeding: rare"]
    data["corridor"] = [{"first_day": 0, "last_day": None, "low": 2, "high": 8}]
    data["rules"] = [
        {"rule": "R13", "severity": "emergency", "patient_text": "Call {emergency_number} now."}
    ]
    saved = save(draft, data, manager)
    rehearsed(draft.clinic, manager)
    pathway = approve(saved, manager)
    assert RecoveryPhase.objects.get(pathway=pathway, order=2).good_now == "Rest.\nWalk a little."
    assert preparation_of(pathway.pk).risks == "Bleeding: rare"
    plan = plan_of(pathway.pk)
    assert (plan.corridor[0].high, plan.changes[0].severity) == (8, "emergency")
    assert to_data(document_of(pathway)) == data


# Races
# -----


def kind(outcome: object) -> str:
    return type(outcome).__name__


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_once_one_does(clinic, manager, nurse):
    draft = pathways.begin(clinic=clinic, user=manager, now=NOW)
    draft = save(draft, changed(draft), manager)
    outcomes = at_once([lambda: approve(draft, manager), lambda: approve(draft, nurse)])
    assert sorted(map(kind, outcomes)) == ["Moved", "Pathway"]
    assert Pathway.objects.filter(clinic=clinic).count() == 1


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_does(clinic, manager, nurse):
    draft = pathways.begin(clinic=clinic, user=manager, now=NOW)
    outcomes = at_once(
        [
            lambda: save(draft, changed(draft, title="One"), manager),
            lambda: save(draft, changed(draft, title="Two"), nurse),
        ]
    )
    assert sorted(map(kind, outcomes)) == ["Moved", "PathwayDraft"]


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_at_once_both_have_the_one_draft(clinic, manager, nurse):
    outcomes = at_once(
        [
            lambda: pathways.begin(clinic=clinic, user=manager, now=NOW),
            lambda: pathways.begin(clinic=clinic, user=nurse, now=NOW),
        ]
    )
    assert {one.pk for one in outcomes} == {PathwayDraft.objects.get().pk}
