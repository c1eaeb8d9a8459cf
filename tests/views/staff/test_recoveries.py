import gzip
import re
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recovery.models import (
    AccessEvent,
    CheckIn,
    Clinic,
    Contact,
    DailyLog,
    PatientAccess,
    Recovery,
    RecoveryPhase,
    User,
)
from recovery.models.access import Relationship
from recovery.queries.instruments import instruments_of
from recovery.services import checkins, contacts, logs
from tests.cast import QUIET, checkin_of
from tests.pages import words
from tests.views.staff.conftest import EMERGENCY, NOW, REVIEW, report, someone, url

DAY = timedelta(days=1)


def page(client: Client, recovery: Recovery) -> Any:
    response = client.get(url("staff_recovery", recovery.uuid))
    assert response.status_code == 200
    return response


def a_year(recovery: Recovery) -> None:
    phase = RecoveryPhase.objects.get(pathway=recovery.pathway, code="follow_up")
    DailyLog.objects.bulk_create(
        DailyLog(
            recovery=recovery,
            client_id=uuid.uuid4(),
            phase=phase,
            log_date=recovery.procedure_on + n * DAY,
            day=n,
            entered_at=recovery.procedure_at + n * DAY,
            source="staff" if n % 10 == 0 else "patient",
            mode="phone" if n % 10 == 0 else "web",
            late=n % 9 == 0,
            pain_avg=(n * 7) % 9,
            pain_worst=(n * 7) % 9 + 1,
            leg_pain=(n * 5) % 4,
            acetaminophen_mg=500 * (n % 5),
            nsaid_taken=n % 3 == 0,
            opioids=[],
            opioid_mme=Decimal(n % 40),
            rule_set="1",
            advice="Thank you.",
        )
        for n in range(365)
    )


def test_the_facts_and_the_sentence(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    recovery = someone(
        clinic,
        "Ruth",
        "Keller",
        day=16,
        levels="L4, L5",
        surgeon="Mia A.",
        osteoporosis=True,
        anticoagulated=None,
        baseline_opioid_mme=Decimal(20),
        patient={"record_number": "014"},
    )
    PatientAccess.objects.create(
        user=User.objects.create_user("hans@example.org", name="Hans"),
        patient=recovery.patient,
        relationship=Relationship.CAREGIVER,
    )
    opioids = [{"drug": "oxycodone", "mg": 10, "doses": 2}]
    report(recovery, pain_avg=9, pain_controlled=True, opioids=opioids)
    text = words(page(as_nurse, recovery))
    assert "Ruth Keller 68. Record 014. Born Mar 14, 1957. Surgeon Mia A." in text
    assert "Pain 9 today, baseline 6. 0 of 15 planned logs. Opioids 30 MME on D16" in text
    assert "baseline 20. 2 alerts not closed." in text
    assert "Day and phase D16 follow-up Procedure Feb 17, 2026 L4, L5" in text
    assert "Baseline pain 6 of 10 Osteoporosis Yes Anticoagulant Not known" in text
    assert "Opioids at baseline 20 MME a day Reach by E-mail 10:17 there Reminders" in text
    assert "E-mail address Also logs Hans" in text


@pytest.mark.parametrize(
    ("before", "mg", "said"),
    [
        (0, 0, ""),
        (None, 0, ""),
        (20, 0, "Opioids 0 MME on D1, baseline 20."),
        (0, 10, "Opioids 30 MME on D1, baseline 0."),
    ],
)
def test_opioids_are_told_of_who_takes_or_took_them(
    as_nurse: Client, clinic: Clinic, now: Any, before: int | None, mg: int, said: str
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", baseline_opioid_mme=before)
    opioids = [{"drug": "oxycodone", "mg": mg, "doses": 2}] if mg else []
    report(recovery, opioids=opioids)
    text = words(page(as_nurse, recovery))
    assert ("Opioids" in text.partition("Day and phase")[0]) == bool(said)
    assert said in text


@pytest.mark.parametrize("known_too", [False, True])
def test_an_opioid_total_that_cannot_be_counted_is_said_to_be_not_known(
    as_nurse: Client, clinic: Clinic, now: Any, known_too: bool
) -> None:
    """Also where another log of the day, or of a day before, has a total."""
    recovery = someone(clinic, "Ruth", "Keller", day=10, baseline_opioid_mme=20)
    tramadol = [{"drug": "tramadol", "mg": 50, "doses": 2}]
    report(recovery, ago=24 * timedelta(hours=1), opioids=tramadol)
    report(recovery, ago=timedelta(hours=2), opioids=[{"drug": "other"}])
    if known_too:
        report(recovery, opioids=tramadol)
    text = words(page(as_nurse, recovery))
    assert "Opioids: total not known on D10, baseline 20." in text
    assert "20 MME on" not in text


def test_the_best_mean_counts_from_the_day_after_the_procedure(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=3)
    for day, pain in ((-2, 1), (-1, 1), (0, 1), (1, 6), (2, 5), (3, 4)):
        logs.record(
            recovery_id=recovery.pk,
            values=QUIET | {"pain_avg": pain},
            client_id=uuid.uuid4(),
            revision=None,
            log_date=recovery.procedure_on + day * DAY,
            now=NOW,
            source="staff",
            mode="paper",
        )
    text = words(page(as_nurse, recovery))
    assert "Best mean of three logs 5.0 (D1 to D3)." in text


def test_missing_facts_are_said_to_be_missing(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    recovery = someone(clinic, "Ruth", "Keller", baseline_pain=None, email="", zone="Asia/Tokyo")
    text = words(page(as_nurse, recovery))
    assert "No pain answer yet, no baseline." in text
    assert "Baseline pain No baseline rules use 4" in text
    assert "Opioids at baseline Not known" in text
    assert "Reach by Phone only no e-mail address 00:17 there" in text


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"reminders_off_at": NOW}, "Reach by No reminders turned off by the patient"),
        ({"address_fails_at": NOW}, "Reach by Call: address fails"),
    ],
)
def test_how_to_reach_the_patient(
    as_nurse: Client, recovery: Recovery, change: dict[str, Any], shown: str
) -> None:
    type(recovery.patient).objects.update(**change)
    assert shown in words(page(as_nurse, recovery))


