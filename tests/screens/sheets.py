"""The visit sheet with the patient's questions, the sheet for a therapist, the activity ledger."""

import uuid

from recovery.models import DailyLog, TherapistLink
from recovery.services import therapists, visits
from recovery.tokens import therapist_token
from tests.screens.house import BEGIN, House, patient, recovery_of, staff
from tests.screens.patient import send


def sheets(house: House) -> None:
    nurse, camera = staff("nurse1@northgate.example"), house.camera
    user, recovery = patient("Birnbaum")
    house.take(
        user, "questions-none", "No question written down yet", "visit_questions", recovery.uuid
    )
    for text in (
        "May I swim again, and when can I lift my granddaughter?",
        "Why does it still hurt in the morning, and will that stay?",
    ):
        asked = visits.ask(
            recovery=recovery,
            text=text,
            client_id=uuid.uuid4(),
            user=user,
            source=DailyLog.Source.PATIENT,
            now=BEGIN,
        )
    page = house.take(user, "questions", "Questions for my visit", "visit_questions", recovery.uuid)
    send(page)
    camera.take(page, "questions-error", "Sent empty")
    ids = recovery.uuid, asked.uuid
    house.take(user, "question", "One of them, to change or remove", "visit_question", *ids)
    for family, name in (("Birnbaum", "visit"), ("Kellerman", "visit-alerts")):
        what = "The sheet before a visit"
        house.take(nurse, name, what, "visit_page", recovery_of(family).uuid)
    page = house.take(
        nurse, "therapists", "No link for a therapist", "therapist_links", recovery.uuid
    )
    send(page)
    camera.take(page, "therapists-error", "Sent without the patient's agreement")
    given = {"recovery": recovery, "user": nurse, "now": BEGIN, "days": 30}
    consent = {"consent_how": TherapistLink.ConsentHow.SPOKEN, "consented_on": BEGIN.date()}
    links = [
        therapists.make(recipient=recipient, client_id=uuid.uuid4(), **given, **consent)
        for recipient in ("Riverside Physical Therapy", "Elm Street Practice")
    ]
    therapists.revoke(link=links[1], user=nurse, now=BEGIN)
    house.take(
        nurse, "therapists-made", "One that works, one revoked", "therapist_links", recovery.uuid
    )
    token = therapist_token(links[0])
    page = house.take(None, "therapist-ask", "The link asks first", "therapist_sheet", token)
    assert recovery.patient.birth_date is not None
    page.fill("#id_birth_date", recovery.patient.birth_date.isoformat())
    send(page)
    camera.take(page, "therapist-sheet", "What a therapist sees")
    ended = therapist_token(links[1])
    house.take(None, "therapist-ended", "A link that was revoked", "therapist_sheet", ended)
    house.take(nurse, "activity", "The activity ledger of a month", "activity")
    house.take(nurse, "activity-error", "A month that is none", "activity?month=soon")
    tadesse = recovery_of("Tadesse").uuid
    house.take(nurse, "activity-of", "The same of a patient", "recovery_activity", tadesse)
