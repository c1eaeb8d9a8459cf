"""axe on every page of the URLconf, in the states that matter, on a phone and on a desk.

The console must stay silent too (open_page sees to it): nothing a page does is refused by the CSP.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.urls import get_resolver, reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page

from recovery.clinical.plan import Step
from recovery.clinical.rules import Supposed
from recovery.mails.samples import SAMPLES
from recovery.models import CheckIn, Export, Message, Patient, Recovery, User
from recovery.services import (
    addresses,
    clinics,
    contacts,
    handling,
    imports,
    languages,
    logs,
    milestones,
    observations,
    oncall,
    overdue,
    preferences,
    questionnaires,
    rehearsals,
    snoozes,
    therapists,
    thresholds,
    visits,
    waits,
)
from recovery.tokens import first_log_token, link_token, therapist_token, unsubscribe_token
from tests.browser.axe import complaints
from tests.browser.doors import come_in
from tests.cast import (
    QUIET,
    checkin_of,
    default_pathway,
    make_recovery,
    staff,
    user_of,
)
from tests.completed import pathway_with_steps, with_own_days
from tests.lists import a_list, many
from tests.outcomes import a_good_year, answered, treated
from tests.pathways import begun, changes, edited, own_pathway
from tests.questionnaires import BACK_AND_DAY
from tests.spanish import approve, load_scales
from tests.test_routes import ROUTES, a_kept_mail, names
from tests.texting import by_text
from tests.visits import share, with_a_year

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]

WIDTHS = (390, 1280)
# In New York: the observation room has a day of its own.
NOON = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)
# Routes that answer a GET with a page; the rest redirect, or are for machines.
NO_PAGE = {
    "ledger_csv",
    "recovery_ledger_csv",
    "activity_csv",
    "recovery_activity_csv",
    "visit_pdf",
    "import_template",
    "queue_rows",
    "home",
    "log_new",
    "checkin_start",
    "link",
    "short_link",
    "account_request_login_code",
    "healthz",
    "readyz",
    "pathway_schema",
    "pathway_version_file",
    "pathway_draft_file",
}
PAGES = {name for name, route in ROUTES.items() if "GET" in route.methods and name not in NO_PAGE}


@dataclass
class World:
    clinic: Any
    site: str
    page: Page
    users: dict[str, User] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def log(
        self, recovery: Recovery, *, days_ago: int = 0, mode: str = "web", **answers: Any
    ) -> Any:
        now = timezone.now()
        today = now.astimezone(ZoneInfo(recovery.patient.zone)).date()
        return logs.record(
            recovery_id=recovery.pk,
            values=QUIET | answers,
            client_id=uuid.uuid4(),
            revision=None,
            log_date=today - timedelta(days=1 + days_ago),
            now=now,
            source="patient",
            mode=mode,
        ).log


@pytest.fixture
def world(
    live_server: Any, clinic: Any, settings: Any, tmp_path: Any, open_page: Callable[..., Page]
) -> World:
    default_pathway()
    cache.clear()
    settings.VAR_DIR = tmp_path
    users = {
        "nurse": staff(clinic, "Nora", "nurse"),
        "manager": staff(clinic, "Max", "manager"),
    }
    return World(clinic, live_server.url, open_page(width=WIDTHS[0]), users)


def visit(world: World, visitor: User | None) -> Page:
    """The page as a visitor who has signed in already, through the right door, would open it."""
    come_in(world.page, visitor, world.site)
    return world.page


def sideways(page: Page) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


def check(page: Page, where: str) -> Iterator[str]:
    """What is wrong at each width; the page is left as wide as it was."""
    size = page.viewport_size
    assert size is not None
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": size["height"]})
        for problem in complaints(page):
            yield f"{where} at {width}: {problem}"
        if sideways(page):
            yield f"{where} at {width}: scrolls sideways"
    page.set_viewport_size(size)


def look(world: World, visitor: User | None, *routes: Any) -> list[str]:
    """Complaints about pages, each a route's name or (name, ids)."""
    problems: list[str] = []
    page = visit(world, visitor)
    for route in routes:
        name, *ids = route if isinstance(route, tuple) else (route,)
        answer = page.goto(world.site + reverse(name, args=ids))
        assert answer is not None
        assert answer.status < 500, name
        world.seen.add(name)
        problems += check(page, name)
    return problems


def refuse(world: World, visitor: User | None, *routes: Any) -> list[str]:
    """Complaints about forms that are sent empty: the summary must stand there."""
    problems: list[str] = []
    page = visit(world, visitor)
    for route in routes:
        name, *ids = route if isinstance(route, tuple) else (route,)
        page.goto(world.site + reverse(name, args=ids))
        page.locator("main form button.btn-primary").last.click()
        page.wait_for_load_state()
        assert page.title().startswith("Error"), name
        problems += check(page, f"{name} refused")
    return problems


