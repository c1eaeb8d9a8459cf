"""A manager sees what changed rules would have done, before they can be approved."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from recovery import tasks
from recovery.clinical import rules
from recovery.models import (
    AccessEvent,
    Clinic,
    DailyLog,
    Pathway,
    Recovery,
    Rehearsal,
    RehearsalFiring,
    Role,
    User,
)
from recovery.queries import rehearsals as queries
from recovery.services import contacts, logs, pastlogs, rehearsals, reschedules
from tests.cast import QUIET, make_recovery, sign_in_staff, staff
from tests.pages import words
from tests.pathways import begun, changes, edited
from tests.views.staff.conftest import NOW, alert_of, report, someone, url

CALL = "Please call us today at {clinic_phone}. At night, call {after_hours_phone}."
RAISED = {"rule": "R35", "severity": "urgent", "patient_text": CALL}


@pytest.fixture
def as_both(clinic: Clinic) -> Client:
    return sign_in_staff(Client(), staff(clinic, "Bea", Role.MANAGER, Role.NURSE))


def draft(clinic: Clinic, user: User, *changed: dict[str, str]) -> None:
    edited(begun(clinic, user), user, changes(rules=list(changed) or [RAISED]))


def run(client: Client) -> str:
    return words(client.post(url("rehearsal"), follow=True))


def see(client: Client) -> Any:
    row = Rehearsal.objects.latest("at", "pk")
    return client.post(url("rehearsal_seen"), {"rehearsal": row.uuid}, follow=True)


def approve(client: Client) -> str:
    page = client.get(url("pathway_approval")).content.decode()
    revision = page.partition('name="revision" value="')[2].partition('"')[0]
    given = {"name": "Max", "revision": revision, "note": ""}
    return words(client.post(url("pathway_approval"), given, follow=True))


def test_it_says_how_often_for_how_many_and_what_came_of_it(
    clinic: Clinic, recovery: Recovery, nurse: User, manager: User, as_manager: Client
) -> None:
    other = someone(clinic, "Otto", "Orr")
    for ago in (50, 40):
        report(recovery, ago=timedelta(minutes=ago), fall=True)
    report(other, ago=timedelta(minutes=30), fall=True)
    report(other, ago=timedelta(minutes=20))
    contacts.record(recovery=other, user=nurse, now=NOW, kind="call", outcome="advised")
    draft(clinic, manager)
    asked = words(as_manager.get(url("rehearsal")))
    assert "The draft changes R35." in asked
    page = run(as_manager)
    assert "4 logs judged, each with what was known when it was written." in page
    assert "Review → Urgent 3 times 2 patients 1 33%" in page
    assert "3 times as it is, 3 with the draft" in page
    row = Rehearsal.objects.get()
    assert (row.by, row.judged, row.otherwise, row.left_out) == (manager, 4, 0, 0)
    found = RehearsalFiring.objects.order_by("pk").values_list(
        "recovery", "severity_now", "severity", "acted"
    )
    assert sorted(found) == sorted(
        [
            (recovery.pk, "review", "urgent", False),
            (recovery.pk, "review", "urgent", False),
            (other.pk, "review", "urgent", True),
        ]
    )


def test_it_changes_nothing_and_alerts_nobody(
    clinic: Clinic, recovery: Recovery, manager: User, as_manager: Client
) -> None:
    report(recovery, fall=True)
    alert = alert_of(recovery, "R35")
    before = (clinic.messages.count(), Recovery.objects.values().get())
    draft(clinic, manager)
    run(as_manager)
    alert.refresh_from_db()
    assert alert.severity == "review"
    assert (clinic.messages.count(), Recovery.objects.values().get()) == before


def test_changed_rules_are_approved_after_their_rehearsal_alone(
    clinic: Clinic, recovery: Recovery, manager: User, as_manager: Client
) -> None:
    report(recovery, fall=True)
    draft(clinic, manager)
    assert "Run them over past logs before you approve." in words(
        as_manager.get(url("pathway_approval"))
    )
    assert "Run a rehearsal of exactly these changes first." in approve(as_manager)
    run(as_manager)
    assert "Look at the rehearsal of these changes first" in approve(as_manager)
    page = see(as_manager)
    assert page.redirect_chain[-1][0] == url("pathway_approval")
    assert "Looked at by Max" in words(page)
    assert "Version 1 is in use" in approve(as_manager)


def test_a_rehearsal_of_other_changes_is_none(
    clinic: Clinic, recovery: Recovery, manager: User, as_manager: Client
) -> None:
    draft(clinic, manager)
    run(as_manager)
    see(as_manager)
    draft(clinic, manager, RAISED | {"patient_text": "Call us now at {clinic_phone}."})
    assert "Not run yet" in words(as_manager.get(url("rehearsal")))
    assert "Run a rehearsal of exactly these changes first." in approve(as_manager)
    assert not Pathway.objects.filter(clinic=clinic).exists()
    # Of what is looked at, too: a page that was open meanwhile counts for nothing.
    assert "The draft has changed since. Run its rehearsal." in words(see(as_manager))


def test_what_changes_no_rule_needs_none(clinic: Clinic, manager: User, as_manager: Client) -> None:
    edited(begun(clinic, manager), manager, changes(title="Ours"))
    assert "There is nothing to rehearse." in words(as_manager.get(url("rehearsal")))
    assert "The draft changes no rule." in run(as_manager)
    assert not Rehearsal.objects.exists()
    assert "Version 1 is in use" in approve(as_manager)


def test_without_a_draft_there_is_nothing(as_manager: Client) -> None:
    assert "There is no draft now." in words(as_manager.get(url("rehearsal"), follow=True))
    assert "The draft is gone" in run(as_manager)


def test_no_logs_yet(clinic: Clinic, manager: User, as_manager: Client) -> None:
    draft(clinic, manager)
    page = run(as_manager)
    assert "0 logs judged" in page
    assert "0 times 0 patients -" in page


def test_a_rule_of_time_is_counted_by_its_alerts(
    clinic: Clinic, recovery: Recovery, manager: User, as_manager: Client
) -> None:
    for number, reason in enumerate(("", "phone")):
        one = someone(clinic, "Ann", f"Silent{number}", day=4)
        one.alerts.create(
            rule="R40",
            severity="review",
            headline="x",
            raised_at=NOW - timedelta(days=2),
            clock_from=NOW,
            **(
                {
                    "state": "closed",
                    "closed_by": manager,
                    "closed_at": NOW,
                    "closing_reason": reason,
                }
                if reason
                else {}
            ),
        )
    draft(clinic, manager, {"rule": "R40", "severity": "urgent"})
    page = run(as_manager)
    assert "Review → Urgent 2 times 2 patients 1 50% staff only" in page
    assert "D2" in page


def test_managers_see_no_names_and_nurses_reads_are_recorded(
    clinic: Clinic, recovery: Recovery, manager: User, as_manager: Client, as_both: Client
) -> None:
    report(recovery, fall=True, pain_avg=7)
    draft(clinic, manager)
    page = run(as_manager)
    assert "D1, pain 7 Urgent was review No" in page
    assert "Keller" not in page
    assert recovery.patient.record_number not in page
    assert not AccessEvent.objects.filter(what="rehearsal").exists()
    assert "Ruth Keller" in words(as_both.get(url("rehearsal")))
    event = AccessEvent.objects.get(what="rehearsal")
    assert (event.user.name, event.patient) == ("Bea", recovery.patient)


def test_the_list_is_paged(
    clinic: Clinic, manager: User, as_manager: Client, django_assert_num_queries: Any
) -> None:
    draft(clinic, manager)
    for number in range(3):
        person = someone(clinic, "Ann", f"Many{number}", day=20)
        for day in range(18):
            log_of(person, day, fall=True)
    run(as_manager)
    first = as_manager.get(url("rehearsal")).content.decode()
    assert first.count('role="rowheader"') == 51
    following = first.partition("rule=R35&amp;after=")[2].partition('"')[0]
    second = as_manager.get(f"{url('rehearsal')}?rule=R35&after={following}").content.decode()
    assert second.count('role="rowheader"') == 5
    for odd in ("?rule=R99&after=x", "?after=-1"):
        assert as_manager.get(url("rehearsal") + odd).status_code == 200


def log_of(
    recovery: Recovery, day: int, *, client_id: uuid.UUID | None = None, **answers: Any
) -> DailyLog:
    at = recovery.procedure_at + timedelta(days=day, hours=3)
    return logs.record(
        recovery_id=recovery.pk,
        values=QUIET | answers,
        client_id=client_id or uuid.uuid4(),
        revision=None,
        log_date=recovery.procedure_on + timedelta(days=day),
        now=at,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
    ).log


# The same rules as live
# ----------------------


def test_every_log_is_judged_as_it_was_when_it_was_written(
    clinic: Clinic, nurse: User, manager: User, now: datetime
) -> None:
    """Over corrections, a moved procedure, changed facts, and several logs a day."""
    recovery = make_recovery(clinic, day=30, now=NOW)
    pains = [5, 9, 9, 8, 4, 3, 2, 1, 1, 2, 5, 6, 8, 9, 3, 4, 4]
    own = uuid.uuid4()
    for day, pain in enumerate(pains):
        log_of(
            recovery,
            day,
            pain_avg=pain,
            fall=day % 5 == 0,
            temp_value=Decimal("38.2"),
            temp_unit="C",
        )
        if day == 6:
            log_of(recovery, day, pain_avg=9, client_id=own)
            again = recovery.procedure_at + timedelta(days=day, hours=5)
            logs.record(
                recovery_id=recovery.pk,
                values=QUIET
                | {"pain_avg": 2, "opioids": [{"drug": "oxycodone", "mg": 5, "doses": 4}]},
                client_id=own,
                revision=0,
                log_date=recovery.procedure_on + timedelta(days=day),
                now=again,
                source=DailyLog.Source.STAFF,
                mode=DailyLog.Mode.PHONE,
                user=nurse,
            )
        if day == 9:
            Recovery.objects.filter(pk=recovery.pk).update(baseline_pain=2, anticoagulated=True)
        if day == 12:
            reschedules.reschedule(
                recovery=recovery,
                procedure_at=recovery.procedure_at + timedelta(days=1),
                anchor=recovery.anchor,
                user=nurse,
                now=NOW,
            )
    stored = dict(DailyLog.objects.values_list("pk", "rules"))
    again_judged = list(queries.judged([recovery.pk], (), ()))
    assert len(again_judged) == len(stored) >= 18
    assert {"R34", "R35", "R12", "R18"} <= {rule for fired in stored.values() for rule in fired}
    for one in again_judged:
        assert [found.rule_id for found in one.findings] == stored[one.log_id]
        assert one.as_written


def test_what_fires_otherwise_by_now_is_counted(
    clinic: Clinic, recovery: Recovery, manager: User, as_manager: Client
) -> None:
    log = report(recovery, fall=True)
    DailyLog.objects.filter(pk=log.pk).update(rules=["R13"])
    draft(clinic, manager)
    assert "1 log fires other rules today than when it was written." in run(as_manager)


def test_it_goes_on_where_it_stopped_and_is_bounded(
    clinic: Clinic,
    manager: User,
    as_manager: Client,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(5):
        report(someone(clinic, "Ann", f"Part{number}"), fall=True)
    draft(clinic, manager)
    monkeypatch.setattr(pastlogs, "AT_ONCE", 2)
    monkeypatch.setattr(pastlogs, "MOST", 4)
    row = rehearsals.begin(clinic=clinic, user=manager, now=NOW)
    assert rehearsals.begin(clinic=clinic, user=manager, now=NOW) == row
    ticks = iter([NOW, NOW, NOW + timedelta(seconds=2)])
    assert rehearsals.run(clock=lambda: next(ticks), until=NOW + timedelta(seconds=1)) == 2
    assert "Running: 2 logs judged so far." in words(as_manager.get(url("rehearsal")))
    assert "Run a rehearsal of exactly these changes first." in approve(as_manager)
    assert "The rehearsal is not done yet." in words(see(as_manager))
    tasks.rehearse()
    row.refresh_from_db()
    assert (row.state, row.judged, row.left_out) == ("done", 4, 1)
    assert "1 log of older recoveries was left out." in words(as_manager.get(url("rehearsal")))


def test_another_clinics_logs_are_not_in_it(
    clinic: Clinic, recovery: Recovery, neighbour: Recovery, manager: User, as_manager: Client
) -> None:
    report(neighbour, fall=True)
    draft(clinic, manager)
    assert "0 logs judged" in run(as_manager)


def test_a_run_again_is_unseen(
    clinic: Clinic, recovery: Recovery, manager: User, as_manager: Client
) -> None:
    draft(clinic, manager)
    run(as_manager)
    see(as_manager)
    run(as_manager)
    assert Rehearsal.objects.get().seen_at is None
    assert Rehearsal.objects.get().rule_set == rules.RULE_SET_VERSION
