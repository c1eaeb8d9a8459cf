"""The manager reads the clinic's pathway, takes files in and out, and approves a draft by name."""

import json
from copy import deepcopy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.clinical.ownpathways import MAX_BYTES, from_data, read_yaml, to_data, write_yaml
from recovery.clinical.ownpathways.schema import SCHEMA
from recovery.models import AccessEvent, Clinic, Membership, Pathway, PathwayDraft, Role, User
from recovery.queries.pathways import document_of
from recovery.services import pathways
from tests.cast import default_pathway, make_recovery, sign_in_staff, staff
from tests.pages import filled, words
from tests.pathways import begun, changes, edited, form_of, own_pathway
from tests.views.staff.conftest import NOW, url


@pytest.fixture
def draft(clinic: Clinic, manager: User, now: Any) -> PathwayDraft:
    return begun(clinic, manager, now=NOW)


@pytest.fixture
def as_harbor_manager(harbor: Clinic) -> Client:
    return sign_in_staff(Client(), staff(harbor, "Hugo", Role.MANAGER))


def load(client: Client, raw: str | bytes, **fields: Any) -> Any:
    data = raw.encode() if isinstance(raw, str) else raw
    given = {"file": SimpleUploadedFile("own.yaml", data), "revision": "0"} | fields
    return client.post(url("pathway_load"), given, follow=True)


def default_yaml() -> str:
    return write_yaml(document_of(default_pathway()))


def outside() -> str:
    """The default pathway with a reminder on D5 that falls on D6, after its window."""
    return default_yaml().replace("reminders: ['D5 17:00', 'D5 20:00']", "reminders: ['D6 17:00']")


# The versions
# ------------


def test_before_anything_is_changed(as_manager: Client, clinic: Clinic, now: Any) -> None:
    make_recovery(clinic, day=3, now=NOW)
    page = words(as_manager.get(url("pathway")))
    assert (
        "Default pathway. It comes with the product. It is not yet approved by a clinician." in page
    )
    assert "Draft None. A draft begins as a copy of the version in use." in page


def test_the_clinic_s_page_leads_there(as_manager: Client, clinic: Clinic) -> None:
    assert url("pathway") in as_manager.get(url("clinic")).content.decode()


def test_a_draft_is_begun_once(as_manager: Client, manager: User, clinic: Clinic, now: Any) -> None:
    page = words(as_manager.post(url("pathway_begin"), follow=True))
    assert "Edited by Max, Mar 5, 10:17. 0 differences to the version in use." in page
    edited(PathwayDraft.objects.get(), manager, changes(title="Ours"), now=NOW)
    as_manager.post(url("pathway_begin"))
    assert PathwayDraft.objects.get().document["title"] == "Ours"


def test_what_a_draft_comes_to_is_told(
    as_manager: Client, manager: User, draft: PathwayDraft
) -> None:
    edited(draft, manager, changes(title="Ours", forms={"C180": {"asked": True}}), now=NOW)
    page = words(as_manager.get(url("pathway")))
    assert "Ours. Edited by Max, Mar 5, 10:17. 2 differences to the version in use." in page
    assert "No problems." in page


def test_all_versions_with_who_approved_them(
    as_manager: Client, manager: User, clinic: Clinic, now: Any
) -> None:
    make_recovery(clinic, day=3, now=NOW)
    own_pathway(clinic, manager, changes(title="Ours"), note="Dr Mia has looked at it", now=NOW)
    page = words(as_manager.get(url("pathway")))
    assert "Ours, version 1. Approved by Max, Mar 5, 10:17." in page
    assert "No recovery under way follows it yet." in page
    assert "Version 1, made from default pathway, in use" in page
    assert "Max Dr Mia has looked at it 0 under way 0 in all" in page
    assert "not yet by a clinician 1 under way 1 in all" in page


def test_discarding_asks_once(as_manager: Client, manager: User, draft: PathwayDraft) -> None:
    edited(draft, manager, changes(title="Ours"), now=NOW)
    asked = as_manager.get(url("pathway_discard"))
    assert "1 difference to the version in use would be gone." in words(asked)
    assert PathwayDraft.objects.exists()
    page = as_manager.post(url("pathway_discard"), filled(asked), follow=True)
    assert "The draft is discarded. The version in use stays." in words(page)
    assert not PathwayDraft.objects.exists()