def alarm(world: World) -> Recovery:
    recovery = make_recovery(world.clinic, day=5)
    world.log(recovery, saddle="yes", fall=True, pain_avg=9, pain_controlled=False)
    return recovery


def test_nothing_there_yet(world):
    nurse, manager = world.users["nurse"], world.users["manager"]
    alone = User.objects.create_user("alone@example.org")
    assert look(world, nurse, "queue", "patients", "enrol") == []
    assert look(world, manager, "clinic") == []
    assert look(world, alone, "people") == []
    assert look(world, None, "demo_mailbox") == []
    planned = make_recovery(world.clinic, day=-4)
    ids = (
        ("today", planned.uuid),
        ("history", planned.uuid),
        ("phase", planned.uuid, "before"),
        ("milestones", planned.uuid),
    )
    assert look(world, user_of(planned), *ids) == []
    assert look(world, nurse, ("staff_recovery", planned.uuid)) == []


def test_many_rows(world):
    nurse = world.users["nurse"]
    signs = [{"saddle": "yes"}, {"calf_one_leg": True}, {"fall": True}, {}]
    for number in range(56):
        recovery = make_recovery(world.clinic, day=5 + number % 60)
        world.log(recovery, **signs[number % len(signs)])
    for days_ago in range(20, 0, -1):
        world.log(recovery, days_ago=days_ago, pain_avg=days_ago % 9)
    contacts.record(
        recovery=recovery, user=nurse, now=timezone.now(), kind="call", outcome="no_answer"
    )
    ids = [(name, recovery.uuid) for name in ("staff_recovery", "recovery_timeline", "staff_logs")]
    assert look(world, nurse, "queue", "patients", *ids) == []
    ids = ("today", recovery.uuid), ("history", recovery.uuid)
    assert look(world, user_of(recovery), *ids) == []


def test_the_queue_at_work_and_who_is_silent(world):
    nurse, now = world.users["nurse"], timezone.now()
    jonas = staff(world.clinic, "Jonas", "nurse")
    silent, called = make_recovery(world.clinic, day=5), make_recovery(world.clinic, day=40)
    ours = make_recovery(world.clinic, day=20)
    assert look(world, nurse, "overdue", ("overdue_call", silent.uuid)) == []
    log = world.log(ours, leg_pain=4, leg_pain_status="new_or_worse", leg_side="left", fall=True)
    saved = ("log_saved", ours.uuid, log.client_id)
    assert look(world, user_of(ours), saved) == []
    waits.answer(log=log, can_wait=False, now=now)
    assert look(world, user_of(ours), saved) == []
    page = ("handling", ours.uuid)
    assert look(world, nurse, page) == []
    handling.claim(recovery=ours, user=jonas, now=now)
    handling.assign(recovery=ours, to=nurse, user=nurse, now=now)
    note = {"text": "Rings after 5", "client_id": uuid.uuid4()}
    handling.leave_note(recovery=ours, user=nurse, now=now, **note)
    alert = ours.alerts.get(rule="R33")
    snoozes.snooze(alert=alert, level=5, reason="Known", user=nurse, now=now)
    kept = {"name": "Mine, urgent", "only": ["urgent"], "mine": True}
    handling.save_filter(clinic=world.clinic, user=nurse, saved=kept)
    overdue.call(
        recovery=Recovery.objects.select_related("clinic").get(pk=called.pk),
        since=called.overdue_since or now,
        user=jonas,
        now=now,
        outcome="no_answer",
    )
    assert look(world, nurse, page, "queue", "overdue") == []
    problems = []
    page = visit(world, nurse)
    page.goto(world.site + reverse("queue") + "?only=urgent&mine=yes")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    problems += check(page, "filters")
    for name, button in (("handling", "Leave note"), ("overdue_call", "Save call")):
        page.goto(world.site + reverse(name, args=[silent.uuid]))
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
        assert page.title().startswith("Error"), name
        problems += check(page, f"{name} refused")
    assert problems == []


def test_an_address_that_fails_and_a_mail_of_unknown_fate(world):
    recovery, nurse = make_recovery(world.clinic, day=5), world.users["nurse"]
    addresses.invite_again(recovery=recovery, user=nurse, now=timezone.now())
    pages = ("address", recovery.uuid), "unknown_mails"
    assert look(world, nurse, *pages) == []
    mail = recovery.messages.filter(kind="invitation").first()
    addresses.address_failed(mail, now=timezone.now())
    Message.objects.filter(pk=mail.pk).update(state="unknown", message_id="<" + "1" * 60 + "@x>")
    assert look(world, nurse, *pages) == []
    Message.objects.filter(pk=mail.pk).update(
        state="refused", reason="broken", fault="TemplateSyntaxError"
    )
    assert look(world, nurse, "unknown_mails") == []


