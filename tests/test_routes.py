"""W1: every route, for every kind of visitor, with the real ids of Northgate's rows.

The list of routes is read from the URLconf: a new one is entered here or the test fails. For each
it is written who may come in; everybody else must get the refusal that their kind gets, and
nothing may have changed by it.
"""

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from recovery.clinical.pathway import local
from recovery.clinical.rules import Supposed
from recovery.models import (
    Alert,
    CheckIn,
    Clinic,
    DailyLog,
    Message,
    Recovery,
    Role,
    TherapistLink,
    User,
)
from recovery.queries.instruments import instruments_of
from recovery.services import (
    checkins,
    imports,
    logs,
    questionnaires,
    therapists,
    thresholds,
    visits,
)
from recovery.tokens import (
    first_log_token,
    link_token,
    short_code,
    therapist_token,
    unsubscribe_token,
)
from tests.cast import (
    NUMBERS,
    QUIET,
    ZONE,
    checkin_of,
    default_pathway,
    forget_cached_pathways,
    make_recovery,
    sign_in_staff,
    staff,
    user_of,
)
from tests.lists import a_list
from tests.pathways import begun, changes, edited, own_pathway
from tests.questionnaires import BACK_AND_DAY

pytestmark = pytest.mark.django_db

GET, POST = "GET", "POST"
DOORS = {"/sign-in/", "/staff/sign-in/"}
ANYONE = frozenset(
    {
        "stranger",
        "patient",
        "other patient",
        "harbor patient",
        "nurse",
        "clinician",
        "manager",
        "harbor nurse",
        "harbor manager",
        "former nurse",
    }
)
SIGNED_IN = ANYONE - {"stranger"}
PATIENTS = frozenset({"patient", "other patient", "harbor patient"})
CLINICAL = frozenset({"nurse", "clinician"})
MANAGER = frozenset({"manager"})
NEIGHBOUR = frozenset({"harbor manager"})
ALL_STAFF = frozenset(
    {"nurse", "clinician", "manager", "harbor nurse", "harbor manager", "former nurse"}
)


# What our own pages show in a frame, and nobody else's may.
FRAMED = {"mail_preview_page"}
# Pages of staff that no page leads to: a mail does, or a script, or having several clinics.
NOT_LINKED = {"staff_welcome", "queue_rows", "staff_clinics"}
HREF = re.compile(r'(?:href|src|action)="(/staff/[^"#]*)')


@dataclass(frozen=True)
class Route:
    """Who gets in. `theirs`: the address names no row, so a visitor of the other clinic who has
    the role comes in too, to rows of their own.
    """

    methods: tuple[str, ...]
    allowed: frozenset[str]
    ids: tuple[str, ...] = ()
    theirs: frozenset[str] = frozenset()


