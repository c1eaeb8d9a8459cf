"""The manager's pages of the clinic's pathway, and a recovery that is moved to another version."""

from recovery.clinical.ownpathways import write_yaml
from recovery.models import Clinic
from recovery.queries.pathways import active_pathway, document_of
from recovery.services import pathways as service
from tests.pathways import begun, changes, edited
from tests.screens.house import BEGIN, House, recovery_of, staff
from tests.screens.staff import NURSE, send

CHANGES = {
    "title": "Northgate, spring 2026",
    "forms": {
        "DAY-05": {"reminders": ["D5 18:00"]},
        "PULSE-83": None,
        "C180": {"asked": True},
    },
    "corridor": [
        {"first_day": 0, "last_day": 6, "low": 2, "high": 8},
        {"first_day": 7, "last_day": 41, "low": 1, "high": 6},
        {"first_day": 42, "last_day": None, "low": 0, "high": 4},
    ],
    "rules": [
        {
            "rule": "R34",
            "severity": "urgent",
            "patient_text": "Please call us today at {clinic_phone}. At night, call "
            "{after_hours_phone}.",
        }
    ],
}


def pathways(house: House) -> None:
    manager, camera = staff("manager@northgate.example"), house.camera
    clinic = Clinic.objects.get(name="Northgate Spine Clinic")
    page = house.take(manager, "pathway", "The pathway in use, no draft yet", "pathway")
    spoilt = write_yaml(document_of(active_pathway(clinic)))
    spoilt = spoilt.replace("'D5 17:00'", "'D7 17:00'").replace("form: six_week", "form: weekly")
    file = {"name": "northgate.yaml", "mimeType": "application/yaml", "buffer": spoilt.encode()}
    page.set_input_files("#id_file", file)
    page.get_by_role("button", name="Load", exact=True).click()
    camera.take(page, "pathway-file", "A file with problems, each with its line")
    draft = edited(begun(clinic, manager, now=BEGIN), manager, changes(**CHANGES), now=BEGIN)
    house.take(manager, "pathway-draft", "A draft beside the version in use", "pathway")
    house.take(manager, "pathway-title", "What the draft is called", "pathway_title")
    house.take(manager, "pathway-read", "The draft as a page to read", "pathway_draft")
    house.take(manager, "pathway-slot", "When a form is asked", "pathway_slot", "DAY-05")
    page.fill("#id_reminder_0_day", "7")
    page.fill("#id_due_time", "05:00")
    page.fill("#id_opens_day", "soon")
    send(page)
    camera.take(page, "pathway-slot-errors", "Times that cannot be")
    house.take(manager, "pathway-slot-new", "A form to add", "pathway_slot_new")
    house.take(manager, "pathway-days", "Where phases end", "pathway_days")
    house.take(manager, "pathway-texts", "What patients are told", "pathway_texts", "short_term")
    house.take(manager, "pathway-texts-before", "The same before it", "pathway_texts", "before")
    house.take(manager, "pathway-rules", "All rules of the draft", "pathway_rules")
    page = house.take(manager, "pathway-rule", "One rule, raised", "pathway_rule", "R34")
    page.fill("#id_patient_text", "Please call us today.")
    send(page)
    camera.take(page, "pathway-rule-errors", "A text without a number")
    what = "What follows when nobody answers"
    house.take(manager, "pathway-unanswered", what, "pathway_unanswered")
    house.take(manager, "pathway-corridor", "The corridor's steps", "pathway_corridor")
    page = house.take(manager, "pathway-approval", "What differs, and approval", "pathway_approval")
    page.fill("#id_name", "somebody")
    send(page)
    camera.take(page, "pathway-approval-error", "Another name than one's own")
    page = house.take(manager, "rehearsal-ask", "Changed rules, not rehearsed yet", "rehearsal")
    page.get_by_role("button", name="Run the rehearsal").click()
    camera.take(page, "rehearsal", "What the changed rules would have done")
    page.get_by_role("button", name="I have looked at this").click()
    camera.take(page, "pathway-approval-rehearsed", "Approval after the rehearsal")
    house.take(manager, "pathway-discard", "Discarding asks once", "pathway_discard")
    service.approve(
        clinic=clinic,
        revision=draft.revision,
        user=manager,
        now=BEGIN,
        note="Dr Farah has looked at the texts",
    )
    house.take(manager, "pathway-versions", "A version of the clinic's own in use", "pathway")
    own = active_pathway(clinic).uuid
    house.take(manager, "pathway-version", "That version as a page to read", "pathway_version", own)
    recovery = recovery_of("Birnbaum")
    name, what = "pathway-move", "What moving a recovery to it would do"
    page = house.take(staff(NURSE), name, what, "pathway_move", recovery.uuid)
    page.get_by_role("button", name="Move to version 2").click()
    camera.take(page, "patient-moved", "The patient's page after it")
