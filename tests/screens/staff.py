"""The staff's pages, and those that say no."""

import uuid
from datetime import date, timedelta

from django.conf import settings
from django.test import RequestFactory
from django.urls import reverse

from recovery import clock
from recovery.mails.build import password_link
from recovery.models import Clinic, Message, Recovery, User
from recovery.services import (
    clinics,
    handling,
    observations,
    oncall,
    overdue,
    questionnaires,
    snoozes,
)
from recovery.tokens import first_log_token
from recovery.views.errors import unavailable
from tests.questionnaires import BACK_AND_DAY
from tests.screens.house import BEGIN, House, patient, recovery_of, staff
from tests.screens.patient import QUIET, answer, send

NURSE = "nurse1@northgate.example"


def door(house: House) -> None:
    camera = house.camera
    page = house.take(None, "staff-sign-in", "The staff's sign-in", "staff_sign_in")
    page.fill("input[name=username]", NURSE)
    page.fill("input[name=password]", "not this one")
    send(page)
    camera.take(page, "staff-sign-in-error", "A wrong password")
    page = house.take(None, "staff-password", "A forgotten password", "staff_password_reset")
    page.fill("input[name=email]", "clinician2@northgate.example")
    send(page)
    camera.take(page, "staff-password-sent", "The answer, the same for every address")
    newcomer = User.objects.create_user("new.nurse@northgate.example", name="Ada Moss")
    link = password_link(newcomer).removeprefix(settings.SITE_URL)
    page = house.visit(None, link)
    camera.take(page, "staff-welcome", "A new colleague chooses a password")
    send(page)
    camera.take(page, "staff-welcome-error", "No password typed")


def northgate_silent() -> Recovery:
    silent = Recovery.objects.filter(overdue_since__isnull=False, overdue_hidden=False)
    return silent.filter(clinic__name__startswith="Northgate", state="active").order_by("pk")[0]


def queue(house: House) -> None:
    nurse, camera = staff(NURSE), house.camera
    page = house.take(nurse, "queue", "Who needs somebody, worst first", "queue")
    page.locator("details.ic-me summary").click()
    camera.take(page, "queue-menu", "The person's own menu, open")
    for only in ("urgent", "overdue", "contacted"):
        house.take(nurse, f"queue-{only}", f"The filter {only}", f"queue?only={only}")
    page = house.visit(nurse, reverse("queue") + "?only=emergency&only=urgent")
    camera.take(page, "queue-filters", "Filters of one's own, in force and so open")
    page.locator(".ic-own-filters").get_by_role("button", name="Save").click()
    camera.take(page, "queue-filter-error", "One of them without a name")
    kellerman = recovery_of("Kellerman").uuid
    what = "Who has it, notes, what is expected"
    page = house.take(nurse, "handling", what, "handling", kellerman)
    page.get_by_role("button", name="Leave note").click()
    page.wait_for_load_state()
    camera.take(page, "handling-errors", "A note without words")
    worked_on(house, nurse)
    house.take(nurse, "overdue", "Who did not answer, by phase", "overdue")
    silent = northgate_silent()
    page = house.take(nurse, "overdue-call", "A call about it", "overdue_call", silent.uuid)
    page.get_by_role("button", name="Save call").click()
    page.wait_for_load_state()
    camera.take(page, "overdue-call-errors", "Nothing said of what happened")
    given = {"since": silent.overdue_since, "user": nurse, "now": clock.now()}
    overdue.call(recovery=silent, outcome="no_answer", **given)
    house.take(nurse, "overdue-called", "After a call without an answer", "overdue")
    page = house.visit(nurse, reverse("queue"))
    page.fill("#in-list", "zzz")
    page.press("#in-list", "Enter")
    camera.take(page, "queue-nobody", "A search that finds nobody")
    harbor = staff("nurse@harbor.example")
    house.take(harbor, "queue-harbor", "The small clinic", "queue")
    house.take(nurse, "patients", "All patients, by name", "patients")
    page.locator("nav.ic-pages a").last.click()
    camera.take(page, "patients-next", "The rest of them")
    page.fill("#find", "vo")
    page.press("#find", "Enter")
    camera.take(page, "patients-search", "Found by the beginning of a name")


