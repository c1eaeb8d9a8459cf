"""Answering a check-in form: drafts, sending, scores, and what R44 and R45 say of them.

The cases S9 to S16 are those of docs/protocol.md.
"""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.models import Alert, CheckIn, FormResponse, Message, Recovery, Score
from recovery.queries.instruments import instruments_of
from recovery.services import checkins, contacts, enrolment, facts, reschedules, tick
from tests.cast import NOW, checkin_of, make_recovery

pytestmark = pytest.mark.django_db
PEG_ITEMS = ("peg-average", "peg-enjoyment", "peg-activity")
KEYS = {"six_week": "C42", "one_month": "C30", "two_week": "C14", "three_month": "C90"}
DAYS = {"six_week": 40, "one_month": 28, "two_week": 13, "three_month": 85}


def nrs(pain: int) -> dict[str, Any]:
    return {"NRS": {"nrs-7d": pain}}


def peg(*ratings: int | None) -> dict[str, Any]:
    return {"PEG": dict(zip(PEG_ITEMS, ratings, strict=True))}


def rmdq(count: int) -> dict[str, Any]:
    return {"RMDQ": {"rmdq-count": count}}


def pgic(answer: int) -> dict[str, Any]:
    return {"PGIC": {"pgic": answer}}


def save(
    recovery: Recovery,
    key: str,
    answers: dict[str, Any],
    *,
    now: datetime = NOW,
    send: bool = True,
    staff: bool = False,
    **given: Any,
) -> checkins.Saved:
    checkin = checkin_of(recovery, key)
    return checkins.save(
        checkin_id=checkin.pk,
        instruments=instruments_of(checkin.form, staff=staff, clinic=recovery.clinic),
        answers=answers,
        now=now,
        source="staff" if staff else "patient",
        mode="paper" if staff else "web",
        send=send,
        **{"client_id": uuid.uuid4()} | given,
    )


def on(form: str, clinic, **fields: Any) -> Recovery:
    """A recovery in which this form is open at NOW."""
    return make_recovery(clinic, day=DAYS[form], now=NOW, **fields)


def with_baseline(recovery: Recovery, **totals: int) -> Recovery:
    response = FormResponse.objects.get(recovery=recovery, checkin__key="BASE")
    for key, total in totals.items():
        Score.objects.create(
            response=response, instrument=key, version="1", answered=1, total=total, score="x"
        )
    return recovery


def fired(recovery: Recovery) -> list[str]:
    rows = Alert.objects.filter(recovery=recovery, rule__in=["R44", "R45"])
    return sorted(rows.values_list("rule", flat=True))


@pytest.mark.parametrize(
    ("form", "baseline", "answers", "expected"),
    [
        ("six_week", {"NRS": 7}, nrs(6), ["R44"]),  # S9
        ("six_week", {"NRS": 7}, nrs(5), []),  # S10
        ("six_week", {"NRS": 3}, nrs(2), []),  # S11
        ("one_month", {"NRS": 7}, nrs(7), []),  # S12
        ("three_month", {"NRS": 7}, nrs(7), ["R44"]),
        ("six_week", {"PEG": 15}, peg(6, 6, 6), ["R45"]),  # S13
        ("six_week", {"PEG": 15}, peg(6, 6, 5), []),  # S14
        ("six_week", {"RMDQ": 8}, rmdq(13), ["R45"]),  # S15
        ("six_week", {"RMDQ": 8}, rmdq(12), []),
        ("six_week", {}, pgic(4), []),  # S16
        ("six_week", {}, pgic(5), ["R45"]),
        ("two_week", {"PEG": 15}, peg(6, 6, 6), ["R45"]),
        ("six_week", {}, peg(10, 10, 10), []),
        ("six_week", {"PEG": 15}, peg(6, None, 6), []),
    ],
)
def test_the_rules_of_scores(clinic, nurse, form, baseline, answers, expected):
    recovery = with_baseline(on(form, clinic, baseline_pain=None), **baseline)
    save(recovery, KEYS[form], answers, staff=True, user=nurse)
    assert fired(recovery) == expected