def test_outcomes_and_the_practice(world):
    nurse, manager, now = world.users["nurse"], world.users["manager"], timezone.now()
    assert look(world, manager, "outcomes", "practice") == []
    answered(treated(world.clinic, 6, at=now - timedelta(days=130)), nrs=(7, 3), peg=(20, 9))
    assert look(world, nurse, "outcomes") == []
    a_good_year(world.clinic, nurse, now)
    clinics.record_procedures(clinic=world.clinic, year=now.year, month=1, number=3)
    assert look(world, manager, "outcomes", "practice") == []
    assert refuse(world, manager, "practice") == []


def test_the_ledger_and_the_dry_run(world):
    nurse, clinic, now = world.users["nurse"], world.clinic, timezone.now()
    recovery = make_recovery(clinic, day=5)
    empty = ("recovery_ledger", make_recovery(clinic, day=-40).uuid)
    assert look(world, nurse, empty, "ledger", "dry_run") == []
    for state, reason in (
        ("owed", ""),
        ("sent", ""),
        ("unknown", ""),
        ("refused", "address_fails"),
        ("not_sent", "capped"),
    ):
        Message.objects.create(
            kind="reminder",
            state=state,
            reason=reason,
            dedupe_key=f"looked at {state}",
            clinic=clinic,
            recovery=recovery,
            checkin=checkin_of(recovery, "DAY-05"),
            user=user_of(recovery),
            number=1,
            created_at=now,
            planned_at=now,
            send_after=now,
            sent_at=now if state == "sent" else None,
            message_id="<" + "1" * 60 + "@x>",
        )
    pages = ("recovery_ledger", recovery.uuid), "ledger", "dry_run"
    assert look(world, nurse, *pages) == []
    problems = []
    page = visit(world, nurse)
    for query in (reverse("ledger") + "?day=soon", reverse("dry_run") + "?until=soon"):
        page.goto(world.site + query)
        assert page.title().startswith("Error")
        problems += check(page, query)
    assert problems == []


def test_how_a_patient_is_reminded(world, texts):
    nurse, now = world.users["nurse"], timezone.now()
    recovery = by_text(make_recovery(world.clinic, day=5), "email,sms")
    user, checkin = user_of(recovery), checkin_of(recovery, "DAY-05")
    ids = recovery.uuid, checkin.uuid
    token = link_token(checkin)
    mine = ("reminders", recovery.uuid), ("reminders_pause", recovery.uuid), ("checkin_later", *ids)
    later_page, off = ("link_later", token), ("unsubscribe", unsubscribe_token(recovery.patient))
    of = ("reminders_of", recovery.uuid)
    assert look(world, user, *mine) == []
    assert look(world, None, later_page, off) == []
    assert look(world, nurse, of) == []
    # Nothing chosen, and a number that is none.
    assert refuse(world, user, mine[1]) == []
    problems = []
    for visitor, (name, *args) in ((user, mine[0]), (nurse, of)):
        page = visit(world, visitor)
        page.goto(world.site + reverse(name, args=args))
        page.fill("#id_mobile", "soon")
        page.select_option("#id_remind_at", "08:00")
        page.select_option("#id_quiet_until", "10:00")
        page.get_by_role("button", name="Save").click()
        page.wait_for_load_state()
        assert page.title().startswith("Error")
        problems += check(page, f"{name} refused")
    assert problems == []
    preferences.pause(recovery=recovery, user=user, now=now, days=3)
    Patient.objects.filter(pk=recovery.patient_id).update(
        mobile_fails_at=now, logs_off_at=now, quiet_until="09:00"
    )
    Recovery.objects.filter(pk=recovery.pk).update(
        call_since=now, call_for="C90", queue_rank=4, queue_since=now
    )
    assert look(world, user, *mine, ("today", recovery.uuid)) == []
    assert look(world, None, later_page, off) == []
    ledger, page = ("recovery_ledger", recovery.uuid), ("staff_recovery", recovery.uuid)
    assert look(world, nurse, of, ledger, page, "queue") == []


def test_lists_of_procedures(world):
    nurse, clinic, now = world.users["nurse"], world.clinic, timezone.now()
    assert look(world, nurse, "procedure_imports") == []
    assert refuse(world, nurse, "procedure_imports") == []
    preview = a_list(clinic, nurse, many(70, 60, today=now.date()))
    address = ("procedure_import", preview.uuid)
    assert look(world, nurse, address, "procedure_imports") == []
    page = visit(world, nurse)
    page.goto(world.site + reverse("procedure_import", args=[preview.uuid]))
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    assert page.title().startswith("Error")
    assert list(check(page, "a list that nobody vouched for")) == []
    imports.confirm(procedure_import=preview, user=nurse, now=now, vouched=True)
    assert look(world, nurse, address) == []
    imports.take_in(clock=timezone.now, until=now + timedelta(hours=1))
    assert look(world, nurse, address, "procedure_imports") == []
    untold = Recovery.objects.filter(patient__consents=None).first()
    told = ("consent", untold.uuid)
    assert look(world, nurse, told, ("staff_recovery", untold.uuid)) == []
    assert refuse(world, nurse, told) == []