def test_the_alert_says_why_what_the_patient_saw_and_what_changed(
    as_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, ago=15 * timedelta(hours=1), pain_avg=3, saddle="no")
    report(recovery, pain_avg=8, pain_controlled=True, free_text="Since noon", **EMERGENCY)
    response = page(as_nurse, recovery)
    text, content = words(response), response.content.decode()
    assert "R01 Possible cauda equina: new saddle sensory change, bladder trouble." in text
    assert "The patient saw, Mar 5, 10:09 This can be a sign that nerves low in your" in text
    assert "Call 911 or go to the emergency room now." in text
    assert "The patient's note Since noon" in text
    assert "Bladder, a rule asks for it yes no" in text
    assert 'class="is-new is-key"><th scope="row">Bladder<' in content
    # It changed too, and no rule that fired asks for it.
    assert 'class="is-new"><th scope="row">Back pain, average</th><td>8</td>' in content
    assert "No or none, both times:" in text
    assert "leg weakness, leg numbness" in text


def test_an_answer_that_set_off_the_alert_is_marked_without_a_change(
    as_nurse: Client, recovery: Recovery
) -> None:
    for ago in (15, 1):
        report(recovery, ago=timedelta(hours=ago), wound=["redness_spreading"], fall=True)
    content = page(as_nurse, recovery).content.decode()
    assert 'class="is-key"><th scope="row">Wound<' in content
    # R35 asks for a fall, but it is not the reason why this stands where it does.
    assert '<tr><th scope="row">A fall</th>' in content


@pytest.mark.parametrize(
    ("answered", "row"),
    [
        # The one question to which "no" is what worries.
        ({"pain_avg": 8, "pain_controlled": False}, "Under control with the plan<"),
        (
            {"opioids": [{"drug": "oxycodone", "mg": 10, "doses": 4}]},
            "Opioids, 24 h<",
        ),
    ],
)
def test_each_answer_that_a_rule_asks_for_is_marked(
    as_nurse: Client, recovery: Recovery, answered: dict[str, Any], row: str
) -> None:
    report(recovery, **answered)
    content = page(as_nurse, recovery).content.decode()
    assert f'class="is-key"><th scope="row">{row}' in content


def test_a_planned_log_that_was_entered_later_is_counted_so(
    as_nurse: Client, recovery: Recovery
) -> None:
    log = report(recovery)
    assert "1 answered, 0 late" in page(as_nurse, recovery).content.decode()
    DailyLog.objects.filter(pk=log.pk).update(late=True)
    assert "0 answered, 1 late" in page(as_nurse, recovery).content.decode()