def test_pain_typed_at_enrolment_is_a_baseline_too(clinic, nurse):
    recovery = on("six_week", clinic, baseline_pain=7)
    save(recovery, "C42", nrs(6))
    alert = Alert.objects.get(recovery=recovery, rule="R44")
    assert alert.staff_text.endswith("Pain 6 in the six-week form, baseline 7.")
    assert alert.patient_text == ""


def test_what_is_sent_is_scored_and_ends_the_checkin(clinic, nurse):
    recovery = on("one_month", clinic)
    saved = save(recovery, "C30", nrs(4) | peg(6, 7, 4) | pgic(2))
    checkin = checkin_of(recovery, "C30")
    assert (checkin.state, checkin.completed_at) == (CheckIn.State.COMPLETED, NOW)
    rows = Score.objects.filter(response=saved.response).order_by("instrument")
    assert [(row.instrument, row.total, row.score, row.answered) for row in rows] == [
        ("NRS", 4, "4", 1),
        ("PEG", 17, "5.7", 3),
        ("PGIC", 2, "2", 1),
    ]


def test_sending_stops_the_reminders_that_wait(clinic, nurse):
    recovery = on("one_month", clinic)
    checkin = checkin_of(recovery, "C30")
    Message.objects.filter(checkin=checkin).update(state="owed", reason="")
    save(recovery, "C30", nrs(4))
    assert set(Message.objects.filter(checkin=checkin).values_list("state", "reason")) == {
        ("not_sent", "answered")
    }


def test_a_form_of_the_date_before_a_move_stops_no_reminder_of_the_new_one(clinic, nurse):
    recovery = on("one_month", clinic)
    before = checkin_of(recovery, "C30")
    earlier = recovery.procedure_at - timedelta(days=1)
    move = {"user": nurse, "procedure_at": earlier, "anchor": recovery.anchor, "reason": ""}
    reschedules.reschedule(recovery=recovery, now=NOW, **move)
    tick.run(now=NOW)
    asked_again = CheckIn.objects.get(recovery=recovery, key="C30", anchor=2)
    reminders = Message.objects.filter(checkin=asked_again)
    reminders.update(state="owed", reason="")
    checkins.save(
        checkin_id=before.pk,
        instruments=instruments_of(before.form, staff=False, clinic=clinic),
        answers=nrs(4),
        client_id=uuid.uuid4(),
        now=NOW,
        source="patient",
        mode="link",
        send=True,
    )
    asked_again.refresh_from_db()
    assert asked_again.state == CheckIn.State.OPEN
    assert set(reminders.values_list("state", "reason")) == {("owed", "")}


def test_two_answers_of_a_peg_are_kept_and_have_no_score(clinic, nurse):
    recovery = on("one_month", clinic)
    saved = save(recovery, "C30", peg(8, None, 7))
    row = Score.objects.get(response=saved.response, instrument="PEG")
    assert (row.total, row.score, row.answered) == (None, "", 2)
    assert saved.response.answers["PEG"] == {"peg-average": 8, "peg-activity": 7}


def test_a_draft_is_saved_over_and_scores_nothing(clinic, nurse):
    recovery = on("one_month", clinic)
    own = {"client_id": uuid.uuid4()}
    save(recovery, "C30", nrs(4), send=False, **own)
    save(recovery, "C30", nrs(5) | peg(1, 2, 3), send=False, **own)
    [draft] = FormResponse.objects.filter(recovery=recovery, checkin__key="C30")
    assert draft.status == "in_progress"
    assert draft.answers == nrs(5) | peg(1, 2, 3)
    assert not Score.objects.filter(response=draft).exists()
    assert checkin_of(recovery, "C30").state == CheckIn.State.OPEN
    sent = save(recovery, "C30", nrs(5) | peg(1, 2, 3), **own)
    assert sent.response.pk == draft.pk


def test_the_same_post_again_changes_nothing(clinic, nurse):
    recovery = on("one_month", clinic)
    own = {"client_id": uuid.uuid4()}
    first = save(recovery, "C30", nrs(4), **own)
    again = save(recovery, "C30", nrs(4), now=NOW + timedelta(minutes=1), **own)
    assert (first.replay, again.replay) == (False, True)
    assert again.response.completed_at == NOW