def worked_on(house: House, nurse: User) -> None:
    wexler, jo = recovery_of("Wexler"), staff("nurse2@northgate.example")
    now = clock.now()
    handling.assign(recovery=wexler, to=nurse, user=jo, now=now)
    note = "Works nights: ring after five, on the landline."
    handling.leave_note(recovery=wexler, user=jo, now=now, text=note, client_id=uuid.uuid4())
    alert = wexler.alerts.get(rule="R33")
    reason = "Known since the visit; the surgeon has looked"
    snoozes.snooze(alert=alert, level=5, reason=reason, user=nurse, now=now)
    what = "A note, an assignment and a snooze"
    house.take(nurse, "handling-done", what, "handling", wexler.uuid)


def groups(house: House) -> None:
    nurse, manager, camera = staff(NURSE), staff("manager@northgate.example"), house.camera
    house.take(nurse, "outcomes", "What became of all patients", "outcomes")
    page = house.visit(manager, reverse("outcomes"))
    page.select_option("#id_group", "surgeon:Mia Aldana")
    page.locator("form.ic-cohort button").click()
    camera.take(page, "outcomes-surgeon", "Those of one surgeon")
    house.take(manager, "outcomes-refused", "A group that is too small", "outcomes?group=surgeon:x")
    house.take(staff("nurse@harbor.example"), "outcomes-few", "Too few yet", "outcomes")
    page = house.take(manager, "practice", "How the practice runs", "practice")
    send(page)
    camera.take(page, "practice-errors", "Sent empty")
    page = house.take(manager, "threshold-ask", "A number to rehearse", "thresholds")
    send(page)
    camera.take(page, "threshold-errors", "Sent empty")
    for number, value, name, what in (
        ("R34.points", "3", "threshold-quieter", "What a quieter rule would lose"),
        ("R34.points", "1", "threshold-louder", "What a louder rule would add"),
    ):
        page = house.visit(manager, reverse("thresholds"))
        page.select_option("#id_number", number)
        page.fill("#id_value", value)
        send(page)
        camera.take(page, name, what)
    house.take(manager, "thresholds", "What was asked so far", "thresholds")


def people(house: House) -> None:
    nurse, camera = staff(NURSE), house.camera
    for family, name, what in (
        ("Kellerman", "patient", "An urgent alert that this nurse has claimed"),
        ("Rowland", "patient-emergency", "An emergency, minutes old"),
        ("Okafor", "patient-no-answer", "An emergency, called without an answer"),
        ("Tadesse", "patient-contacted", "Contacted, not closed yet"),
        ("Mulvaney", "patient-review", "An alert for review"),
        ("Birnbaum", "patient-quiet", "Three months without an alert"),
        ("Grantham", "patient-corrected", "A false entry, corrected and closed"),
        ("Greer", "patient-address", "The address fails"),
        ("Park", "patient-caregiver", "Her daughter logs"),
        ("Roth", "patient-paused", "Paused"),
        ("Soliman", "patient-completed", "Completed"),
        ("Nwosu", "patient-planned", "Before the procedure, little known"),
        ("Sloane", "patient-day-0", "Treated today; the discharge is asked for"),
    ):
        recovery = recovery_of(family).uuid
        house.take(nurse, name, what, "staff_recovery", recovery)
    quiet = recovery_of("Birnbaum").uuid
    page = house.visit(nurse, reverse("staff_recovery", args=[quiet]))
    page.locator("figcaption summary").click()
    camera.take(page, "patient-values", "The values of the days, as a table")
    page = house.visit(nurse, reverse("staff_recovery", args=[quiet]) + "?phase=gradual_return")
    camera.take(page, "patient-phase", "The chart of one phase")
    house.take(nurse, "timeline", "Everything that happened", "recovery_timeline", quiet)
    clinician = staff("clinician1@northgate.example")
    recovery = recovery_of("Kellerman").uuid
    house.take(
        clinician, "patient-clinician", "The same for a clinician", "staff_recovery", recovery
    )
    house.take(
        nurse, "logs", "Every log with its versions", "staff_logs", recovery_of("Grantham").uuid
    )
    birnbaum = recovery_of("Birnbaum").uuid
    page = house.take(nurse, "forms", "Every form with its scores", "staff_checkins", birnbaum)
    page.locator(".ic-trials summary").click()
    camera.take(page, "forms-studies", "What studies report")
    page = house.take(
        nurse, "form-for", "A form entered for a patient", "staff_checkin", birnbaum, "C90"
    )
    send(page)
    camera.take(page, "form-for-errors", "Sent empty")
    tubbs = recovery_of("Tubbs").uuid
    page = house.take(nurse, "log-for", "A log entered for a patient", "staff_log_new", tubbs)
    send(page)
    camera.take(page, "log-for-errors", "Sent empty")
    page = house.take(nurse, "enrol", "A patient and a recovery in one form", "enrol")
    send(page)
    camera.take(page, "enrol-errors", "Sent empty")