def test_a_text_stays_as_the_patient_saw_it(
    as_nurse: Client, clinic: Clinic, recovery: Recovery
) -> None:
    report(recovery, **EMERGENCY)
    clinic.emergency_number = "112"
    clinic.save()
    assert "Call 911 or go to the emergency room now." in words(page(as_nurse, recovery))


def test_beside_the_first_alert_stands_the_log_that_fed_it(
    as_nurse: Client, recovery: Recovery
) -> None:
    """Not a later one, which fed another alert, and whose text does not belong to it."""
    report(recovery, ago=2 * timedelta(hours=1), **EMERGENCY, **REVIEW)
    report(recovery, pain_avg=3, **REVIEW)
    text = words(page(as_nurse, recovery))
    assert "The patient saw, Mar 5, 08:17 This can be a sign that nerves low in your" in text
    assert "Bladder, a rule asks for it yes" in text
    assert "Corrected since" not in text


def from_form(recovery: Recovery, key: str, answers: dict[str, Any], **given: Any) -> None:
    checkin = checkin_of(recovery, key)
    checkins.save(
        checkin_id=checkin.pk,
        instruments=instruments_of(checkin.form, staff=False, clinic=recovery.clinic),
        answers=answers,
        client_id=uuid.uuid4(),
        now=NOW,
        source="patient",
        mode="web",
        send=True,
        **given,
    )


def test_an_alert_of_a_form_stands_beside_the_answers_of_the_form(
    as_nurse: Client, nurse: User, clinic: Clinic, now: Any
) -> None:
    """Not beside an older log, which fed an alert that is closed."""
    recovery = someone(clinic, "Ruth", "Keller", day=13)
    report(recovery, ago=timedelta(hours=30), wound=["opened"], pain_avg=3)
    recovery.alerts.update(
        state="closed", closed_by=nurse, closed_at=NOW, closing_reason="seen", next_notice_at=None
    )
    from_form(recovery, "C14", {"log": {"wound": ["pus_or_smell"], "bleeding": "none"}})
    response = page(as_nurse, recovery)
    text = words(response)
    assert "From the form Two-week check, saved Mar 5, 10:17" in text
    assert "Wound, a rule asks for it pus or smell" in text
    assert "opened" not in text
    assert "The patient saw, Mar 5, 10:17 Your skin may be infected." in text


def test_an_alert_of_a_score_points_to_the_form(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=40)
    recovery.alerts.all().delete()
    from_form(recovery, "C42", {"PGIC": {"pgic": 6}})
    response = page(as_nurse, recovery)
    assert "From the form Six-week check, saved Mar 5, 10:17" in words(response)
    assert url("staff_checkins", recovery.uuid) in response.content.decode()
    assert "The patient saw" not in words(response)


def test_an_alert_of_silence_borrows_no_log(as_nurse: Client, recovery: Recovery) -> None:
    report(recovery, **REVIEW)
    recovery.alerts.update(rule="R41")
    assert "The patient saw" not in words(page(as_nurse, recovery))


def test_a_log_that_was_corrected_since_says_so(as_nurse: Client, recovery: Recovery) -> None:
    first = report(recovery, **EMERGENCY)
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET,
        client_id=first.client_id,
        revision=0,
        log_date=first.log_date,
        now=NOW - timedelta(minutes=2),
        source="patient",
        mode="web",
    )
    text = words(page(as_nurse, recovery))
    assert "Bladder, a rule asks for it yes" in text
    assert "Corrected since, Mar 5, 10:15: the newest answers stand under Single logs." in text


def test_a_rule_that_fired_again_says_when(
    as_nurse: Client, nurse: User, recovery: Recovery
) -> None:
    report(recovery, ago=16 * timedelta(hours=1), **EMERGENCY)
    contacts.record(
        recovery=recovery,
        user=nurse,
        now=NOW - 15 * timedelta(hours=1),
        kind="call",
        outcome="advised",
    )
    report(recovery, **EMERGENCY, **REVIEW)
    text = words(page(as_nurse, recovery))
    assert "Raised Mar 4, 18:17. Again D1 10:09." in text
    assert "Review. Raised Mar 5, 10:09." in text
    story = text[text.index("Timeline") :]
    parts = [
        "10:09 Review raised: R35",
        "10:09 Log D1, pain 4 Rules R01, R35",
        "Call: reached and advised",
        "Emergency raised: R01",
        "Wed 18:17 Log D0, pain 4 Rule R01",
    ]
    places = [story.index(part) for part in parts]
    assert places == sorted(places)