def test_exports(world):
    manager, clinic, now = world.users["manager"], world.clinic, timezone.now()
    assert look(world, manager, "exports") == []
    assert refuse(world, manager, "exports") == []
    for finished_at in (now, None):
        Export.objects.create(
            clinic=clinic,
            by=manager,
            at=now,
            tables=[*Export.Table.values],
            format="xlsx",
            de_identified=finished_at is None,
            first=now.date(),
            last=now.date(),
            rows=123456,
            finished_at=finished_at,
        )
    assert look(world, manager, "exports") == []


def test_a_rehearsal(world):
    manager, clinic, now = world.users["manager"], world.clinic, timezone.now()
    begun(clinic, manager)
    assert look(world, manager, "rehearsal") == []
    for day in (4, 9):
        recovery = make_recovery(clinic, day=day)
        for days_ago in range(3):
            world.log(recovery, days_ago=days_ago, fall=True, leg_pain_status="new_or_worse")
    changed = [
        {"rule": rule, "severity": "urgent", "patient_text": "Call us today at {clinic_phone}."}
        for rule in ("R33", "R35")
    ]
    edited(begun(clinic, manager), manager, changes(rules=changed))
    assert look(world, manager, "rehearsal", "pathway_approval") == []
    row = rehearsals.begin(clinic=clinic, user=manager, now=now)
    assert look(world, manager, "rehearsal", "pathway_approval") == []
    rehearsals.run(clock=timezone.now, until=now + timedelta(hours=1))
    assert look(world, manager, "rehearsal", "pathway_approval") == []
    rehearsals.see(rehearsal=row, user=manager, now=now)
    assert look(world, manager, "rehearsal", "pathway_approval") == []
    both = staff(clinic, "Bea", "manager", "nurse")
    assert look(world, both, "rehearsal") == []


def test_a_threshold(world):
    manager, clinic, now = world.users["manager"], world.clinic, timezone.now()
    assert look(world, manager, "thresholds") == []
    recovery = make_recovery(clinic, day=9)
    for days_ago in range(3):
        world.log(recovery, days_ago=days_ago, fall=True, pain_avg=8)
    both = staff(clinic, "Bea", "clinician")
    for rule, value in (("R19", 5), ("R19", 1), ("R18", 2)):
        row = thresholds.begin(
            clinic=clinic, supposed=Supposed(rule, "points", value), user=manager, now=now
        )
        result = ("threshold", row.uuid)
        assert look(world, manager, result, "thresholds") == []
        thresholds.run(clock=timezone.now, until=now + timedelta(hours=1))
        assert look(world, manager, result) == []
        assert look(world, both, result) == []
    assert refuse(world, manager, "thresholds") == []


def test_who_is_told_and_when(world):
    nurse, manager, clinic = world.users["nurse"], world.users["manager"], world.clinic
    assert look(world, nurse, "my_mails") == []
    for name in ("Jonas", "Mia"):
        oncall.move(clinic=clinic, user=staff(clinic, name, "nurse"), to="on")
    mails = dict.fromkeys(oncall.MAILS, True) | {"digest_mails": False}
    oncall.choose(clinic=clinic, user=nurse, mails=mails)
    day = timezone.now().date() + timedelta(days=30)
    clinics.add_holiday(clinic=clinic, on=day, name="Founders' Day", now=timezone.now())
    assert look(world, manager, "clinic") == []
    assert look(world, nurse, "my_mails") == []
    problems = []
    page = visit(world, manager)
    page.goto(world.site + reverse("clinic"))
    page.get_by_role("button", name="Add the holiday").click()
    page.wait_for_load_state()
    assert page.title().startswith("Error")
    problems += check(page, "a refused holiday")
    assert problems == []


def test_the_visit_sheet_and_the_patient_s_questions(world):
    nurse, now = world.users["nurse"], timezone.now()
    empty = make_recovery(world.clinic, day=-3)
    recovery = with_a_year(world.clinic, nurse, now=now, days=40)
    pages = ("visit_page", empty.uuid), ("visit_page", recovery.uuid)
    assert look(world, nurse, *pages) == []
    user, question = user_of(recovery), recovery.visit_questions.last()
    mine = ("visit_questions", recovery.uuid), ("visit_questions", empty.uuid)
    assert look(world, user_of(empty), mine[1]) == []
    form = ("visit_question", recovery.uuid, question.uuid)
    assert look(world, user, mine[0], form) == []
    assert refuse(world, user, mine[0]) == []
    visits.take(recovery=recovery, read={question.uuid: 0}, user=nurse, now=now)
    assert look(world, user, mine[0]) == []