ROUTES = {
    # Open doors
    "account_login": Route((GET, POST), ANYONE),
    "account_request_login_code": Route((GET, POST), ANYONE),
    "account_confirm_login_code": Route((GET,), ANYONE),
    "account_logout": Route((GET,), ANYONE),
    "home": Route((GET,), ANYONE),
    "healthz": Route((GET,), ANYONE),
    "readyz": Route((GET,), ANYONE),
    # The provider's posts; tests/views/test_webhooks.py has who gets in.
    "mail_events": Route((POST,), frozenset()),
    "staff_sign_in": Route((GET, POST), ANYONE),
    "staff_password_reset": Route((GET, POST), ANYONE),
    "staff_sign_out": Route((POST,), ANYONE),
    "demo_mailbox": Route((GET,), ANYONE),
    "demo_mail": Route((GET,), ANYONE, ("mail",)),
    "demo_next_day": Route((POST,), ANYONE),
    # Whoever holds the secret in the address
    "link": Route((GET,), ANYONE, ("token",)),
    "link_signs": Route((GET,), ANYONE, ("token",)),
    "link_renew": Route((POST,), ANYONE, ("token",)),
    "link_opened": Route((POST,), ANYONE, ("token",)),
    "link_later": Route((GET, POST), ANYONE, ("token",)),
    "short_link": Route((GET,), ANYONE, ("code",)),
    "link_form": Route((GET, POST), ANYONE, ("token", "new_id")),
    "link_saved": Route((GET, POST), ANYONE, ("token", "link_log")),
    "link_review": Route((GET, POST), ANYONE, ("form_token", "new_id")),
    "first_log": Route((GET,), ANYONE, ("first_token",)),
    "first_log_signs": Route((GET,), ANYONE, ("first_token",)),
    "first_log_form": Route((GET, POST), ANYONE, ("first_token", "new_id")),
    "first_log_saved": Route((GET, POST), ANYONE, ("first_token", "link_log")),
    "therapist_sheet": Route((GET, POST), ANYONE, ("therapist_token",)),
    "unsubscribe": Route((GET, POST), ANYONE, ("unsubscribe",)),
    "staff_welcome": Route((GET,), ANYONE, ("uid", "reset")),
    # Patients
    "people": Route((GET,), PATIENTS),
    "today": Route((GET,), frozenset({"patient"}), ("recovery",)),
    "history": Route((GET,), frozenset({"patient"}), ("recovery",)),
    "signs": Route((GET,), frozenset({"patient"}), ("recovery",)),
    "phase": Route((GET,), frozenset({"patient"}), ("recovery", "phase")),
    "milestones": Route((GET,), frozenset({"patient"}), ("recovery",)),
    "reminders": Route((GET, POST), frozenset({"patient"}), ("recovery",)),
    "reminders_pause": Route((GET, POST), frozenset({"patient"}), ("recovery",)),
    "checkin_later": Route((GET, POST), frozenset({"patient"}), ("recovery", "checkin")),
    "milestone_form": Route((GET, POST), frozenset({"patient"}), ("recovery", "milestone")),
    "visit_questions": Route((GET, POST), frozenset({"patient"}), ("recovery",)),
    "visit_question": Route((GET, POST), frozenset({"patient"}), ("recovery", "question")),
    "log_new": Route((GET,), frozenset({"patient"}), ("recovery",)),
    "log_form": Route((GET, POST), frozenset({"patient"}), ("recovery", "new_id")),
    "log_saved": Route((GET, POST), frozenset({"patient"}), ("recovery", "log")),
    "checkin_start": Route((GET,), frozenset({"patient"}), ("recovery", "checkin")),
    "checkin_form": Route((GET, POST), frozenset({"patient"}), ("recovery", "checkin", "new_id")),
    "checkin_review": Route((GET, POST), frozenset({"patient"}), ("recovery", "checkin", "form")),
    "checkin_saved": Route((GET,), frozenset({"patient"}), ("recovery", "checkin", "form")),
    # Staff
    "staff_clinics": Route((GET,), ALL_STAFF - {"former nurse"}),
    "queue": Route((GET, POST), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "queue_rows": Route((GET,), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "queue_filter": Route((POST,), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "overdue": Route((GET,), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "handling": Route((GET,), CLINICAL, ("recovery",)),
    "recovery_claim": Route((POST,), CLINICAL, ("recovery",)),
    "recovery_release": Route((POST,), CLINICAL, ("recovery",)),
    "recovery_assign": Route((POST,), CLINICAL, ("recovery",)),
    "note_new": Route((POST,), CLINICAL, ("recovery",)),
    "overdue_call": Route((GET, POST), CLINICAL, ("recovery",)),
    "overdue_back": Route((POST,), CLINICAL, ("recovery",)),
    "alert_snooze": Route((POST,), CLINICAL, ("alert",)),
    "alert_wake": Route((POST,), CLINICAL, ("alert",)),
    "patients": Route((GET, POST), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "enrol": Route((GET, POST), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "procedure_imports": Route((GET, POST), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "import_template": Route((GET,), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "procedure_import": Route((GET,), CLINICAL, ("listing",)),
    "import_confirm": Route((POST,), CLINICAL, ("listing",)),
    "import_discard": Route((POST,), CLINICAL, ("listing",)),
    "consent": Route((GET, POST), CLINICAL, ("recovery",)),
    "outcomes": Route(
        (GET,), CLINICAL | {"manager"}, theirs=frozenset({"harbor nurse", "harbor manager"})
    ),
    "practice": Route((GET, POST), MANAGER, theirs=NEIGHBOUR),
    "unknown_mails": Route(
        (GET,), CLINICAL | {"manager"}, theirs=frozenset({"harbor nurse", "harbor manager"})
    ),
    "mail_preview": Route(
        (GET,), CLINICAL | {"manager"}, theirs=frozenset({"harbor nurse", "harbor manager"})
    ),
    "mail_preview_page": Route(
        (GET,),
        CLINICAL | {"manager"},
        ("sample", "language"),
        theirs=frozenset({"harbor nurse", "harbor manager"}),
    ),
    "mail_settle": Route((POST,), CLINICAL | {"manager"}, ("doubtful",)),
    "mail_again": Route((POST,), CLINICAL | {"manager"}, ("doubtful",)),
    "ledger": Route(
        (GET,), CLINICAL | {"manager"}, theirs=frozenset({"harbor nurse", "harbor manager"})
    ),
    "ledger_csv": Route(
        (GET,), CLINICAL | {"manager"}, theirs=frozenset({"harbor nurse", "harbor manager"})
    ),
    "dry_run": Route((GET,), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "recovery_ledger": Route((GET,), CLINICAL, ("recovery",)),
    "recovery_ledger_csv": Route((GET,), CLINICAL, ("recovery",)),
    "activity": Route((GET,), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "activity_csv": Route((GET,), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "recovery_activity": Route((GET,), CLINICAL, ("recovery",)),
    "recovery_activity_csv": Route((GET,), CLINICAL, ("recovery",)),
    "visit_page": Route((GET,), CLINICAL, ("recovery",)),
    "visit_pdf": Route((GET,), CLINICAL, ("recovery",)),
    "visit_questions_taken": Route((POST,), CLINICAL, ("recovery",)),
    "therapist_links": Route((GET, POST), CLINICAL, ("recovery",)),
    "therapist_link_revoke": Route((POST,), CLINICAL, ("recovery", "therapist_link")),
    "my_mails": Route((GET, POST), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "staff_recovery": Route((GET,), CLINICAL, ("recovery",)),
    "address": Route((GET, POST), CLINICAL, ("recovery",)),
    "address_works": Route((POST,), CLINICAL, ("recovery",)),
    "invitation_again": Route((POST,), CLINICAL, ("recovery",)),
    "reminders_of": Route((GET, POST), CLINICAL, ("recovery",)),
    "reminders_of_pause": Route((POST,), CLINICAL, ("recovery",)),
    "mobile_works": Route((POST,), CLINICAL, ("recovery",)),
    "recovery_state": Route((POST,), CLINICAL, ("recovery",)),
    "procedure": Route((GET, POST), CLINICAL, ("recovery",)),
    "procedure_new": Route((GET, POST), CLINICAL, ("recovery",)),
    "pathway_move": Route((GET, POST), CLINICAL, ("recovery",)),
    "discharge": Route((POST,), CLINICAL, ("recovery",)),
    "observation_room": Route((GET,), CLINICAL, theirs=frozenset({"harbor nurse"})),
    "observation": Route((GET, POST), CLINICAL, ("recovery",)),
    "observation_start": Route((POST,), CLINICAL, ("recovery",)),
    "observation_check": Route((POST,), CLINICAL, ("recovery",)),
    "observation_leave": Route((POST,), CLINICAL, ("recovery",)),
    "observation_paper": Route((GET,), CLINICAL, ("recovery",)),
    "facts_edit": Route((GET, POST), CLINICAL, ("recovery",)),
    "person_edit": Route((GET, POST), CLINICAL, ("recovery",)),
    "contact_new": Route((POST,), CLINICAL, ("recovery",)),
    "recovery_timeline": Route((GET,), CLINICAL, ("recovery",)),
    "staff_logs": Route((GET,), CLINICAL, ("recovery",)),
    "staff_log_new": Route((GET, POST), CLINICAL, ("recovery",)),
    "staff_checkins": Route((GET,), CLINICAL, ("recovery",)),
    "staff_checkin": Route((GET, POST), CLINICAL, ("recovery", "form_key")),
    "staff_milestones": Route((GET, POST), CLINICAL, ("recovery",)),
    "alert_claim": Route((POST,), CLINICAL, ("alert",)),
    "alert_release": Route((POST,), CLINICAL, ("alert",)),
    "alert_close": Route((POST,), CLINICAL, ("alert",)),
    "clinic": Route((GET, POST), frozenset({"manager"}), theirs=frozenset({"harbor manager"})),
    "staff_invite": Route((POST,), frozenset({"manager"}), theirs=frozenset({"harbor manager"})),
    "membership_change": Route((POST,), frozenset({"manager"}), ("membership",)),
    "on_call_change": Route((POST,), frozenset({"manager"}), ("colleague",)),
    "holiday_add": Route((POST,), frozenset({"manager"}), theirs=frozenset({"harbor manager"})),
    "holiday_remove": Route((POST,), frozenset({"manager"}), theirs=frozenset({"harbor manager"})),
    "exports": Route((GET, POST), MANAGER, theirs=NEIGHBOUR),
    "questionnaires": Route(
        (GET, POST), frozenset({"manager"}), theirs=frozenset({"harbor manager"})
    ),
    "questionnaire": Route((GET,), frozenset({"manager"}), ("questionnaire",)),
    "questionnaire_forms": Route((POST,), frozenset({"manager"}), ("questionnaire",)),
    "questionnaire_retire": Route((POST,), frozenset({"manager"}), ("questionnaire",)),
    # An address names a language, which every clinic has.
    "languages": Route((GET,), MANAGER, theirs=NEIGHBOUR),
    "language": Route((GET, POST), MANAGER, ("language",), theirs=NEIGHBOUR),
    "language_words": Route((POST,), MANAGER, ("language",), theirs=NEIGHBOUR),
    "language_withdraw": Route((POST,), MANAGER, ("language",), theirs=NEIGHBOUR),
    # A clinic has one draft, so no address names it: the neighbours come to theirs.
    "pathway": Route((GET,), MANAGER, theirs=NEIGHBOUR),
    "pathway_begin": Route((POST,), MANAGER, theirs=NEIGHBOUR),
    "pathway_load": Route((POST,), MANAGER, theirs=NEIGHBOUR),
    "pathway_schema": Route((GET,), MANAGER, theirs=NEIGHBOUR),
    "pathway_version": Route((GET,), MANAGER, ("version",)),
    "pathway_version_file": Route((GET,), MANAGER, ("version",)),
    "pathway_draft": Route((GET,), MANAGER, theirs=NEIGHBOUR),
    "pathway_draft_file": Route((GET,), MANAGER, theirs=NEIGHBOUR),
    "pathway_discard": Route((GET, POST), MANAGER, theirs=NEIGHBOUR),
    "pathway_approval": Route((GET, POST), MANAGER, theirs=NEIGHBOUR),
    # Managers, and clinicians: it names no patient to who is a manager alone.
    "thresholds": Route((GET, POST), MANAGER | {"clinician"}, theirs=NEIGHBOUR),
    "threshold": Route((GET,), MANAGER | {"clinician"}, ("threshold",)),
    "rehearsal": Route((GET, POST), MANAGER, theirs=NEIGHBOUR),
    "rehearsal_seen": Route((POST,), MANAGER, theirs=NEIGHBOUR),
    "pathway_title": Route((GET, POST), MANAGER, theirs=NEIGHBOUR),
    "pathway_slot": Route((GET, POST), MANAGER, ("slot",), theirs=NEIGHBOUR),
    "pathway_slot_new": Route((GET, POST), MANAGER, theirs=NEIGHBOUR),
    "pathway_slot_remove": Route((POST,), MANAGER, ("slot",), theirs=NEIGHBOUR),
    "pathway_days": Route((GET, POST), MANAGER, theirs=NEIGHBOUR),
    "pathway_texts": Route((GET, POST), MANAGER, ("phase",), theirs=NEIGHBOUR),
    "pathway_rules": Route((GET,), MANAGER, theirs=NEIGHBOUR),
    "pathway_rule": Route((GET, POST), MANAGER, ("rule",), theirs=NEIGHBOUR),
    "pathway_unanswered": Route((GET, POST), MANAGER, theirs=NEIGHBOUR),
    "pathway_corridor": Route((GET, POST), MANAGER, theirs=NEIGHBOUR),
}


def names(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name


def test_every_route_is_in_the_table():
    assert set(names(get_resolver().url_patterns)) == set(ROUTES)


@dataclass(frozen=True)
class House:
    """Two clinics with their staff, and what the addresses of the routes name."""

    clinic: Clinic
    harbor: Clinic
    recovery: Recovery
    users: dict[str, User]
    ids: dict[str, Any]


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """Northgate with a recovery that has an alert and logs. It is built once: each test sees it
    through a savepoint of its own, which its end rolls back.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        forget_cached_pathways()
        yield build()
        transaction.set_rollback(True)
    forget_cached_pathways()


def build() -> House:
    default_pathway()
    clinic = Clinic.objects.create(name="Northgate Spine Clinic", zone=ZONE, **NUMBERS)
    harbor = Clinic.objects.create(name="Harbor Spine", zone="America/Los_Angeles", **NUMBERS)
    nurse, clinician = staff(clinic, "Nora", Role.NURSE), staff(clinic, "Mia", Role.CLINICIAN)
    manager = staff(clinic, "Max", Role.MANAGER)
    now = timezone.now()
    recovery = make_recovery(clinic, day=13)
    today = now.astimezone(timezone.get_default_timezone()).date() - timedelta(days=1)

    def log(mode: str) -> DailyLog:
        return logs.record(
            recovery_id=recovery.pk,
            values=QUIET | {"saddle": "yes"},
            client_id=uuid.uuid4(),
            revision=None,
            log_date=today,
            now=now,
            source=DailyLog.Source.PATIENT,
            mode=DailyLog.Mode(mode),
        ).log

    web, by_link = log("web"), log("link")
    checkin = checkin_of(recovery, "C14")
    form = checkins.save(
        checkin_id=checkin.pk,
        instruments=instruments_of(checkin.form, staff=False, clinic=clinic),
        answers={"log": {"activity_level": "light"}},
        client_id=uuid.uuid4(),
        now=now,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
        send=True,
    ).response
    former = staff(clinic, "Fay", Role.NURSE)
    former.memberships.update(is_active=False)
    question = visits.ask(
        recovery=recovery,
        text="May I swim?",
        client_id=uuid.uuid4(),
        user=user_of(recovery),
        source=DailyLog.Source.PATIENT,
        now=now,
    )
    link = therapists.make(
        recovery=recovery,
        recipient="Harbor Physio",
        days=30,
        consent_how=TherapistLink.ConsentHow.SPOKEN,
        consented_on=today,
        client_id=uuid.uuid4(),
        user=nurse,
        now=now,
    )
    ids = {
        "question": question.uuid,
        "therapist_link": link.uuid,
        "therapist_token": therapist_token(link),
        "recovery": recovery.uuid,
        "log": web.client_id,
        "link_log": by_link.client_id,
        "checkin": checkin.uuid,
        "form": form.client_id,
        "new_id": uuid.uuid4(),
        "phase": "short_term",
        "milestone": "walked",
        "alert": Alert.objects.get().uuid,
        "colleague": clinician.uuid,
        "listing": a_list(clinic, nurse).uuid,
        "membership": clinician.memberships.get().uuid,
        "questionnaire": questionnaires.load(
            clinic=clinic, raw=BACK_AND_DAY.read_bytes(), now=now
        ).questionnaire.uuid,
        "version": own_pathway(clinic, manager, changes(title="Ours"), now=now).uuid,
        "slot": "C42",
        "threshold": thresholds.begin(
            clinic=clinic, supposed=Supposed("R18", "points", 4), user=manager, now=now
        ).uuid,
        "sample": "reminder",
        "language": "es",
        "rule": "R13",
        "token": link_token(CheckIn.objects.get(recovery=recovery, key="DAY-13")),
        "form_token": link_token(checkin),
        "code": short_code(checkin),
        "first_token": first_log_token(recovery),
        "unsubscribe": unsubscribe_token(recovery.patient),
        "uid": urlsafe_base64_encode(force_bytes(nurse.pk)),
        "reset": default_token_generator.make_token(nurse),
        "doubtful": a_doubtful_mail(recovery),
        "form_key": "BASE",
    }
    begun(clinic, manager, now=now)
    users = {
        "nurse": nurse,
        "clinician": clinician,
        "manager": manager,
        "harbor nurse": staff(harbor, "Hanna", Role.NURSE),
        "harbor manager": staff(harbor, "Hugo", Role.MANAGER),
        "former nurse": former,
    }
    return House(clinic, harbor, recovery, users, ids)


@pytest.fixture
def clinic(db: None, house: House) -> Clinic:
    return house.clinic


@pytest.fixture
def nurse(db: None, house: House) -> User:
    return house.users["nurse"]


@pytest.fixture
def manager(db: None, house: House) -> User:
    return house.users["manager"]


@pytest.fixture
def world(db: None, house: House, settings: Any, tmp_path: Path) -> Any:
    """What the routes name, and all kinds of visitor, each signed in when asked for."""
    settings.VAR_DIR = tmp_path
    visitors: dict[str, Callable[[], Client]] = {
        "stranger": Client,
        "patient": lambda: patient_client(user_of(house.recovery)),
        "other patient": lambda: patient_client(user_of(make_recovery(house.clinic, day=3))),
        "harbor patient": lambda: patient_client(user_of(make_recovery(house.harbor, day=3))),
    }
    visitors |= {name: partial(staff_client, user) for name, user in house.users.items()}
    return house.ids | {"mail": a_kept_mail(tmp_path)}, visitors


def a_doubtful_mail(recovery: Recovery) -> uuid.UUID:
    return Message.objects.create(
        kind="reminder",
        state="unknown",
        dedupe_key="doubtful",
        clinic=recovery.clinic,
        recovery=recovery,
        number=1,
        created_at=recovery.created_at,
        planned_at=recovery.created_at,
        send_after=recovery.created_at,
    ).uuid


def a_kept_mail(folder: Any) -> str:
    box = folder / "mailbox"
    box.mkdir()
    key = "20260302120000000000-0123abcd"
    (box / f"{key}.eml").write_bytes(b"Subject: Hello\r\nTo: a@example.org\r\n\r\nHello\r\n")
    return key


def patient_client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff_client(user: User) -> Client:
    return sign_in_staff(Client(), user)


def snapshot() -> dict[str, list[Any]]:
    """Every row of ours as the database holds it; the record of reads too, which a refused visitor
    must not add to. Read past the ORM, which takes ten times as long.
    """
    models = apps.get_app_config("recovery").get_models(include_auto_created=True)
    found = {}
    with connection.cursor() as cursor:
        for model in models:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT * FROM {table} ORDER BY {model._meta.pk.column}")
            found[model.__name__] = cursor.fetchall()
    return found


def refusal(name: str, method: str, visitor: str) -> str:
    """What this kind of visitor gets where it may not go."""
    if name == "mail_events":
        return "404"
    patients_pages = {"people", "today", "history", "signs", "phase"}
    patients_pages |= {"reminders", "reminders_pause"}
    patients_pages |= {"visit_questions", "visit_question"}
    patients_route = name in patients_pages or name.startswith(("log_", "checkin_", "milestone"))
    if visitor == "stranger":
        # A redirect would lose what was sent.
        return "403" if method == POST else "sign in"
    if patients_route:
        return "403" if visitor in ALL_STAFF else "404"
    if visitor in PATIENTS | {"former nurse"}:
        return "403"
    role = "manager" if "manager" in visitor else "nurse"
    has_role = role in ROUTES[name].allowed
    return "404" if has_role else "403"


@pytest.mark.parametrize(
    ("name", "method"),
    [(name, method) for name, route in ROUTES.items() for method in route.methods],
)
def test_route(world, name, method):
    ids, visitors = world
    address = reverse(name, args=[ids[each] for each in ROUTES[name].ids])
    invited = ROUTES[name].allowed | ROUTES[name].theirs
    refused = {visitor: visitors[visitor]() for visitor in sorted(ANYONE - invited)}
    before = snapshot()
    for visitor, client in refused.items():
        assert (visitor, answer(client, method, address)) == (
            visitor,
            refusal(name, method, visitor),
        )
        assert snapshot() == before, visitor
    for visitor in sorted(invited):
        found = answer(visitors[visitor](), method, address)
        # From a door, and from the bare address, the way leads to a door again.
        assert found == "in" or (found == "sign in" and invited == ANYONE), visitor


def answer(client: Client, method: str, address: str) -> str:
    """What a visitor gets: "in", "sign in" or the status of a refusal."""
    cache.clear()  # ten visitors from one address would meet the rate limit
    response = client.generic(method, address)
    assert "no-store" in response["Cache-Control"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    framed = response.resolver_match and response.resolver_match.url_name in FRAMED
    assert response["X-Frame-Options"] in ("DENY", "SAMEORIGIN" if framed else "DENY")
    status = response.status_code
    if status == 302 and urlsplit(response["Location"]).path in DOORS:
        return "sign in"
    unready = status == 503 and address == reverse("readyz")
    return "in" if status in {200, 204, 302, 303} or unready else str(status)


def test_rows_of_the_other_clinic_stay_out_of_lists(world):
    ids, visitors = world
    theirs = Recovery.objects.get(uuid=ids["recovery"]).patient
    client = visitors["harbor nurse"]()
    for name in ("queue", "patients"):
        page = client.post(reverse(name), {"q": theirs.record_number})
        assert page.status_code == 200
        assert theirs.family_name not in page.content.decode()


@pytest.mark.parametrize(("visitor", "home"), [("nurse", "queue"), ("manager", "clinic")])
def test_every_page_of_staff_is_reached_by_links(world, clinic, nurse, manager, visitor, home):
    """Whoever follows the links comes to all that the role may read, and to no refusal."""
    _ids, visitors = world
    client, now = visitors[visitor](), timezone.now()
    # Treated today, at whatever hour this runs: the sheet of the room has begun.
    today = now.astimezone(ZoneInfo(clinic.zone)).date()
    begun_at = max(now - timedelta(hours=1), local(today, time(0, 1), clinic.zone))
    make_recovery(clinic, day=0, procedure_at=begun_at)
    silent = make_recovery(clinic, day=5)
    Recovery.objects.filter(pk=silent.pk).update(overdue_since=now - timedelta(days=2))
    imports.confirm(procedure_import=a_list(clinic, nurse), user=nurse, now=now, vouched=True)
    imports.take_in(clock=timezone.now, until=now + timedelta(hours=1))
    edited(begun(clinic, manager), manager, changes(rules=[{"rule": "R43", "severity": "urgent"}]))
    reached: Counter[str] = Counter()
    ahead, seen = [reverse(home)], set()
    while ahead:
        address = ahead.pop(0)
        path = address.partition("?")[0]
        name = resolve(path).url_name
        # A few of a kind lead to all that any of them leads to.
        if path in seen or reached[name] == 4 or GET not in ROUTES[name].methods:
            continue
        seen.add(path)
        cache.clear()
        response = client.get(address)
        assert response.status_code == 200, address
        reached[name] += 1
        if response["Content-Type"].startswith("text/html"):
            ahead += HREF.findall(response.content.decode())
    wanted = {
        name
        for name, route in ROUTES.items()
        if GET in route.methods and visitor in route.allowed and route.allowed != ANYONE
    }
    assert wanted - NOT_LINKED - set(reached) == set()