def test_a_draft_that_has_changed_is_not_discarded(
    as_manager: Client, manager: User, draft: PathwayDraft
) -> None:
    asked = as_manager.get(url("pathway_discard"))
    edited(draft, manager, changes(title="Ours"), now=NOW)
    page = words(as_manager.post(url("pathway_discard"), filled(asked)))
    assert "Not discarded Somebody has changed the draft since you opened it." in page
    assert PathwayDraft.objects.exists()


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("pathway_draft", ()),
        ("pathway_draft_file", ()),
        ("pathway_discard", ()),
        ("pathway_approval", ()),
        ("pathway_title", ()),
        ("pathway_slot", ("C42",)),
        ("pathway_slot_new", ()),
        ("pathway_days", ()),
        ("pathway_texts", ("before",)),
        ("pathway_rules", ()),
        ("pathway_rule", ("R13",)),
        ("pathway_corridor", ()),
    ],
)
def test_without_a_draft_every_page_of_it_leads_to_the_versions(
    as_manager: Client, clinic: Clinic, name: str, args: tuple[str, ...]
) -> None:
    page = as_manager.get(url(name, *args), follow=True)
    assert page.redirect_chain[-1][0] == url("pathway")
    assert "There is no draft now. Begin one below." in words(page)


# Files
# -----


def test_every_version_and_the_draft_can_be_downloaded(
    as_manager: Client, manager: User, draft: PathwayDraft, clinic: Clinic
) -> None:
    edited(draft, manager, changes(title="Ours"), now=NOW)
    shipped = as_manager.get(url("pathway_version_file", default_pathway().uuid))
    mine = as_manager.get(url("pathway_draft_file"))
    assert read_yaml(shipped.content) == document_of(default_pathway())
    assert read_yaml(mine.content).title == "Ours"
    assert mine["Content-Type"] == "application/yaml; charset=utf-8"
    assert mine["Content-Disposition"] == 'attachment; filename="pathway-draft.yaml"'
    assert "default-pathway-1.yaml" in shipped["Content-Disposition"]


def test_the_schema_can_be_downloaded(as_manager: Client, clinic: Clinic) -> None:
    answer = as_manager.get(url("pathway_schema"))
    assert json.loads(answer.content) == json.loads(json.dumps(SCHEMA))
    assert answer["Content-Type"] == "application/schema+json"


def test_a_file_becomes_the_draft(as_manager: Client, clinic: Clinic, now: Any) -> None:
    page = load(as_manager, default_yaml().replace("title: Default pathway", "title: Ours"))
    assert "The file is the draft now. Nobody follows it yet." in words(page)
    draft = PathwayDraft.objects.get()
    assert (draft.document["title"], draft.edited_at.replace(microsecond=0)) == ("Ours", NOW)


def test_a_file_s_problems_are_listed_and_the_draft_stays(
    as_manager: Client, draft: PathwayDraft
) -> None:
    raw = outside().replace("form: six_week", "form: weekly").replace("key: C90", "key: C14")
    late, unknown = "'D6 17:00'", "form: weekly"
    line = {key: raw[: raw.index(key)].count("\n") + 1 for key in (late, unknown)}
    page = load(as_manager, raw, revision="1", replace="on")
    told = words(page)
    assert "<title>Error:" in page.content.decode()
    assert "problems in own.yaml Nothing was taken from the file. The draft is as it was." in told
    where = f"line {line[late]} forms[6].reminders[0] D6 17:00 is outside the form's window"
    assert where in told
    assert f"line {line[unknown]} forms" in told
    assert '"weekly" is not one of' in told
    assert "C14 is not the key of three_month: C90 is" in told
    assert PathwayDraft.objects.get().document == draft.document


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "File: This file is empty."),
        (b" " * (MAX_BYTES + 1), "File: This file has 1048577 bytes. At most 1 MiB is taken"),
        (b"\xff\xfe", "line 1 – not UTF-8"),
        (b"title: [", "– not YAML"),
        (b"a: &a 1\nb: *a", "anchors and aliases (& and *) are not read"),
        (b"just words", "must be a set of keys"),
        (b"\x00", "U+0000 stands in no pathway"),
    ],
)
def test_what_is_no_pathway_is_refused(
    as_manager: Client, clinic: Clinic, now: Any, raw: bytes, message: str
) -> None:
    page = load(as_manager, raw)
    assert page.status_code == 200
    assert message in words(page)
    assert not PathwayDraft.objects.exists()


def test_no_file_at_all(as_manager: Client, clinic: Clinic) -> None:
    page = words(as_manager.post(url("pathway_load"), {"revision": "0"}))
    assert "File: Choose a file." in page