def test_a_sheet_for_a_therapist(world):
    nurse, now = world.users["nurse"], timezone.now()
    recovery = with_a_year(world.clinic, nurse, now=now, days=40)
    links = ("therapist_links", recovery.uuid)
    assert look(world, nurse, links) == []
    assert refuse(world, nurse, links) == []
    link = share(recovery, nurse, now=now)
    ended = share(recovery, nurse, now=now, recipient="An old practice")
    therapists.revoke(link=ended, user=nurse, now=now)
    assert look(world, nurse, links) == []
    sheet = ("therapist_sheet", therapist_token(link))
    assert look(world, None, sheet) == []
    assert refuse(world, None, sheet) == []
    found = []
    page = visit(world, None)
    page.goto(world.site + reverse(sheet[0], args=sheet[1:]))
    page.fill("#id_birth_date", recovery.patient.birth_date.isoformat())
    page.get_by_role("button", name="Open the sheet").click()
    page.wait_for_load_state()
    assert recovery.patient.family_name in page.locator("h1").inner_text()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found += check(page, "the sheet")
    assert found == []
    assert look(world, None, ("therapist_sheet", therapist_token(ended))) == []


def test_the_activity_ledger(world):
    nurse, now = world.users["nurse"], timezone.now()
    empty = make_recovery(world.clinic, day=3, baseline=False)
    assert look(world, nurse, "activity", ("recovery_activity", empty.uuid)) == []
    recovery = with_a_year(world.clinic, nurse, now=now, days=70)
    contacts.record(
        recovery=recovery, user=nurse, now=now, kind="visit", outcome="advised", minutes=20
    )
    assert look(world, nurse, "activity", ("recovery_activity", recovery.uuid)) == []
    problems = []
    page = visit(world, nurse)
    page.goto(world.site + reverse("activity") + "?month=soon")
    assert page.title().startswith("Error")
    problems += check(page, "a month that is none")
    assert problems == []


def test_phases_and_milestones(world):
    recovery = make_recovery(world.clinic, day=20)
    user = user_of(recovery)
    codes = "before", "immediate", "short_term", "gradual_return", "follow_up"
    assert look(world, user, *(("phase", recovery.uuid, code) for code in codes)) == []
    walked = ("milestone_form", recovery.uuid, "walked")
    assert refuse(world, user, walked) == []
    for code in ("slept", "walked", "drove"):
        milestones.record(
            recovery=recovery,
            code=code,
            on=recovery.procedure_on + timedelta(days=2),
            read=None,
            user=user,
            source="patient",
            now=timezone.now(),
        )
    pages = walked, ("milestones", recovery.uuid), ("history", recovery.uuid)
    assert look(world, user, *pages) == []
    nurse = world.users["nurse"]
    assert look(world, nurse, ("staff_recovery", recovery.uuid)) == []


def test_the_corridor_the_medicine_strip_and_what_studies_report(world):
    """With all that is folded away open, as tables and drawings stand there."""
    now = timezone.now()
    with_own_days(world.clinic, [(day, 60, "2", "3", "5") for day in range(9)], at=now)
    recovery = make_recovery(world.clinic, day=20)
    Recovery.objects.update(pathway=pathway_with_steps(world.clinic, Step(0, None, 1, 5)))
    for days_ago, told in enumerate(
        ({"opioids": [{"drug": "other"}]}, {"opioids": []}, {"acetaminophen_mg": 500}, {}), start=1
    ):
        world.log(recovery, days_ago=days_ago, pain_avg=7, pain_controlled=True, leg_pain=3, **told)
    nurse = world.users["nurse"]
    assert look(world, nurse, "patients") == []
    problems: list[str] = []
    for visitor, name, query in (
        (nurse, "staff_recovery", ""),
        (nurse, "staff_recovery", "?phase=follow_up"),
        (nurse, "staff_checkins", ""),
        (user_of(recovery), "history", ""),
    ):
        page = visit(world, visitor)
        page.goto(world.site + reverse(name, args=[recovery.uuid]) + query)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        problems += check(page, f"{name}{query} unfolded")
    assert problems == []


def test_an_emergency_that_is_not_closed(world):
    recovery = alarm(world)
    log = recovery.logs.get()
    ids = recovery.uuid, log.client_id
    assert (
        look(
            world,
            user_of(recovery),
            ("today", recovery.uuid),
            ("history", recovery.uuid),
            ("signs", recovery.uuid),
            ("phase", recovery.uuid, "gradual_return"),
            ("milestones", recovery.uuid),
            ("log_saved", *ids),
            ("log_form", *ids),
            ("log_form", recovery.uuid, uuid.uuid4()),
        )
        == []
    )
    routes = "queue", ("staff_recovery", recovery.uuid), ("staff_log_new", recovery.uuid)
    assert look(world, world.users["nurse"], *routes) == []


def test_forms_with_errors(world):
    recovery = make_recovery(world.clinic, day=5)
    blank = uuid.uuid4()
    link = link_token(CheckIn.objects.get(recovery=recovery, key="DAY-05"))
    patients_form = ("log_form", recovery.uuid, blank)
    assert refuse(world, user_of(recovery), patients_form) == []
    assert refuse(world, None, ("link_form", link, blank), "account_login") == []
    assert refuse(world, None, "staff_sign_in", "staff_password_reset") == []
    routes = "enrol", ("staff_log_new", recovery.uuid)
    assert refuse(world, world.users["nurse"], *routes) == []