def test_other_answers_are_a_correction(clinic, nurse):
    recovery = on("one_month", clinic)
    own = {"client_id": uuid.uuid4()}
    first = save(recovery, "C30", nrs(4), **own)
    second = save(recovery, "C30", nrs(6), **own)
    assert (second.response.revision, second.response.supersedes) == (1, first.response)
    current = FormResponse.objects.current().filter(checkin__key="C30")
    assert list(current) == [second.response]
    assert Score.objects.get(response=first.response).total == 4


def test_what_staff_entered_is_corrected_by_staff(clinic, nurse):
    recovery = on("one_month", clinic)
    own = {"client_id": uuid.uuid4()}
    save(recovery, "C30", nrs(4), staff=True, user=nurse, **own)
    with pytest.raises(PermissionDenied):
        save(recovery, "C30", nrs(6), **own)


@pytest.mark.parametrize("send", [True, False])
def test_after_it_expired_a_patients_answers_are_kept_and_not_taken(clinic, nurse, send):
    recovery = on("one_month", clinic)
    late = checkin_of(recovery, "C30").expires_at
    tick.run(now=late)
    saved = save(recovery, "C30", nrs(4), now=late, send=send)
    assert (saved.response.status, saved.response.late) == ("in_progress", True)
    assert checkin_of(recovery, "C30").state == CheckIn.State.EXPIRED


def test_staff_take_them_as_a_late_entry(clinic, nurse):
    recovery = on("one_month", clinic)
    late = checkin_of(recovery, "C30").expires_at
    tick.run(now=late)
    saved = save(recovery, "C30", nrs(4), now=late, staff=True, user=nurse)
    assert (saved.response.status, saved.response.late) == ("completed", True)
    assert checkin_of(recovery, "C30").state == CheckIn.State.EXPIRED


def test_a_sign_of_danger_does_not_wait_for_the_end_of_the_form(clinic, nurse):
    recovery = on("two_week", clinic)
    own = {"client_id": uuid.uuid4()}
    pus = {"log": {"wound": ["pus_or_smell"]}}
    draft = save(recovery, "C14", pus, send=False, **own)
    alert = Alert.objects.get(recovery=recovery, rule="R13")
    assert draft.response.shown_rule == "R13"
    assert "Call us today at 555-0142" in draft.response.advice
    assert list(alert.responses.all()) == [draft.response]
    mails = Message.objects.filter(kind="alert").count()
    save(recovery, "C14", pus | peg(1, 1, 1), **own)
    assert Message.objects.filter(kind="alert").count() == mails


def test_a_draft_feeds_its_own_alert_again(clinic, nurse):
    recovery = on("two_week", clinic)
    own = {"client_id": uuid.uuid4()}
    save(recovery, "C14", {"log": {"wound": ["pus_or_smell"]}}, send=False, **own)
    save(recovery, "C14", {"log": {"wound": ["pus_or_smell", "opened"]}}, **own)
    assert Alert.objects.get(recovery=recovery, rule="R13").responses.count() == 1


def test_a_form_is_not_a_whole_log(clinic, nurse):
    """The safety questions that it does not ask are not missing answers (R39)."""
    recovery = on("two_week", clinic)
    saved = save(recovery, "C14", {"log": {"wound": []}} | peg(1, 1, 1))
    assert (saved.response.rules, saved.response.shown_rule) == ([], "")


def before_procedure(clinic, **fields: Any) -> Recovery:
    return make_recovery(clinic, day=-5, now=NOW, baseline=False, **fields)


FACTS = {"FACTS": {"anticoagulated": "yes", "osteoporosis": "unknown", "own_goal": "Swim"}}


def test_a_baseline_fills_in_what_nobody_typed(clinic, nurse):
    recovery = before_procedure(clinic, baseline_pain=None, anticoagulated=None, osteoporosis=None)
    save(recovery, "BASE", nrs(8) | FACTS)
    recovery.refresh_from_db()
    assert (recovery.baseline_pain, recovery.anticoagulated) == (8, True)
    assert recovery.osteoporosis is None