def room(house: House) -> None:
    nurse, camera = staff(NURSE), house.camera
    house.take(nurse, "room", "Who is in the observation room", "observation_room")
    sloane = recovery_of("Sloane")
    page = house.take(
        nurse, "observation", "The sheet an hour after coming back", "observation", sloane.uuid
    )
    send(page)
    camera.take(page, "observation-errors", "A mark with nothing in it")
    page = house.visit(nurse, reverse("observation", args=[sloane.uuid]) + "?mark=15")
    camera.take(page, "observation-correct", "A mark that is corrected")
    page = house.visit(nurse, reverse("observation", args=[sloane.uuid]))
    page.fill("#leavingform_at", "14:15")
    page.get_by_role("button", name="Discharge").click()
    page.wait_for_load_state()
    camera.take(page, "observation-open", "A discharge with points open")
    observations.record(
        recovery=sloane,
        user=nurse,
        now=BEGIN,
        minute=60,
        values={"pain": 5, "strength_right": 3, "urine": "cannot"},
        read=None,
    )
    house.take(nurse, "observation-tell", "A change to tell at once", "observation", sloane.uuid)
    house.take(nurse, "room-tell", "The same in the list of the room", "observation_room")
    karadeniz = recovery_of("Karadeniz").uuid
    house.take(nurse, "observation-gone", "Gone home", "observation", karadeniz)
    house.take(nurse, "paper-log", "The first log, to print", "observation_paper", sloane.uuid)
    token = first_log_token(sloane)
    what = "The first log, as the code opens it"
    page = house.take(None, "first-log", what, "first_log_form", token, uuid.uuid4())
    answer(page, QUIET)
    send(page)
    camera.take(page, "first-log-saved", "After the first log")
    house.take(None, "first-log-signs", "The warning signs from the code", "first_log_signs", token)
    token = first_log_token(recovery_of("Karadeniz"))
    house.take(None, "first-log-ended", "The code after a log came", "first_log", token)


