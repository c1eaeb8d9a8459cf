"""A clinic comes to offer Spanish; a patient's pages in it, and every mail in both languages."""

import uuid

from recovery.mails.samples import SAMPLES, sample
from recovery.models import Patient, PatientAccess, Recovery, User
from recovery.wording import Speech
from tests.screens.house import BEGIN, House, staff
from tests.screens.patient import send
from tests.spanish import approve, load_scales

MAIL_SIZES = ((320, 600), (700, 600))
# The small clinic, whose pathway is the one that comes with the product.
MANAGER = "manager@harbor.example"


def mails(house: House) -> None:
    clinic = staff(MANAGER).memberships.get().clinic
    for kind, (title, _to_patient) in SAMPLES.items():
        for language in ("en", "es"):
            mail = sample(kind, clinic=clinic, speech=Speech(language), now=BEGIN)
            [(html, _type)] = mail.alternatives
            what = f"The mail “{title}” in {language}"
            name = f"mail-{kind}-{language}"
            house.camera.take(house.show(html), name, what, sizes=MAIL_SIZES)


def languages(house: House) -> None:
    camera, manager = house.camera, staff(MANAGER)
    clinic = manager.memberships.get().clinic
    house.take(manager, "languages", "Spanish lacks one questionnaire", "languages")
    house.take(manager, "language-missing", "What it lacks, in full", "language", "es")
    load_scales(clinic)
    page = house.take(manager, "language-complete", "Nothing is missing", "language", "es")
    send(page)
    camera.take(page, "language-errors", "Approved without a name")
    approve(clinic, manager)
    house.take(manager, "language-offered", "Approved and offered", "language", "es")
    for language in ("en", "es"):
        route = f"mail_preview?mail=reminders&language={language}"
        house.take(manager, f"mail-preview-{language}", f"The preview in {language}", route)
        route = f"mail_preview?mail=text&language={language}"
        house.take(manager, f"text-preview-{language}", f"A text message in {language}", route)
    name, what = "mail-preview-alone", "What the preview frames"
    house.take(manager, name, what, "mail_preview_page", "reminder", "es")


def in_spanish(house: House) -> None:
    """Of whoever of that clinic was treated last."""
    clinic = staff(MANAGER).memberships.get().clinic
    followed = Recovery.objects.filter(
        clinic=clinic, state="active", patient__accesses__ended_at=None
    )
    recovery = followed.exclude(patient__accesses=None).order_by("-procedure_on", "pk")[0]
    Patient.objects.filter(pk=recovery.patient_id).update(language="es")
    user = PatientAccess.objects.filter(patient=recovery.patient_id)[0].user
    show_pages(house, user, recovery.uuid)
    house.take(None, "spanish-sign-in", "The door in Spanish", "account_login?language=es")


def show_pages(house: House, user: User, recovery: uuid.UUID) -> None:
    for route in ("today", "history", "signs", "milestones"):
        house.take(user, f"spanish-{route}", f"{route.capitalize()} in Spanish", route, recovery)
    house.take(user, "spanish-phase", "A phase in Spanish", "phase", recovery, "short_term")
    page = house.take(user, "spanish-log", "A log in Spanish", "log_form", recovery, uuid.uuid4())
    send(page)
    house.camera.take(page, "spanish-log-errors", "Sent empty")