@pytest.mark.parametrize(
    ("opioids", "known"),
    [
        ([], Decimal(0)),
        ([{"drug": "codeine", "mg": 15, "doses": 1}], Decimal("2.3")),
        ([{"drug": "other", "mg": 15, "doses": 1}], None),
        (None, None),
    ],
)
def test_its_opioids_are_the_baseline_that_later_doses_are_held_against(
    clinic, nurse, opioids, known
):
    """Rounded up, so that the same dose is never more than before (R36); not counted, not known."""
    recovery = before_procedure(clinic, baseline_opioid_mme=None)
    save(recovery, "BASE", nrs(8) | {"log": {} if opioids is None else {"opioids": opioids}})
    recovery.refresh_from_db()
    assert recovery.baseline_opioid_mme == known
    typed = before_procedure(clinic, baseline_opioid_mme=Decimal("20.0"))
    save(typed, "BASE", nrs(8) | {"log": {"opioids": []}})
    typed.refresh_from_db()
    assert typed.baseline_opioid_mme == 20


def test_it_does_not_touch_what_staff_typed(clinic, nurse):
    recovery = before_procedure(clinic, baseline_pain=6, anticoagulated=False)
    save(recovery, "BASE", nrs(8) | FACTS)
    recovery.refresh_from_db()
    assert (recovery.baseline_pain, recovery.anticoagulated) == (6, False)


def test_its_correction_corrects_what_it_gave(clinic, nurse):
    recovery = before_procedure(clinic, baseline_pain=None)
    own = {"client_id": uuid.uuid4()}
    save(recovery, "BASE", nrs(8), **own)
    save(recovery, "BASE", nrs(7), **own)
    recovery.refresh_from_db()
    assert recovery.baseline_pain == 7


def enrolled(clinic, nurse, **fields: Any) -> Recovery:
    """As staff enrol: what they type is kept with their name."""
    recovery = enrolment.enrol(
        clinic=clinic,
        user=nurse,
        now=NOW,
        record_number="A-1",
        given_name="Ruth",
        family_name="Keller",
        procedure_at=NOW + timedelta(days=5),
        email_ok=False,
        **fields,
    )
    tick.run(now=NOW)
    return recovery


def corrected(recovery: Recovery, first: dict[str, Any], then: dict[str, Any]) -> Recovery:
    own = {"client_id": uuid.uuid4()}
    save(recovery, "BASE", first, **own)
    save(recovery, "BASE", then, **own)
    recovery.refresh_from_db()
    return recovery


def test_its_correction_does_not_touch_what_staff_typed_even_where_both_said_the_same(
    clinic, nurse
):
    recovery = enrolled(clinic, nurse, baseline_pain=6, anticoagulated=True, osteoporosis=None)
    told = {"anticoagulated": "no", "osteoporosis": "no"}
    corrected(recovery, nrs(6) | {"FACTS": {"anticoagulated": "yes"}}, nrs(3) | {"FACTS": told})
    facts_now = recovery.baseline_pain, recovery.anticoagulated, recovery.osteoporosis
    assert facts_now == (6, True, False)


def test_nor_what_staff_wrote_over_what_it_gave(clinic, nurse):
    recovery = enrolled(clinic, nurse)
    own = {"client_id": uuid.uuid4()}
    save(recovery, "BASE", nrs(8), **own)
    facts.correct(recovery=recovery, user=nurse, now=NOW, facts={"baseline_pain": 6})
    save(recovery, "BASE", nrs(6), **own)
    save(recovery, "BASE", nrs(3), **own)
    recovery.refresh_from_db()
    assert recovery.baseline_pain == 6


def test_what_staff_took_back_is_the_forms_again(clinic, nurse):
    recovery = enrolled(clinic, nurse, baseline_pain=6)
    facts.correct(recovery=recovery, user=nurse, now=NOW, facts={"baseline_pain": None})
    assert corrected(recovery, nrs(6), nrs(3)).baseline_pain == 3


def test_a_red_flag_before_the_procedure(clinic, nurse):
    recovery = before_procedure(clinic)
    saved = save(recovery, "BASE", {"log": {"saddle": "yes"}}, send=False)
    assert saved.response.shown_rule == "R01"
    assert Alert.objects.get(recovery=recovery).severity == "emergency"