def test_a_file_takes_the_place_of_a_draft_only_when_that_is_meant(
    as_manager: Client, manager: User, draft: PathwayDraft
) -> None:
    edited(draft, manager, changes(title="A week of work"), now=NOW)
    page = words(load(as_manager, default_yaml(), revision="2"))
    assert "There is a draft, and it would be gone. Tick this if that is meant." in page
    assert PathwayDraft.objects.get().document["title"] == "A week of work"
    # Somebody else has saved since: theirs stays.
    page = words(load(as_manager, default_yaml(), revision="1", replace="on"))
    assert "Somebody has changed the draft since you opened it." in page
    assert PathwayDraft.objects.get().document["title"] == "A week of work"
    load(as_manager, default_yaml(), revision="2", replace="on")
    assert PathwayDraft.objects.get().document["title"] == "Default pathway"


# Reading
# -------


def test_a_version_is_read_as_a_page(as_manager: Client, clinic: Clinic, now: Any) -> None:
    page = words(as_manager.get(url("pathway_version", default_pathway().uuid)))
    for told in (
        "Daily log D5 DAY-05 D5 06:00 D5 20:00 D6 12:00 D5 17:00, D5 20:00",
        "Six-month check D180 C180, not asked",
        "Baseline D−1 BASE D−30 09:00 D−1 20:00 when the procedure begins D−7 10:00",
        "For a procedure on Thu, Mar 5, 2026, 09:30, if nothing is ever answered:",
        "27 logs, 5 check-in forms (3 not asked)",
        "All rules are as they come with the product.",
        "Gradual return, D3 to D14",
        "Follow-up, D15 on",
        "What can go wrong",
    ):
        assert told in page, page


def test_a_calendar_s_day_says_what_opens_and_is_mailed(
    as_manager: Client, clinic: Clinic, now: Any
) -> None:
    asked = {"procedure_date": "2026-04-01", "procedure_time": "13:00"}
    version = default_pathway().uuid
    page = words(as_manager.get(url("pathway_version", version), asked))
    assert "For a procedure on Wed, Apr 1, 2026, 13:00" in page
    assert "D30 Fri, May 1" in page
    # At 17:00 on D41 the pulse and the six-week check wait: one mail names both.
    assert "17:00 Six-week check D42, Pulse D41 one mail" in page


def test_after_three_reminders_of_a_form_the_calendar_has_no_fourth(
    as_manager: Client, clinic: Clinic, now: Any
) -> None:
    page = words(as_manager.get(url("pathway_version", default_pathway().uuid)))
    assert "10:00 Three-month check D90 no mail: staff call instead" in page
    assert page.count("staff call instead") == 2


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"procedure_date": "0206-03-05", "procedure_time": "09:30"}, "Choose a date from"),
        ({"procedure_date": "2046-03-05", "procedure_time": "09:30"}, "Choose a date from"),
        (
            {"procedure_date": "soon", "procedure_time": "09:30"},
            "Write a date that exists, as year, month",
        ),
        ({"procedure_date": "2026-03-05", "procedure_time": "25:00"}, "Write a time like 08:30."),
        ({"procedure_date": "2026-03-05"}, "Fill this in."),
        ({"procedure_date": "2026-03-08", "procedure_time": "02:30"}, "02:30 does not exist"),
    ],
)
def test_a_calendar_of_no_day_is_refused(
    as_manager: Client, clinic: Clinic, now: Any, asked: dict[str, str], message: str
) -> None:
    page = words(as_manager.get(url("pathway_version", default_pathway().uuid), asked))
    assert message in page
    assert "For a procedure on Thu, Mar 5, 2026, 09:30" in page


def test_what_a_draft_changes_of_rules_and_its_corridor_are_drawn(
    as_manager: Client, manager: User, draft: PathwayDraft
) -> None:
    corridor = [
        {"first_day": 0, "last_day": 6, "low": 2, "high": 8},
        {"first_day": 7, "last_day": None, "low": 1, "high": 5},
    ]
    text = "Please call us today at {clinic_phone}."
    rules = [{"rule": "R34", "severity": "urgent", "patient_text": text}]
    edited(draft, manager, changes(corridor=corridor, rules=rules), now=NOW)
    page = as_manager.get(url("pathway_draft"))
    told = words(page)
    said = "R34: Pain above the baseline twice in a row raised to urgent, text of the clinic's own"
    assert said in told
    assert "Please call us today at 555-0142." in told
    assert "D0 to D6 2 8 D7 on 1 5" in told
    assert page.content.count(b'<rect class="c-band"') == 2