def test_questionnaires(world):
    manager = world.users["manager"]
    assert look(world, manager, "questionnaires") == []
    assert refuse(world, manager, "questionnaires") == []
    given = {"clinic": world.clinic, "user": manager, "now": timezone.now()}
    raw = BACK_AND_DAY.read_bytes()
    old = questionnaires.load(raw=raw, key="BACK", forms=["one_month"], **given).questionnaire
    raw = raw.replace(b"2026-03", b"2026-04")
    new = questionnaires.load(raw=raw, key="BACK", **given).questionnaire
    pages = "questionnaires", ("questionnaire", old.uuid), ("questionnaire", new.uuid)
    assert look(world, manager, *pages) == []


def test_a_language_and_the_mails(world):
    nurse, manager, clinic = world.users["nurse"], world.users["manager"], world.clinic
    pages = "languages", ("language", "es"), "mail_preview", ("mail_preview_page", "code", "es")
    assert look(world, manager, *pages) == []
    load_scales(clinic)
    assert refuse(world, manager, ("language", "es")) == []
    own = changes(phases={"gradual_return": {"good_now": ["Walk the dog with us."]}})
    own_pathway(clinic, manager, own)
    assert look(world, manager, ("language", "es")) == []
    languages.write(
        clinic=clinic,
        language="es",
        original="Walk the dog with us.",
        words="Pasee al perro con nosotros.",
        user=manager,
        now=timezone.now(),
    )
    approve(clinic, manager)
    assert look(world, manager, *pages) == []
    assert look(world, nurse, *(("mail_preview_page", kind, "es") for kind in SAMPLES)) == []
    page = visit(world, nurse)
    page.goto(world.site + reverse("mail_preview") + "?mail=text&language=es")
    assert list(check(page, "a text message")) == []
    recovery = make_recovery(clinic, day=5, patient={"language": "es"})
    world.log(recovery, saddle="yes")
    log = recovery.logs.get().client_id
    ids = (
        *((name, recovery.uuid) for name in ("today", "history", "signs")),
        ("log_form", recovery.uuid, uuid.uuid4()),
        ("log_saved", recovery.uuid, log),
    )
    assert look(world, user_of(recovery), *ids) == []


# What every kind of difference, and the corridor's drawing, stand in.
OWN = changes(
    title="Ours",
    forms={"PULSE-83": None, "C180": {"asked": True}, "DAY-05": {"reminders": ["D5 18:00"]}},
    phases={"short_term": {"review_on": "2026-01-01", "good_now": ["You can walk a little."]}},
    corridor=[{"first_day": 0, "last_day": None, "low": 1, "high": 8}],
    rules=[{"rule": "R43", "severity": "urgent"}],
)


def test_the_pathway_and_its_draft(world):
    manager, clinic = world.users["manager"], world.clinic
    assert look(world, manager, "pathway") == []
    begun(clinic, manager)
    assert refuse(world, manager, "pathway") == []
    edited(begun(clinic, manager), manager, OWN)
    routes = (
        *("pathway", "pathway_draft", "pathway_approval", "pathway_discard", "pathway_title"),
        *("pathway_slot_new", "pathway_days", "pathway_rules", "pathway_corridor"),
        "pathway_unanswered",
        ("pathway_version", default_pathway().uuid),
        ("pathway_slot", "C90"),
        ("pathway_texts", "before"),
        ("pathway_texts", "short_term"),
        ("pathway_rule", "R13"),
    )
    assert look(world, manager, *routes) == []
    assert refuse(world, manager, "pathway_approval", "pathway_slot_new") == []


def test_the_pathway_s_forms_with_errors_and_a_file_with_problems(world):
    manager = world.users["manager"]
    begun(world.clinic, manager)
    found = []
    page = visit(world, manager)

    def wrong(name, *ids, page=page, **typed):
        page.goto(world.site + reverse(name, args=ids))
        for field_id, value in typed.items():
            page.fill(f"#id_{field_id}", value)
        page.locator("main form button.btn-primary").first.click()
        page.wait_for_load_state()
        assert page.title().startswith("Error"), name
        found.extend(check(page, f"{name} refused"))

    wrong("pathway_slot", "DAY-05", reminder_0_day="7", due_time="")
    wrong("pathway_rule", "R34", patient_text="Call {nobody}.")
    wrong("pathway_corridor", first_day_0="6", low_0="9")
    wrong("pathway_texts", "short_term", good_now="")
    page.goto(world.site + reverse("pathway"))
    file = {"name": "a.yaml", "mimeType": "application/yaml", "buffer": b"title: 1"}
    page.set_input_files("#id_file", file)
    page.check("#id_replace")
    page.get_by_role("button", name="Load").click()
    page.wait_for_load_state()
    assert page.title().startswith("Error")
    found.extend(check(page, "a file's problems"))
    assert found == []