def procedures(house: House) -> None:
    nurse, camera = staff(NURSE), house.camera
    planned, done = recovery_of("Nwosu").uuid, recovery_of("Soliman").uuid
    page = house.take(nurse, "procedure", "A procedure's date", "procedure", planned)
    page.locator("summary", has_text="It will not take place").click()
    camera.take(page, "procedure-cancel", "What cancelling it stops")
    send(page)
    camera.take(page, "procedure-error", "Sent without a change")
    for family, name in (("Nwosu", "procedure-preview"), ("Kellerman", "procedure-preview-late")):
        page = house.visit(nurse, reverse("procedure", args=[recovery_of(family).uuid]))
        page.fill("#id_procedure_date", (BEGIN + timedelta(days=9)).date().isoformat())
        page.fill("#id_reason", "Fever on the morning")
        send(page)
        camera.take(page, name, "What would move, what is cancelled and what stays")
    house.take(nurse, "procedure-new", "A second procedure", "procedure_new", done)
    house.take(
        nurse, "procedure-new-followed", "While the first is followed", "procedure_new", planned
    )
    house.take(nurse, "facts", "The facts, to correct", "facts_edit", planned)
    page.goto(settings.SITE_URL + reverse("facts_edit", args=[planned]))
    page.fill("#id_icd10", "lumbago")
    send(page)
    camera.take(page, "facts-error", "A code that is none")
    house.take(nurse, "person", "Phone and date of birth, to correct", "person_edit", planned)
    tubbs = recovery_of("Tubbs").uuid
    page = house.take(
        nurse, "milestones-for", "Back to daily life, told", "staff_milestones", tubbs
    )
    page.fill("#id_walked-on", "2020-01-01")
    page.locator("section[aria-labelledby=h-walked] .btn-primary").click()
    page.wait_for_load_state()
    camera.take(page, "milestones-for-error", "A day before the procedure")


def ledger(house: House) -> None:
    nurse, camera = staff(NURSE), house.camera
    for family, name, what in (
        ("Kellerman", "mails-of", "Every mail of a patient, planned and past"),
        ("Greer", "mails-of-address", "The same where the address fails"),
        ("Roth", "mails-of-paused", "The same while paused"),
    ):
        house.take(nurse, name, what, "recovery_ledger", recovery_of(family).uuid)
    greer = recovery_of("Greer").uuid
    house.take(nurse, "address", "An address that fails", "address", greer)
    tubbs = recovery_of("Tubbs").uuid
    page = house.take(nurse, "reminders-of", "How a patient is reminded", "reminders_of", tubbs)
    page.fill("#id_mobile", "soon")
    send(page)
    camera.take(page, "reminders-of-errors", "A number that is none")
    house.take(nurse, "mails", "Every mail of the clinic", "ledger")
    house.take(nurse, "mails-unknown", "Mails that need a look", "unknown_mails")
    refused = _refused(nurse, kind="reminder", reason="server", recovery=recovery_of("Kellerman"))
    # Until the next tick.
    tubbs_waits = Recovery.objects.filter(uuid=tubbs)
    tubbs_waits.update(next_event_at=clock.now() - timedelta(hours=1))
    house.take(nurse, "mails-look", "The same with some that do", "unknown_mails")
    refused.delete()
    page = house.visit(nurse, reverse("ledger") + "?day=soon")
    camera.take(page, "mails-error", "A day that is none")
    house.take(nurse, "dry-run", "What will go out, and what will not and why", "dry_run")
    page = house.visit(nurse, reverse("dry_run") + "?until=2020-01-01T12:00")
    camera.take(page, "dry-run-error", "A time that is past")


def _refused(user: User, *, kind: str, reason: str, recovery: Recovery | None = None) -> Message:
    then = clock.now()
    return Message.objects.create(
        kind=kind,
        state=Message.State.REFUSED,
        reason=reason,
        dedupe_key=f"picture:{uuid.uuid4()}",
        clinic=Clinic.objects.get(name="Northgate Spine Clinic"),
        recovery=recovery,
        user=user,
        created_at=then,
        planned_at=then,
        send_after=then,
    )