def test_a_draft_that_the_checks_have_outgrown_can_be_read_and_discarded(
    as_manager: Client, draft: PathwayDraft
) -> None:
    data = deepcopy(draft.document)
    form_of(data, "DAY-05")["reminders"] = ["D6 17:00"]
    PathwayDraft.objects.filter(pk=draft.pk).update(document=data)
    page = words(as_manager.get(url("pathway_draft")))
    assert "This draft can no longer be approved" in page
    assert "forms[6].reminders[0] : D6 17:00 is outside" in page
    assert "1 problem." in words(as_manager.get(url("pathway")))
    for name in ("pathway_approval", "pathway_draft_file"):
        assert as_manager.get(url(name)).url == url("pathway_draft")
    assert as_manager.get(url("pathway_discard")).status_code == 200


# Approving
# ---------


def test_the_difference_is_read_before_and_after(
    as_manager: Client, manager: User, draft: PathwayDraft
) -> None:
    data = deepcopy(draft.document)
    before = data["phases"][1]["good_now"]
    lines = [*before[:-1], "Take a short walk each day."]
    phases = {"short_term": {"good_now": lines}}
    forms = {"DAY-05": {"reminders": ["D5 18:00"]}, "PULSE-83": None}
    edited(draft, manager, changes(title="Ours", forms=forms, phases=phases), now=NOW)
    page = as_manager.get(url("pathway_approval"))
    told = words(page)
    for said in (
        "Pathway Title In use Default pathway Draft Ours",
        "Daily log D5 Reminders In use D5 17:00 D5 20:00 Draft D5 18:00",
        "Pulse D83 taken out",
        "Short-term Good to do",
    ):
        assert said in told, told
    html = page.content.decode()
    assert "<ins>Take a short walk each day.</ins>" in html
    assert f"<del>{before[-1]}</del>" in html
    assert f"<span>{before[0]}</span>" in html


def test_a_rule_s_text_stands_there_as_patients_read_it(
    as_manager: Client, manager: User, draft: PathwayDraft
) -> None:
    text = "Please call us today at {clinic_phone}."
    rules = [{"rule": "R34", "severity": "urgent", "patient_text": text}]
    edited(draft, manager, changes(rules=rules), now=NOW)
    told = words(as_manager.get(url("pathway_approval")))
    assert "Please call us today at 555-0142." in told
    assert "{clinic_phone}" not in told


def approve(client: Client, **typed: str) -> Any:
    page = client.get(url("pathway_approval"))
    return client.post(url("pathway_approval"), filled(page) | typed, follow=True)


def test_a_draft_is_approved_by_name(
    as_manager: Client, manager: User, clinic: Clinic, draft: PathwayDraft
) -> None:
    recovery = make_recovery(clinic, day=3, now=NOW)
    edited(draft, manager, changes(title="Ours"), now=NOW)
    asked = words(as_manager.get(url("pathway_approval")))
    assert "You approve as Max, Manager." in asked
    assert "is the clinic's own clinical responsibility" in asked
    assert "The 1 recovery under way keeps its version." in asked
    page = words(approve(as_manager, name="Max", note="Dr Mia has looked at it"))
    assert "Version 1 is in use: new recoveries follow it." in page
    assert "The 1 recovery under way keeps its version." in page
    row = Pathway.objects.get(clinic=clinic)
    assert (row.title, row.approved_by, row.note) == ("Ours", manager, "Dr Mia has looked at it")
    recovery.refresh_from_db()
    assert recovery.pathway == default_pathway()
    assert not PathwayDraft.objects.exists()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Your name: Fill this in."),
        ("max", "Your name: That is not how this clinic knows you. Type Max, letter by letter."),
        ("Nora", "Your name: That is not how this clinic knows you."),
        ("Max\x00", "Your name: Null characters are not allowed."),
        ("x" * 121, "Your name: Shorten this to 120 characters."),
    ],
)
def test_another_name_is_refused_beside_the_field(
    as_manager: Client, manager: User, draft: PathwayDraft, typed: str, message: str
) -> None:
    edited(draft, manager, changes(title="Ours"), now=NOW)
    page = approve(as_manager, name=typed, note="Kept")
    assert message in words(page)
    assert filled(page)["note"] == ["Kept"]
    assert not Pathway.objects.exclude(clinic=None).exists()


def test_the_name_is_the_one_that_this_clinic_gave(
    as_manager: Client, manager: User, draft: PathwayDraft
) -> None:
    Membership.objects.filter(user=manager).update(name="Max Mohr")
    edited(draft, manager, changes(title="Ours"), now=NOW)
    assert "letter by letter" in words(approve(as_manager, name="Max"))
    assert "Version 1 is in use" in words(approve(as_manager, name="Max Mohr"))


