"""The database refuses wrong rows, each by the name of the rule it breaks."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from recovery.models import (
    Alert,
    CheckIn,
    Contact,
    CorridorDay,
    DailyLog,
    DischargeCheck,
    Duty,
    FormResponse,
    Membership,
    Message,
    Milestone,
    Observation,
    ObservationSheet,
    Outcome,
    Pathway,
    PathwayDraft,
    PathwayMove,
    ProceduresDone,
    Recovery,
    RecoveryPhase,
    Reschedule,
    Role,
    Score,
    User,
)
from tests.cast import NOW, TODAY, default_pathway, make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(clinic, nurse) -> Recovery:
    return make_recovery(clinic, day=5, now=NOW, ticked=False)


def refuses(rule: str):
    return pytest.raises(IntegrityError, match=rule)


def a_log(recovery: Recovery, **fields: Any) -> DailyLog:
    return DailyLog(
        recovery=recovery,
        log_date=TODAY,
        day=5,
        entered_at=NOW,
        rule_set="1",
        advice="",
        **{"client_id": uuid.uuid4(), "source": "patient", "mode": "web"} | fields,
    )


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"pain_avg": 11}, "log_pain_avg_0_to_10"),
        ({"pain_worst": 11}, "log_pain_worst_0_to_10"),
        ({"pain_avg": 5, "pain_worst": 4}, "log_worst_pain_at_least_average"),
        ({"leg_pain": 11}, "log_leg_pain_0_to_10"),
        ({"sleep": 11}, "log_sleep_0_to_10"),
        ({"walk_minutes": 1441}, "log_walk_minutes_0_to_1440"),
        ({"acetaminophen_mg": 20001}, "log_acetaminophen_mg_0_to_20000"),
        ({"temp_value": "98.0", "temp_unit": "C"}, "log_temperature_in_range_of_its_unit"),
        ({"temp_value": "37.0", "temp_unit": "F"}, "log_temperature_in_range_of_its_unit"),
        ({"temp_value": "37.0"}, "log_temperature_in_range_of_its_unit"),
        ({"temp_unit": "C"}, "log_temperature_in_range_of_its_unit"),
        ({"source": "neighbour"}, "log_source_is_known"),
        ({"mode": "dream"}, "log_mode_is_known"),
        ({"saddle": "maybe"}, "log_saddle_is_known"),
        ({"leg_weakness": "some"}, "log_leg_weakness_is_known"),
        ({"revision": 1}, "correction_supersedes"),
        ({"opioid_total_unknown": True, "opioid_mme": "5.0"}, "log_opioid_total_known_or_not"),
    ],
)
def test_a_wrong_log(recovery, fields, rule):
    with refuses(rule):
        a_log(recovery, **fields).save()


@pytest.mark.parametrize(
    "fields",
    [
        {"pain_avg": 0, "pain_worst": 0},
        {"pain_avg": 10, "pain_worst": 10},
        {"temp_value": "33.0", "temp_unit": "C"},
        {"temp_value": "43.0", "temp_unit": "C"},
        {"temp_value": "91.4", "temp_unit": "F"},
        {"temp_value": "109.4", "temp_unit": "F"},
    ],
)
def test_a_log_at_the_edge_is_kept(recovery, fields):
    a_log(recovery, **fields).save()
    assert DailyLog.objects.count() == 1


def test_one_row_per_recovery_client_id_and_revision(recovery):
    log = a_log(recovery)
    log.save()
    with refuses("one_log_per_recovery_client_id_and_revision|client_id"):
        a_log(recovery, client_id=log.client_id).save()


def test_a_log_has_one_successor(recovery):
    first = a_log(recovery)
    first.save()
    a_log(recovery, client_id=first.client_id, revision=1, supersedes=first).save()
    with refuses("one_successor_per_log|supersedes"):
        a_log(recovery, revision=1, supersedes=first).save()


def an_alert(recovery: Recovery, **fields: Any) -> Alert:
    return Alert(
        recovery=recovery,
        headline="x",
        staff_text="x",
        patient_text="x",
        rule_set="1",
        raised_at=NOW,
        clock_from=NOW,
        **{"rule": "R12", "severity": "urgent"} | fields,
    )


def test_one_alert_not_closed_per_recovery_and_rule(recovery, nurse):
    closed = {"state": "closed", "closed_by": nurse, "closed_at": NOW, "closing_reason": "phone"}
    an_alert(recovery, **closed).save()
    an_alert(recovery, **closed).save()
    an_alert(recovery).save()
    an_alert(recovery, rule="R13").save()
    with refuses("one_alert_not_closed_per_recovery_and_rule|recovery_id"):
        an_alert(recovery, state="contacted").save()


def test_a_complication_of_a_closed_alert_is_one_of_the_list(recovery, nurse):
    closed = {"state": "closed", "closed_by": nurse, "closed_at": NOW, "closing_reason": "phone"}
    for kind in ("", *Alert.Complication):
        an_alert(recovery, **closed, complication=kind).save()
    with refuses("complication_is_known_and_of_a_closed_alert"):
        an_alert(recovery, **closed, complication="cough").save()


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"state": "closed"}, "closed_alert_has_who_when_and_why"),
        ({"state": "acknowledged"}, "acknowledged_alert_has_claim"),
        ({"state": "lost"}, "alert_state_is_known"),
        ({"severity": "mild"}, "alert_severity_is_known"),
        ({"complication": "infection"}, "complication_is_known_and_of_a_closed_alert"),
    ],
)
def test_a_wrong_alert(recovery, fields, rule):
    with refuses(rule):
        an_alert(recovery, **fields).save()


def test_one_contact_per_recovery_and_client_id(recovery, nurse):
    fields = {"recovery": recovery, "by": nurse, "at": NOW, "kind": "call", "outcome": "advised"}
    Contact.objects.create(**fields)
    Contact.objects.create(**fields)
    again = fields | {"client_id": uuid.uuid4()}
    Contact.objects.create(**again)
    with refuses("one_contact_per_recovery_and_client_id|client_id"):
        Contact.objects.create(**again)


def test_one_checkin_per_recovery_anchor_and_key(recovery):
    fields = {
        "recovery": recovery,
        "anchor": 1,
        "key": "DAY-05",
        "form": "daily",
        "day": 5,
        "opens_at": NOW,
        "due_at": NOW,
        "expires_at": NOW + timedelta(hours=1),
    }
    CheckIn.objects.create(**fields)
    CheckIn.objects.create(**fields | {"anchor": 2})
    with refuses("one_checkin_per_recovery_anchor_and_key|recovery_id"):
        CheckIn.objects.create(**fields)


def test_one_message_per_dedupe_key(clinic):
    fields = {
        "kind": "reminder",
        "dedupe_key": "a",
        "clinic": clinic,
        "created_at": NOW,
        "planned_at": NOW,
        "send_after": NOW,
    }
    Message.objects.create(**fields)
    with refuses("one_message_per_dedupe_key|dedupe_key"):
        Message.objects.create(**fields)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"state": "claimed"}, "leased_message_has_token"),
        ({"state": "not_sent"}, "unsent_message_has_reason"),
        ({"state": "sent"}, "sent_message_has_time"),
    ],
)
def test_a_wrong_message(clinic, fields, rule):
    with refuses(rule):
        Message.objects.create(
            kind="reminder",
            dedupe_key="a",
            clinic=clinic,
            created_at=NOW,
            planned_at=NOW,
            send_after=NOW,
            **fields,
        )


def test_a_rank_in_the_queue_has_its_time(recovery):
    with refuses("queue_rank_has_since"):
        Recovery.objects.update(queue_since=NOW)


# Phases
# ------


def a_pathway(*days: tuple[int, int | None]) -> Pathway:
    pathway = Pathway.objects.create(version=99, plan={})
    for order, (first, last) in enumerate(days, start=1):
        RecoveryPhase.objects.create(
            pathway=pathway,
            code=RecoveryPhase.Code.values[order - 1],
            order=order,
            first_day=first,
            last_day=last,
            patient_name="x",
            source="x",
            review_on=TODAY,
        )
    return pathway


def test_the_four_phases_are_seeded():
    phases = default_pathway().phases.values_list("code", "first_day", "last_day")
    assert list(phases) == [
        ("immediate", 0, 0),
        ("short_term", 0, 2),
        ("gradual_return", 3, 14),
        ("follow_up", 15, None),
    ]


def test_other_days_without_gap_or_overlap_are_kept():
    assert a_pathway((0, 0), (0, 3), (4, 21), (22, None)).phases.count() == 4


@pytest.mark.parametrize(
    "days",
    [
        pytest.param([(0, 0), (0, 2), (4, 14)], id="a gap"),
        pytest.param([(0, 0), (0, 2), (2, 14)], id="an overlap"),
        pytest.param([(0, 0), (1, 2)], id="day 0 left to nobody"),
        pytest.param([(0, 0), (0, None)], id="without end before the last"),
    ],
)
def test_phases_with_a_gap_or_an_overlap_are_refused(days):
    with refuses("phases_without_gap_or_overlap|phase_days_in_order"):
        a_pathway(*days)


def test_a_phase_cannot_be_moved_away_from_its_neighbours():
    with refuses("phases_without_gap_or_overlap"), transaction.atomic():
        default_pathway().phases.filter(code="gradual_return").update(last_day=20)


# People
# ------


def test_an_address_is_one_user_whatever_its_case():
    User.objects.create_user("Ruth@Example.org")
    with refuses("email"):
        User.objects.create_user("ruth@example.ORG")


def test_a_role_is_held_once(nurse, clinic):
    with refuses("one_membership_per_user_clinic_role|user_id"):
        Membership.objects.create(user=nurse, clinic=clinic, role=Role.NURSE)


def a_response(recovery: Recovery, **fields: Any) -> FormResponse:
    checkin, _ = CheckIn.objects.get_or_create(
        recovery=recovery,
        anchor=1,
        key="C14",
        defaults={
            "form": "two_week",
            "day": 14,
            "opens_at": NOW,
            "due_at": NOW + timedelta(days=2),
            "expires_at": NOW + timedelta(days=6),
        },
    )
    return FormResponse(
        recovery=recovery,
        checkin=checkin,
        saved_at=NOW,
        **{
            "client_id": uuid.uuid4(),
            "status": "completed",
            "completed_at": NOW,
            "source": "patient",
            "mode": "web",
        }
        | fields,
    )


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"revision": 1}, "response_correction_supersedes"),
        ({"status": "in_progress"}, "completed_response_has_time"),
        ({"completed_at": None}, "completed_response_has_time"),
        ({"source": "robot"}, "response_source_is_known"),
        ({"mode": "fax"}, "response_mode_is_known"),
    ],
)
def test_a_wrong_response(recovery, fields, rule):
    with refuses(rule):
        a_response(recovery, **fields).save()


def test_one_response_per_checkin_client_id_and_revision(recovery):
    first = a_response(recovery)
    first.save()
    with refuses("one_response_per_checkin|client_id"), transaction.atomic():
        a_response(recovery, client_id=first.client_id).save()


def test_a_response_has_one_successor(recovery):
    first = a_response(recovery)
    first.save()
    again = {"client_id": first.client_id, "supersedes": first}
    a_response(recovery, revision=1, **again).save()
    with refuses("one_successor_per_response|supersedes"), transaction.atomic():
        a_response(recovery, revision=2, **again).save()


@pytest.mark.parametrize("fields", [{"total": 17}, {"score": "5.7"}])
def test_a_score_and_its_total_come_together(recovery, fields):
    response = a_response(recovery)
    response.save()
    with refuses("score_has_its_total"):
        Score.objects.create(response=response, instrument="peg", version="1", answered=3, **fields)


def test_a_reschedule_moves_something(recovery, nurse):
    with refuses("reschedule_moves_the_procedure"):
        Reschedule.objects.create(
            recovery=recovery,
            anchor=1,
            by=nurse,
            at=NOW,
            from_procedure_at=NOW,
            to_procedure_at=NOW,
        )


def test_modic_is_one_of_its_types(recovery):
    with refuses("modic_is_known"):
        Recovery.objects.filter(pk=recovery.pk).update(modic="3")


def milestone(recovery, **fields):
    user = User.objects.get_or_create(email="told@example.org")[0]
    return Milestone.objects.create(
        **{
            "recovery": recovery,
            "code": "walked",
            "on": TODAY,
            "recorded_at": NOW,
            "recorded_by": user,
            "source": "patient",
        }
        | fields
    )


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"code": "ran"}, "milestone_code_is_known"),
        ({"source": "link"}, "milestone_source_is_known"),
        ({"withdrawn_at": NOW}, "milestone_is_withdrawn_by_somebody_afterwards"),
        ({}, "one_standing_milestone_per_recovery_and_code|milestone.recovery_id"),
    ],
)
def test_a_wrong_milestone_is_refused(clinic, fields, name):
    recovery = make_recovery(clinic)
    if not fields:
        milestone(recovery)
    with refuses(name):
        milestone(recovery, **fields)


def test_a_milestone_is_not_withdrawn_before_it_was_told_and_makes_room_for_another(clinic):
    recovery = make_recovery(clinic)
    row = milestone(recovery)
    row.withdrawn_by = row.recorded_by
    row.withdrawn_at = NOW - timedelta(seconds=1)
    with refuses("milestone_is_withdrawn_by_somebody_afterwards"), transaction.atomic():
        row.save()
    row.withdrawn_at = NOW
    row.save()
    milestone(recovery)
    assert recovery.milestones.standing().count() == 1


# A clinic's own pathway


def test_a_pathway_is_approved_by_somebody_at_some_time(clinic, nurse):
    for approval in ({"approved_by": nurse}, {"approved_at": NOW}):
        with refuses("approved_pathway_has_who_and_when"), transaction.atomic():
            Pathway.objects.create(clinic=clinic, version=1, plan={}, **approval)


def test_a_clinic_has_one_draft(clinic):
    fields = {"document": {}, "based_on": default_pathway(), "edited_at": NOW}
    PathwayDraft.objects.create(clinic=clinic, **fields)
    with refuses("clinic_id"):
        PathwayDraft.objects.create(clinic=clinic, **fields)


def test_a_draft_counts_from_one(clinic):
    with refuses("pathway_draft_revision_from_1"):
        PathwayDraft.objects.create(
            clinic=clinic, document={}, based_on=default_pathway(), edited_at=NOW, revision=0
        )


def test_a_recovery_moves_to_another_pathway(recovery, nurse):
    with refuses("pathway_move_changes_the_pathway"):
        PathwayMove.objects.create(
            recovery=recovery,
            from_pathway=recovery.pathway,
            to_pathway=recovery.pathway,
            by=nurse,
            at=NOW,
        )


# The observation room


def a_mark(recovery: Recovery, **fields: Any) -> Observation:
    sheet, _created = ObservationSheet.objects.get_or_create(recovery=recovery, on=TODAY)
    given = {"minute": 15, "pain": 4, "observed_at": NOW, "entered_at": NOW} | fields
    return Observation(sheet=sheet, **given)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"pain": 11}, "observation_pain_0_to_10"),
        ({"strength_left": 6}, "observation_strength_left_0_to_5"),
        ({"strength_right": 6}, "observation_strength_right_0_to_5"),
        ({"feeling": "numb"}, "observation_feeling_is_known"),
        ({"site": "red"}, "observation_site_is_known"),
        ({"urine": "some"}, "observation_urine_is_known"),
        ({"mobility": "ran"}, "observation_mobility_is_known"),
        ({"minute": 20}, "observation_every_15_minutes_of_a_day"),
        ({"minute": 1455}, "observation_every_15_minutes_of_a_day"),
        ({"pain": None}, "first_observation_says_something"),
        ({"revision": 1}, "observation_correction_supersedes"),
        ({"entered_at": NOW - timedelta(1)}, "observation_is_entered_afterwards"),
    ],
)
def test_a_mark_that_cannot_be_is_refused(recovery, nurse, fields, rule):
    with refuses(rule):
        a_mark(recovery, entered_by=nurse, **fields).save()


@pytest.mark.parametrize(
    ("minute", "rule"),
    [
        (15, "one_observation_per_mark_and_revision"),
        (None, "one_observation_before_per_revision"),
    ],
)
def test_a_mark_has_one_version_of_each_revision(recovery, nurse, minute, rule):
    first = a_mark(recovery, entered_by=nurse, minute=minute)
    first.save()
    with refuses(f"{rule}|UNIQUE constraint failed"), transaction.atomic():
        a_mark(recovery, entered_by=nurse, minute=minute, pain=5).save()
    a_mark(recovery, entered_by=nurse, minute=minute, revision=1, supersedes=first).save()


@pytest.mark.parametrize(
    "fields",
    [
        {"room_at": NOW},
        {"room_at": NOW, "room_set_at": NOW},
        {"room_at": NOW, "room_set_at": NOW - timedelta(minutes=1), "by": True},
        {"room_set_at": NOW, "by": True},
    ],
)
def test_the_rooms_time_is_set_by_somebody_afterwards(recovery, nurse, fields):
    by = nurse if fields.pop("by", False) else None
    with refuses("room_time_is_set_by_somebody_afterwards"):
        ObservationSheet.objects.create(recovery=recovery, on=TODAY, room_set_by=by, **fields)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"code": "shoes"}, "discharge_check_code_is_known"),
        ({"state": "maybe"}, "discharge_check_state_is_known"),
    ],
)
def test_a_point_of_the_list_that_cannot_be_is_refused(recovery, nurse, fields, rule):
    sheet = ObservationSheet.objects.create(recovery=recovery, on=TODAY)
    given = {"code": "urine", "state": "done", "at": NOW, "by": nurse} | fields
    with refuses(rule):
        DischargeCheck.objects.create(sheet=sheet, **given)


def test_a_day_has_one_sheet(recovery):
    ObservationSheet.objects.create(recovery=recovery, on=TODAY)
    with refuses("one_observation_sheet_per_recovery_and_day|UNIQUE constraint failed"):
        ObservationSheet.objects.create(recovery=recovery, on=TODAY)


# The corridor


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"recoveries": 49}, "corridor_day_has_50_recoveries"),
        ({"lower": "4.5"}, "corridor_quartiles_in_order_0_to_10"),
        ({"upper": "3.5"}, "corridor_quartiles_in_order_0_to_10"),
        ({"upper": "10.5"}, "corridor_quartiles_in_order_0_to_10"),
        ({"lower": "-0.5"}, "corridor_quartiles_in_order_0_to_10"),
        ({"day": -1}, "corridorday_day_check|CHECK constraint failed: day"),
        ({}, "one_corridor_day_per_clinic_and_day|index 'one_corridor|corridorday.clinic_id"),
    ],
)
def test_a_wrong_corridor_day_is_refused(clinic, fields, name):
    given = {"day": 2, "recoveries": 50, "lower": "3", "median": "4", "upper": "6"}
    CorridorDay.objects.create(clinic=clinic, **given)
    with refuses(name):
        CorridorDay.objects.create(clinic=clinic, **given | {"day": 3 if fields else 2} | fields)


# On call


def test_one_person_a_place_and_one_duty_a_person(clinic, nurse, second_nurse):
    Duty.objects.create(clinic=clinic, user=nurse, place=1)
    for fields, rule in (
        ({"user": second_nurse, "place": 1}, "place"),
        ({"user": nurse}, "user"),
        ({"user": second_nurse, "place": 0}, "place_on_call_from_1"),
    ):
        # SQLite names the columns of a unique rule, not the rule.
        with refuses(rule), transaction.atomic():
            Duty.objects.create(clinic=clinic, **fields)
    Duty.objects.create(clinic=clinic, user=second_nurse)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"form": "daily"}, "outcome_form_is_known"),
        ({"state": "open"}, "outcome_state_is_known"),
        ({"state": "missed", "nrs_after": 3}, "missed_outcome_has_no_score"),
        ({"nrs_after": 11}, "outcome_nrs_0_to_10"),
        ({"nrs_before": 3}, "outcome_nrs_0_to_10"),
        ({"peg_before": 31, "peg_after": 3}, "outcome_peg_0_to_30"),
        ({"rmdq_after": 25}, "outcome_rmdq_0_to_24"),
        ({"odi_after": 101}, "outcome_odi_0_to_100"),
        ({"pgic": 8}, "outcome_pgic_1_to_7"),
    ],
)
def test_a_wrong_outcome_is_refused(recovery, fields, rule):
    with refuses(rule):
        Outcome.objects.create(
            **{"recovery": recovery, "anchor": 1, "form": "one_month", "state": "on_time"} | fields
        )


def test_one_outcome_per_recovery_anchor_and_form(recovery):
    row = {"recovery": recovery, "form": "one_month", "state": "missed"}
    Outcome.objects.create(anchor=1, **row)
    Outcome.objects.create(anchor=2, **row)
    with refuses("one_outcome_per_recovery_anchor_and_form|recovery_outcome.recovery_id"):
        Outcome.objects.create(anchor=1, **row)


@pytest.mark.parametrize(("week", "fortnight"), [(8, 9), (3, 15), (4, 3)])
def test_days_logged_are_days_of_the_first_weeks(recovery, week, fortnight):
    with refuses("days_logged_of_7_and_of_14"):
        Recovery.objects.update(week_days_logged=week, fortnight_days_logged=fortnight)


def test_a_month_has_one_number_of_procedures_and_is_real(clinic):
    ProceduresDone.objects.create(clinic=clinic, year=2026, month=2, number=9)
    with refuses("one_number_of_procedures_per_month|recovery_procedu"), transaction.atomic():
        ProceduresDone.objects.create(clinic=clinic, year=2026, month=2, number=8)
    with refuses("procedures_done_in_a_real_month"):
        ProceduresDone.objects.create(clinic=clinic, year=2026, month=13, number=8)