def clinic(house: House) -> None:
    manager, camera = staff("manager@northgate.example"), house.camera
    house.take(manager, "clinic-new", "The manager's page, nobody on call yet", "clinic")
    clinic = Clinic.objects.get(name="Northgate Spine Clinic")
    nurse = staff(NURSE)
    for user in (nurse, staff("clinician1@northgate.example"), staff("nurse2@northgate.example")):
        oncall.move(clinic=clinic, user=user, to="on")
    wanted = dict.fromkeys(oncall.MAILS, True) | {"urgent_mails": False, "digest_mails": False}
    user = staff("clinician2@northgate.example")
    oncall.choose(clinic=clinic, user=user, mails=wanted)
    for on, name in ((date(2026, 5, 25), "Memorial Day"), (date(2026, 7, 3), "Independence Day")):
        clinics.add_holiday(clinic=clinic, on=on, name=name, now=BEGIN)
    house.take(nurse, "my-mails", "Which mails a person wants", "my_mails")
    refused = _refused(nurse, kind="alert", reason="address_fails")
    house.take(
        manager, "clinic-address", "The manager's page where an address on call fails", "clinic"
    )
    refused.delete()
    page = house.take(manager, "clinic", "The manager's page: on call, holidays", "clinic")
    page.fill("#holiday_on", "2046-12-25")
    page.fill("#holiday_holiday", "Christmas Day")
    page.get_by_role("button", name="Add the holiday").click()
    camera.take(page, "clinic-holiday-error", "A holiday in twenty years")
    page.goto(settings.SITE_URL + reverse("clinic"))
    page.fill("input[name=emergency_number]", "soon")
    page.locator("form.ic-form:has(input[name=emergency_number]) button.btn-primary").click()
    page.wait_for_load_state()
    camera.take(page, "clinic-errors", "A number that is none")
    page = house.take(manager, "questionnaires", "No questionnaire loaded yet", "questionnaires")
    send(page)
    camera.take(page, "questionnaires-errors", "Sent empty")
    given = {"clinic": Clinic.objects.get(name="Northgate Spine Clinic"), "user": manager}
    raw = BACK_AND_DAY.read_bytes()
    for version in (b"2026-02", b"2026-03"):
        row = questionnaires.load(
            raw=raw.replace(b"2026-03", version), key="BACK", forms=["six_week"], now=BEGIN, **given
        ).questionnaire
    house.take(manager, "questionnaires-loaded", "A version in use, one retired", "questionnaires")
    name, what = "questionnaire", "As patients see it, with all its questions"
    house.take(manager, name, what, "questionnaire", row.uuid)
    harbor = Clinic.objects.get(name="Harbor Spine")
    samir = staff("clinician2@northgate.example")
    clinics.invite(clinic=harbor, email=samir.email, name=samir.name, role="clinician", now=BEGIN)
    what = "Which clinic, for those who have several"
    page = house.take(samir, "staff-clinics", what, "staff_clinics")
    page.get_by_role("button", name="Northgate").click()
    page.goto(settings.SITE_URL + reverse("enrol"))
    second = page.context.new_page()
    second.goto(settings.SITE_URL + reverse("staff_clinics"))
    second.get_by_role("button", name="Harbor").click()
    second.close()
    send(page)
    camera.take(page, "staff-other-clinic", "A page sent after another clinic was chosen")


def refusals(house: House) -> None:
    nurse, camera = staff(NURSE), house.camera
    house.take(nurse, "forbidden", "A page for another role", "clinic")
    stranger, _recovery = patient("Baptiste")
    page = house.visit(stranger, reverse("today", args=[recovery_of("Rowland").uuid]))
    camera.take(page, "not-found", "An address that is not one's own")
    page = house.visit(nurse, reverse("today", args=[recovery_of("Rowland").uuid]))
    camera.take(page, "forbidden-patient", "A patient's page, opened by staff")
    page = house.visit(nurse, "/staff/nowhere/")
    camera.take(page, "not-found-staff", "An address of the staff's that leads nowhere")
    answer = unavailable(RequestFactory().get("/"))
    page = house.show_at("/", answer.content.decode())
    camera.take(page, "unavailable", "The database is gone")
    path = reverse("log_form", args=[uuid.uuid4(), uuid.uuid4()])
    answer = unavailable(RequestFactory().post(path, {"bladder": "yes"}))
    page = house.show_at(path, answer.content.decode())
    camera.take(page, "unavailable-log", "The same for a log with a warning sign")