def test_a_procedure_that_is_still_to_come_stands_with_its_date(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    planned = someone(clinic, "Ruth", "Keller", day=-3)
    story = words(page(as_nurse, planned)).partition("Timeline")[2]
    assert "Mar 8 Procedure planned for Mar 8, " in story


def test_the_timeline_tells_everything_newest_first(
    as_nurse: Client, nurse: User, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=4)
    first = report(recovery, ago=20 * timedelta(hours=1), pain_avg=5)
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET | {"pain_avg": 6} | REVIEW,
        client_id=first.client_id,
        revision=0,
        log_date=first.log_date,
        now=NOW - timedelta(hours=19),
        source="patient",
        mode="web",
    )
    contacts.record(
        recovery=recovery,
        user=nurse,
        now=NOW - timedelta(hours=1),
        kind="visit",
        outcome="advised",
        minutes=15,
        note="Spot healed.",
    )
    text = words(page(as_nurse, recovery))
    story = text[text.index("Timeline") :]
    parts = [
        "Visit: reached and advised Nora, 15 min. Spot healed.",
        "Review raised: R35",
        "Correction of D3, pain 6",
        "Log D3, pain 5",
        "Log D1 not answered in time",
        "Procedure",
    ]
    places = [story.index(part) for part in parts]
    assert places == sorted(places)


def test_the_timeline_tells_of_forms_too(
    as_nurse: Client, nurse: User, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=40)
    from_form(recovery, "C42", {"PGIC": {"pgic": 2}})
    story = words(page(as_nurse, recovery)).partition("Timeline")[2]
    assert "10:17 Six-week check answered" in story
    assert "One-month check not answered in time" in story
    assert "Log D30" not in story
    as_nurse.post(
        url("staff_checkin", recovery.uuid, "C42"),
        {"mode": "phone", "PGIC-0": "3", "save_incomplete": "1"},
    )
    story = words(page(as_nurse, recovery)).partition("Timeline")[2]
    assert "10:17 Correction of Six-week check Staff, by phone" in story


def test_what_comes_next(as_nurse: Client, recovery: Recovery) -> None:
    assert "Next opens, clinic's time Log D2 Mar 6, 06:00 Log D3 Mar 7, 06:00" in words(
        page(as_nurse, recovery)
    )