def test_a_recovery_that_can_move_to_another_version(world):
    recovery = make_recovery(world.clinic, day=20)
    move = ("pathway_move", recovery.uuid)
    assert look(world, world.users["nurse"], move) == []
    own_pathway(world.clinic, world.users["manager"], OWN)
    routes = move, ("staff_recovery", recovery.uuid)
    assert look(world, world.users["nurse"], *routes) == []


def test_links_open_answered_and_expired(world):
    recovery = make_recovery(world.clinic, day=5)
    checkin = CheckIn.objects.get(recovery=recovery, key="DAY-05")
    token, blank = link_token(checkin), uuid.uuid4()
    unsubscribe = unsubscribe_token(recovery.patient)
    routes = ("link_form", token, blank), ("link_signs", token), ("unsubscribe", unsubscribe)
    assert look(world, None, *routes) == []
    log = world.log(recovery, days_ago=-1, saddle="yes", mode="link")
    assert look(world, None, ("link", token), ("link_saved", token, log.client_id)) == []
    past = timezone.now() - timedelta(hours=1)
    CheckIn.objects.filter(pk=checkin.pk).update(
        state="expired", completed_at=None, completed_by=None, due_at=past, expires_at=past
    )
    assert look(world, None, ("link", token)) == []


def test_check_in_forms_of_staff(world):
    nurse, recovery = world.users["nurse"], make_recovery(world.clinic, day=40)
    one = ("staff_checkin", recovery.uuid, "C42")
    late = ("staff_checkin", recovery.uuid, "C14")
    assert look(world, nurse, ("staff_checkins", recovery.uuid), one, late) == []
    assert refuse(world, nurse, one) == []


def tap(page: Page, **answers: str) -> None:
    """By the label, as a thumb does: the inputs themselves take no pointer."""
    for name, value in answers.items():
        named = name.replace("_", "-") if name.isupper() else name
        field = page.locator(f'input[name="{named}"][value="{value}"]')
        page.locator(f'label[for="{field.get_attribute("id")}"]').click()


def test_check_in_forms_of_patients(world):
    """Empty, refused, kept, looked over, sent."""
    found = []
    recovery = make_recovery(world.clinic, day=40)
    form = ("checkin_form", recovery.uuid, checkin_of(recovery, "C42").uuid, uuid.uuid4())
    page = visit(world, user_of(recovery))

    def seen(title: str, what: str, page: Page = page) -> None:
        page.wait_for_load_state()
        assert title in page.title(), what
        found.extend(check(page, what))

    page.goto(world.site + reverse(form[0], args=form[1:]))
    seen("Six-week check-in", "an empty form")
    page.locator("main form button.btn-primary").click()
    seen("Error", "a form with errors")
    tap(page, NRS_0="4", PEG_0="4")
    page.locator('button[name="later"]').click()
    seen("Kept for later", "kept")
    page.goto(world.site + reverse(form[0], args=form[1:]))
    tap(page, PEG_1="5", PEG_2="3", PGIC_0="2")
    page.locator("main form button.btn-primary").click()
    seen("Look over", "the review")
    assert page.url.endswith(reverse("checkin_review", args=form[1:]))
    page.locator("main form button.btn-primary").click()
    seen("Sent", "sent")
    assert page.url.endswith(reverse("checkin_saved", args=form[1:]))
    page.goto(world.site + reverse("today", args=[recovery.uuid]))
    seen("Today", "Today after it")
    assert found == []


def test_check_in_forms_that_have_closed_or_call_for_help(world):
    recovery = make_recovery(world.clinic, day=30)
    late = CheckIn.objects.get(recovery=recovery, key="C14")
    closed = ("checkin_form", recovery.uuid, late.uuid, uuid.uuid4())
    assert look(world, user_of(recovery), closed) == []
    planned = make_recovery(world.clinic, day=-5, baseline=False)
    base = checkin_of(planned, "BASE")
    found = []
    page = visit(world, user_of(planned))
    ids = planned.uuid, base.uuid, uuid.uuid4()
    page.goto(world.site + reverse("checkin_form", args=ids))
    found += check(page, "the form before the procedure")
    tap(page, bladder="yes")
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    assert "911" in page.locator("main").inner_text()
    found += check(page, "an emergency on a form")
    assert found == []


def test_check_in_forms_by_link(world):
    recovery = make_recovery(world.clinic, day=13)
    token = link_token(checkin_of(recovery, "C14"))
    found = []
    page = visit(world, None)
    client_id = uuid.uuid4()
    page.goto(world.site + reverse("link_form", args=[token, client_id]))
    found += check(page, "a form by link")
    tap(page, spot="no", activity_level="light", PEG_0="1", PEG_1="2", PEG_2="3")
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    assert page.url.endswith(reverse("link_review", args=[token, client_id]))
    found += check(page, "the review by link")
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    found += check(page, "sent by link")
    assert found == []