def test_the_statements_of_a_form_are_fixed(clinic, nurse):
    recovery = on("six_week", clinic)
    with CaptureQueriesContext(
        connection,
    ) as quiet:
        save(recovery, "C42", nrs(2) | peg(1, 1, 1) | pgic(2))
    assert len(quiet) <= 16


@pytest.fixture
def before(clinic, nurse) -> Recovery:
    """Five days before the procedure: the baseline form is open."""
    return make_recovery(clinic, day=-5, now=NOW, baseline=False)


def alert_mails(recovery: Recovery) -> int:
    return Message.objects.filter(recovery=recovery, kind=Message.Kind.ALERT).count()


@pytest.mark.parametrize("then_sent", [False, True])
def test_a_sign_that_a_draft_did_not_have_at_first_raises_its_alert(before, then_sent):
    client_id = uuid.uuid4()
    save(before, "BASE", {"log": {"bladder": "no"}}, client_id=client_id, send=False)
    assert not Alert.objects.exists()
    save(before, "BASE", {"log": {"bladder": "yes"}}, client_id=client_id, send=then_sent)
    assert [alert.rule for alert in Alert.objects.all()] == ["R01"]


def test_a_draft_that_turns_into_an_emergency_is_mailed_again(before):
    draft = {"client_id": uuid.uuid4(), "send": False}
    # In clinic hours: an urgent mail waits for opening.
    ten = NOW + timedelta(hours=13)
    save(before, "BASE", {"log": {"bladder": "unsure"}}, now=ten, **draft)
    assert alert_mails(before) == 1
    save(before, "BASE", {"log": {"bladder": "yes"}}, now=ten + timedelta(minutes=2), **draft)
    assert alert_mails(before) == 2


def test_a_draft_that_only_grows_is_not_mailed_again(before):
    draft = {"client_id": uuid.uuid4(), "send": False}
    save(before, "BASE", {"log": {"bladder": "yes"}}, **draft)
    save(before, "BASE", {"log": {"bladder": "yes"}} | nrs(5), **draft)
    save(before, "BASE", {"log": {"bladder": "yes"}} | nrs(5), client_id=draft["client_id"])
    assert alert_mails(before) == 1


def test_a_sign_told_again_after_the_contact_is_mailed_again(before, nurse):
    draft = {"client_id": uuid.uuid4(), "send": False}
    save(before, "BASE", {"log": {"bladder": "yes"}}, **draft)
    contacts.record(recovery=before, user=nurse, now=NOW, kind="call", outcome="advised")
    save(before, "BASE", {"log": {"bladder": "yes", "bowel": "yes"}}, **draft)
    assert Alert.objects.get(recovery=before, rule="R01").state == "open"
    assert alert_mails(before) == 2


def test_a_paper_form_typed_in_later_ends_no_silence_of_the_patient(clinic, nurse):
    """As an old day told late does not; only what it answers is no longer missed."""
    recovery = make_recovery(clinic, day=3, now=NOW, baseline=False)
    recovery.refresh_from_db()
    assert recovery.overdue_since
    save(recovery, "BASE", nrs(5), staff=True, user=nurse)
    recovery.refresh_from_db()
    assert recovery.overdue_since


def test_the_late_entry_of_the_form_that_was_missed_ends_it(clinic, nurse):
    recovery = make_recovery(clinic, day=31, now=NOW)
    tick.run(now=NOW + timedelta(days=7, hours=12))
    recovery.refresh_from_db()
    recovery.overdue_since = checkin_of(recovery, "C30").expires_at
    recovery.save(update_fields=["overdue_since"])
    late = checkin_of(recovery, "C30").expires_at + timedelta(hours=1)
    save(recovery, "C30", nrs(5), staff=True, user=nurse, now=late)
    recovery.refresh_from_db()
    assert recovery.overdue_since is None


def test_a_form_that_the_patient_sends_ends_a_silence(clinic, nurse):
    recovery = make_recovery(clinic, day=13, now=NOW)
    recovery.refresh_from_db()
    assert recovery.overdue_since
    save(recovery, "C14", peg(1, 2, 3))
    recovery.refresh_from_db()
    assert recovery.overdue_since is None