def test_all_roles_of_who_approves_are_named(
    as_manager: Client, manager: User, clinic: Clinic, draft: PathwayDraft
) -> None:
    Membership.objects.create(user=manager, clinic=clinic, role=Role.CLINICIAN, name="Max")
    edited(draft, manager, changes(title="Ours"), now=NOW)
    asked = words(as_manager.get(url("pathway_approval")))
    assert "You approve as Max, Clinician, Manager." in asked


def test_a_draft_that_has_changed_since_is_not_approved(
    as_manager: Client, manager: User, draft: PathwayDraft
) -> None:
    edited(draft, manager, changes(title="Ours"), now=NOW)
    page = as_manager.get(url("pathway_approval"))
    edited(PathwayDraft.objects.get(), manager, changes(title="Theirs"), now=NOW)
    answer = as_manager.post(url("pathway_approval"), filled(page) | {"name": "Max"})
    assert "Not approved Somebody has changed the draft since you opened it." in words(answer)
    assert not Pathway.objects.exclude(clinic=None).exists()


def test_a_draft_that_changes_nothing_is_not_approved(
    as_manager: Client, draft: PathwayDraft
) -> None:
    assert "There is nothing to approve." in words(as_manager.get(url("pathway_approval")))
    given = {"revision": "1", "name": "Max"}
    page = words(as_manager.post(url("pathway_approval"), given))
    assert "Not approved The draft is the same as the version in use." in page


def test_hard_reading_and_a_review_that_is_near_are_shown_and_stop_nothing(
    as_manager: Client, manager: User, draft: PathwayDraft
) -> None:
    hard = ["Call the clinic about any medicine that is new to you since the procedure."]
    texts = {"about": hard, "review_on": "2026-04-01"}
    edited(draft, manager, changes(phases={"short_term": texts}), now=NOW)
    asked = words(as_manager.get(url("pathway_approval")))
    assert "Short-term, Good to know: reads at grade" in asked
    assert "Texts that are to be reviewed soon: Short-term: Apr 1" in asked
    assert "Version 1 is in use" in words(approve(as_manager, name="Max"))


# Who
# ---


def test_the_neighbours_see_neither_versions_nor_draft(
    as_harbor_manager: Client, manager: User, clinic: Clinic, now: Any
) -> None:
    mine = own_pathway(clinic, manager, changes(title="Ours"), now=NOW)
    edited(begun(clinic, manager, now=NOW), manager, changes(title="Secret"), now=NOW)
    for name in ("pathway_version", "pathway_version_file"):
        assert as_harbor_manager.get(url(name, mine.uuid)).status_code == 404
    page = words(as_harbor_manager.get(url("pathway")))
    assert "Ours" not in page
    assert "Secret" not in page
    as_harbor_manager.post(url("pathway_discard"), {"revision": "2"})
    assert PathwayDraft.objects.get().document["title"] == "Secret"


def test_a_nurse_changes_no_pathway(as_nurse: Client, draft: PathwayDraft) -> None:
    for name in ("pathway", "pathway_draft", "pathway_approval", "pathway_schema"):
        assert as_nurse.get(url(name)).status_code == 403
    assert load(as_nurse, default_yaml()).status_code == 403


# What a page costs
# -----------------


@pytest.mark.parametrize(
    ("name", "most"),
    [("pathway", 9), ("pathway_draft", 8), ("pathway_approval", 9), ("pathway_rules", 6)],
)
def test_a_page_s_statements_do_not_grow_with_versions_and_recoveries(
    as_manager: Client, manager: User, clinic: Clinic, draft: PathwayDraft, name: str, most: int
) -> None:
    edited(draft, manager, changes(title="Ours"), now=NOW)
    pathways.approve(clinic=clinic, revision=2, user=manager, now=NOW)
    for number in range(3):
        own_pathway(clinic, manager, changes(title=f"Ours {number}"), now=NOW)
        make_recovery(clinic, day=3, now=NOW, ticked=False)
    edited(begun(clinic, manager, now=NOW), manager, changes(title="Next"), now=NOW)
    as_manager.get(url(name))
    with CaptureQueriesContext(connection) as statements:
        assert as_manager.get(url(name)).status_code == 200
    assert len(statements) <= most, "\n".join(one["sql"] for one in statements)
    assert not AccessEvent.objects.exists()


def test_a_draft_equals_its_document(draft: PathwayDraft) -> None:
    assert to_data(from_data(draft.document)) == draft.document