def test_forms_are_asked_next_too_but_nothing_that_was_answered_ahead(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Ada", "Moss", day=26)

    def listed() -> str:
        said = words(page(as_nurse, recovery))
        return said.partition("Next opens, clinic's time")[2].partition("Mails")[0].strip()

    assert listed() == (
        "One-month check D30 Mar 6, 06:00 Log D27 Mar 6, 06:00 Log D34 Mar 13, 06:00 "
        "Six-week check D42 Mar 17, 06:00"
    )
    evening = recovery.checkins.order_by("pk")[0]
    recovery.checkins.filter(pk=evening.pk).update(
        key="C30", form="one_month", state=CheckIn.State.COMPLETED, completed_at=NOW
    )
    assert listed().startswith("Log D27 Mar 6, 06:00 Log D34")


def test_before_the_procedure(as_nurse: Client, clinic: Clinic, now: Any) -> None:
    recovery = someone(clinic, "Dieter", "Early", day=-5)
    text = words(page(as_nurse, recovery))
    assert "Day and phase D−5 before" in text
    assert "Follow-up Planned" in text
    assert "Log D0 Mar 10, " in text


def test_a_surgeon_sees_the_chart_first_and_the_alert_as_a_line(
    as_clinician: Client, as_nurse: Client, recovery: Recovery
) -> None:
    report(recovery, **EMERGENCY)
    assert b'<summary class="ic-alertline' in page(as_clinician, recovery).content
    assert b'<summary class="ic-alertline' not in page(as_nurse, recovery).content


def test_the_timeline_stands_where_there_is_room(
    as_clinician: Client, as_nurse: Client, recovery: Recovery
) -> None:
    """Beside the open alert of a nurse; under the chart where no alert is open."""
    beside = '<aside>\n<section class="ic-card" aria-labelledby="h-timeline">'
    assert beside not in page(as_nurse, recovery).content.decode()
    report(recovery, **EMERGENCY)
    for client, is_beside in ((as_nurse, True), (as_clinician, False)):
        content = page(client, recovery).content.decode()
        assert (beside in content) == is_beside
        assert content.count('id="h-timeline"') == 1


def test_older_entries_stand_on_the_timeline_s_own_page(
    as_nurse: Client, recovery: Recovery, nurse: User
) -> None:
    for n in range(14):
        Contact.objects.create(
            recovery=recovery,
            by=nurse,
            at=NOW - n * timedelta(hours=1),
            kind="call",
            outcome="advised",
            note=f"Call number {n}.",
        )
    response = page(as_nurse, recovery)
    assert "Call number 11." in words(response)
    assert "Call number 12." not in response.content.decode().partition('id="h-timeline"')[2]
    told = re.search(r"Timeline All (\d+) entries of the timeline", words(response))
    assert told
    whole = as_nurse.get(url("recovery_timeline", recovery.uuid))
    assert f"Newest first, 1 to {told[1]} of {told[1]}." in words(whole)
    assert [n for n in range(14) if f"Call number {n}." in words(whole)] == [*range(14)]


def test_a_year_of_daily_logs_stays_a_small_page(
    as_nurse: Client, clinic: Clinic, now: Any
) -> None:
    recovery = someone(clinic, "Zelda", "Year", day=364, ticked=False)
    a_year(recovery)
    report(recovery, **EMERGENCY, **REVIEW)
    for query in ({}, {"phase": "follow_up"}):
        response = as_nurse.get(url("staff_recovery", recovery.uuid), query)
        assert len(response.content) <= 60_000
        assert len(gzip.compress(response.content)) <= 15_000
    response = page(as_nurse, recovery)
    # Every day has its values, though single logs are behind a link.
    for day in (0, 100, 363):
        assert f"<th>D{day}<td>".encode() in response.content


@pytest.mark.parametrize("days", [0, 12, 365])
def test_ten_statements_at_most(
    as_nurse: Client, nurse: User, clinic: Clinic, now: Any, days: int
) -> None:
    recovery = someone(clinic, "Ruth", "Keller", day=max(days, 1), ticked=False)
    if days == 365:
        a_year(recovery)
    if days:
        report(recovery, **EMERGENCY, **REVIEW)
        contacts.record(recovery=recovery, user=nurse, now=NOW, kind="call", outcome="no_answer")
    page(as_nurse, recovery)
    for query in ({}, {"phase": "short_term"}):
        with CaptureQueriesContext(connection) as statements:
            as_nurse.get(url("staff_recovery", recovery.uuid), query)
        sql = [one["sql"] for one in statements]
        assert len([one for one in sql if not one.startswith(("BEGIN", "COMMIT"))]) <= 10, sql


def test_the_look_is_recorded_each_time(as_nurse: Client, recovery: Recovery) -> None:
    page(as_nurse, recovery)
    page(as_nurse, recovery)
    assert AccessEvent.objects.filter(action="read", what="recovery").count() == 2


# The state
# ---------


@pytest.mark.parametrize(
    ("before", "wanted", "after", "said"),
    [
        ("active", "paused", "paused", "Follow-up: paused."),
        ("paused", "active", "active", "Follow-up: active."),
        ("active", "withdrawn", "withdrawn", "Follow-up: withdrawn."),
        ("active", "died", "died", "Follow-up: died."),
        ("withdrawn", "active", "withdrawn", "cannot go from this state"),
        ("active", "completed", "active", "cannot go from this state"),
        ("active", "sleeping", "active", "Choose what to change it to."),
        ("active", "", "active", "Choose what to change it to."),
    ],
)
def test_staff_change_the_state(
    as_nurse: Client, recovery: Recovery, before: str, wanted: str, after: str, said: str
) -> None:
    Recovery.objects.update(state=before)
    response = as_nurse.post(url("recovery_state", recovery.uuid), {"state": wanted}, follow=True)
    assert said in words(response)
    recovery.refresh_from_db()
    assert recovery.state == after


def test_a_paused_recovery_says_that_nothing_is_asked(as_nurse: Client, recovery: Recovery) -> None:
    as_nurse.post(url("recovery_state", recovery.uuid), {"state": "paused"})
    text = words(page(as_nurse, recovery))
    assert "Nothing is asked of the patient in this state." in text
    assert "Follow-up Paused" in text