def test_procedures_and_facts(world):
    nurse = world.users["nurse"]
    planned, today = make_recovery(world.clinic, day=-5), make_recovery(world.clinic, day=1)
    done = make_recovery(world.clinic, day=200)
    for recovery in (planned, today, done):
        ids = recovery.uuid
        routes = ("procedure", ids), ("procedure_new", ids), ("facts_edit", ids)
        routes += (("person_edit", ids),)
        more = ("staff_milestones", ids), ("staff_recovery", ids)
        assert look(world, nurse, *routes, *more) == []
    refused = ("procedure", planned.uuid), ("procedure_new", done.uuid)
    assert refuse(world, nurse, *refused) == []
    page = visit(world, nurse)
    page.goto(world.site + reverse("procedure", args=[planned.uuid]))
    page.fill("#id_procedure_time", "11:45")
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    assert "Move the procedure o" in page.title()
    assert list(check(page, "the preview")) == []


def test_the_observation_room(world, set_clock):
    """Empty, with a change to tell, with errors, before the last question, and answered."""
    nurse, now = world.users["nurse"], NOON
    set_clock(now)
    assert look(world, nurse, "observation_room") == []
    begun = now - timedelta(minutes=90)
    recovery = make_recovery(world.clinic, day=0, now=now, procedure_at=begun)
    given = {"recovery": recovery, "user": nurse, "now": now}
    sheet = ("observation", recovery.uuid)
    assert look(world, nurse, sheet) == []
    back = now - timedelta(minutes=40)
    observations.set_room_time(**given, room_at=back)
    for minute, strength in ((None, 5), (0, 4), (15, 5), (15, 4)):
        read = 0 if minute == 15 and strength == 4 else None
        values = {"strength_right": strength, "feeling": "dull_right", "pain": 3}
        observations.record(**given, minute=minute, values=values, read=read)
    observations.check(**given, code="urine", done=True)
    pages = sheet, "observation_room", ("observation_paper", recovery.uuid)
    assert look(world, nurse, *pages) == []
    token = first_log_token(recovery)
    first = ("first_log_form", token, uuid.uuid4()), ("first_log_signs", token)
    assert look(world, None, *first) == []
    found = []
    page = visit(world, nurse)
    page.goto(world.site + reverse("observation", args=[recovery.uuid]))
    page.locator("main form.ic-enter button.btn-primary").click()
    page.wait_for_load_state()
    assert page.title().startswith("Error")
    found += check(page, "an empty mark")
    page.goto(world.site + reverse("observation", args=[recovery.uuid]) + "?mark=15")
    found += check(page, "a correction")
    page.locator("details.ic-versions summary").click()
    page.fill("#leavingform_at", "12:00")
    page.get_by_role("button", name="Discharge").click()
    page.wait_for_load_state()
    assert "Discharge with 5 points open" in page.content()
    found += check(page, "points open")
    assert found == []
    client_id = uuid.uuid4()
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET,
        client_id=client_id,
        revision=None,
        log_date=recovery.procedure_on,
        now=now,
        source="patient",
        mode="link",
    )
    saved = ("first_log_saved", token, client_id)
    assert look(world, None, saved, ("first_log", token)) == []
    assert look(world, nurse, sheet, ("staff_recovery", recovery.uuid)) == []


def test_doors(world, tmp_path):
    nurse = world.users["nurse"]
    uid = urlsafe_base64_encode(force_bytes(nurse.pk))
    welcome = ("staff_welcome", uid, default_token_generator.make_token(nurse))
    doors = "account_login", "account_confirm_login_code", "staff_sign_in", "staff_password_reset"
    assert look(world, None, *doors, welcome, "account_logout") == []
    mail = a_kept_mail(tmp_path)
    assert look(world, None, "demo_mailbox", ("demo_mail", mail)) == []
    assert look(world, nurse, "staff_clinics") == []
    recovery = make_recovery(world.clinic, day=5)
    stranger = user_of(make_recovery(world.clinic, day=5))
    # The pages that say no.
    assert look(world, stranger, ("today", recovery.uuid), "queue") == []
    assert look(world, nurse, ("today", recovery.uuid), "clinic") == []


def test_without_a_database(world, chromium, monkeypatch):
    """The console of this page tells of the 503, so it is not listened to."""

    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(CursorWrapper, "execute", refuse)
    found = []
    with chromium.new_context(viewport={"width": WIDTHS[0], "height": 844}) as context:
        page = context.new_page()
        answer = page.goto(world.site + reverse("account_login"))
        assert answer is not None
        assert answer.status == 503
        bar = page.locator(".ic-help")
        assert bar.evaluate("bar => getComputedStyle(bar).position") == "fixed"
        found += check(page, "without a database")
    monkeypatch.undo()
    assert found == []


def test_every_page_is_looked_at():
    """The routes that the tests above name, read from this file."""
    source = Path(__file__).read_text(encoding="utf-8")
    assert {name for name in PAGES if f'"{name}"' not in source} == set()
    assert set(names(get_resolver().url_patterns)) >= PAGES
