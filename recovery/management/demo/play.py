"""Write the steps through the product's own services, each at its moment, with the tick between."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from recovery.management.demo.corridor import give_corridor
from recovery.management.demo.evenings import next_tick
from recovery.management.demo.past import write_past
from recovery.management.demo.people import FOUNDED, HOUSES, NUMBERS, PASSWORD, House
from recovery.management.demo.script import steps
from recovery.management.demo.stage import Entry, Patient, Reached, Sheet, Step, Ticked
from recovery.management.demo.steps import (
    AddressFails,
    BackInRoom,
    Checked,
    Claimed,
    Closed,
    Contacted,
    Discharged,
    Enrolled,
    Observed,
    Snoozed,
    StateSet,
    TurnedOff,
)
from recovery.models import Alert, CheckIn, Clinic, DailyLog, Membership, Recovery, User
from recovery.queries.instruments import instruments_of
from recovery.services import (
    alerts,
    checkins,
    clinics,
    contacts,
    demo,
    enrolment,
    logs,
    mailevents,
    messages,
    milestones,
    nudges,
    observations,
    recoveries,
    snoozes,
    tick,
)

Source, Mode = DailyLog.Source, DailyLog.Mode

# How long after they have opened it somebody sends what a link asked for.
AT_THE_FORM = timedelta(minutes=2)


class Player:
    """Holds what steps refer to: clinics, staff by key, recoveries and their users by number."""

    def __init__(self, *, begin: datetime) -> None:
        self._staff: dict[str, User] = {}
        self._clinics: dict[str, Clinic] = {}
        self._recoveries: dict[str, Recovery] = {}
        self._users: dict[str, User] = {}
        self._failing: set[str] = set()
        for house in HOUSES:
            self._found(house, begin - FOUNDED)
        demo.give_password(users=self._staff.values(), password=PASSWORD)

    def _found(self, house: House, now: datetime) -> None:
        first, *others = house.staff
        clinic = clinics.create(
            name=house.name,
            mail_name=house.mail_name,
            zone=house.zone,
            clinic_phone=house.phone(180),
            after_hours_phone=house.phone(199),
            manager_email=first.email,
            manager_name=first.name,
            now=now,
            **NUMBERS,
        )
        for member in others:
            clinics.invite(
                clinic=clinic, email=member.email, name=member.name, role=member.role, now=now
            )
        users = {
            membership.user.email: membership.user
            for membership in Membership.objects.filter(clinic=clinic).select_related("user")
        }
        self._staff |= {member.key: users[member.email] for member in house.staff}
        self._clinics[house.name] = clinic
        if house.corridor:
            give_corridor(clinic=clinic, steps=house.corridor, by=users[first.email], now=now)

    # One step
    # --------

    def do(self, step: Step) -> None:
        self.catch_up(step.at)
        self._deeds[type(step.what)](self, step.patient, step.at, step.what)
        demo.settle_mails(now=step.at, failing=self._failing)

    def catch_up(self, now: datetime) -> None:
        """Run the ticks up to `now` whose minute somebody could have noticed.

        Those are the ones of the evening's reminders and of the clocks of alerts that call; the
        script names what else the clock does. What merely opens, starts or expires in between is
        found by the next one as it would have been.
        """
        before, again = None, False
        while (moment := next_tick(now)) is not None:
            # A mail that its server refuses calls for another tick, in the same minute, once.
            if moment == before and again:
                raise RuntimeError(f"The tick stands still at {moment}.")
            self._tick(moment)
            before, again = moment, moment == before

    def finish(self, now: datetime) -> None:
        """Leave nothing due: what comes next belongs to the demo itself."""
        self.catch_up(now)
        self._tick(now)

    def _tick(self, now: datetime) -> None:
        tick.run(now=now)
        demo.settle_mails(now=now, failing=self._failing)

    def _enrol(self, patient: Patient, now: datetime, _what: Enrolled) -> None:
        case = patient.case
        recovery = enrolment.enrol(
            clinic=self._clinics[patient.house.name],
            user=self._staff[patient.house.nurse],
            now=now,
            record_number=case.number,
            given_name=case.given,
            family_name=case.family,
            procedure_at=patient.procedure_at,
            email=case.email,
            email_ok=bool(case.email or case.caregiver_email),
            birth_date=case.born,
            phone=patient.phone,
            zone=patient.zone,
            levels=case.levels,
            surgeon=case.surgeon,
            baseline_pain=case.baseline,
            baseline_opioid_mme=case.mme,
            anticoagulated=case.anticoagulated,
            osteoporosis=case.osteoporosis,
        )
        if case.email:
            self._users[case.number] = User.objects.get(email=case.email)
        if case.caregiver:
            self._users[case.number] = demo.add_caregiver(
                patient=recovery.patient, name=case.caregiver, email=case.caregiver_email
            )
        self._recoveries[case.number] = recovery

    def _log(self, patient: Patient, now: datetime, what: Entry) -> None:
        log = logs.record(
            recovery_id=self._recoveries[patient.case.number].pk,
            values=what.values,
            client_id=what.client_id,
            revision=what.revision,
            log_date=what.about,
            now=now,
            **self._who(patient, by_link=what.by_link),
        ).log
        if what.by_link:
            for checkin in CheckIn.objects.filter(completed_by=log):
                self._open(checkin, now)

    def _answer(self, patient: Patient, now: datetime, what: Sheet) -> None:
        recovery = self._recoveries[patient.case.number]
        checkin = checkins.row_for(recovery=recovery, key=what.key, now=now)
        who = self._who(patient, by_link=what.by_link)
        if what.by_link:
            self._open(checkin, now)
        if what.staff:
            nurse = self._staff[patient.house.nurse]
            who = {"source": Source.STAFF, "mode": Mode.IN_PERSON, "user": nurse}
        checkins.save(
            checkin_id=checkin.pk,
            instruments=instruments_of(
                checkin.form, staff=what.staff, clinic=self._clinics[patient.house.name]
            ),
            answers=what.answers,
            client_id=what.client_id,
            now=now,
            send=what.send,
            **who,
        )

    def _open(self, checkin: CheckIn, now: datetime) -> None:
        mailevents.link_opened(checkin, now=now - AT_THE_FORM)

    def _reach(self, patient: Patient, now: datetime, what: Reached) -> None:
        milestones.record(
            recovery=self._recoveries[patient.case.number],
            code=what.code,
            on=what.on,
            read=None,
            user=self._users[patient.case.number],
            source=Source.PATIENT,
            now=now,
        )

    def _who(self, patient: Patient, *, by_link: bool) -> Mapping[str, Any]:
        case = patient.case
        if case.answers == "phone":
            nurse = self._staff[patient.house.nurse]
            return {"source": Source.STAFF, "mode": Mode.PHONE, "user": nurse}
        source = Source.CAREGIVER if case.caregiver else Source.PATIENT
        if by_link:
            return {"source": source, "mode": Mode.LINK}
        return {"source": source, "mode": Mode.WEB, "user": self._users[case.number]}

    def _turn_off(self, patient: Patient, now: datetime, _what: TurnedOff) -> None:
        messages.turn_off(patient=self._recoveries[patient.case.number].patient, now=now)

    def _address_fails(self, patient: Patient, _now: datetime, _what: AddressFails) -> None:
        self._failing.add(patient.case.email)

    def _claim(self, patient: Patient, now: datetime, what: Claimed) -> None:
        alert = self._alert(patient, what.rule)
        alerts.claim(alert=alert, user=self._staff[what.by], now=now)

    def _contact(self, patient: Patient, now: datetime, what: Contacted) -> None:
        recovery, user = self._recoveries[patient.case.number], self._staff[what.by]
        said: dict[str, Any] = {"kind": what.kind, "outcome": what.outcome, "note": what.note}
        contacts.record(recovery=recovery, user=user, now=now, minutes=what.minutes, **said)

    def _snooze(self, patient: Patient, now: datetime, what: Snoozed) -> None:
        alert, user = self._alert(patient, what.rule), self._staff[what.by]
        snoozes.snooze(alert=alert, level=what.level, reason=what.reason, user=user, now=now)

    def _close(self, patient: Patient, now: datetime, what: Closed) -> None:
        alert = self._alert(patient, what.rule)
        alerts.close(
            recovery=alert.recovery,
            read={alert.uuid: alert.firings},
            user=self._staff[what.by],
            now=now,
            reason=what.reason,
            text=what.text,
        )

    def _alert(self, patient: Patient, rule: str) -> Alert:
        recovery = self._recoveries[patient.case.number]
        return Alert.objects.not_closed().get(recovery=recovery, rule=rule)

    def _clock(self, _patient: Patient, now: datetime, _what: Ticked) -> None:
        tick.run(now=now)

    def _set_state(self, patient: Patient, now: datetime, what: StateSet) -> None:
        recoveries.change_state(
            recovery=self._recoveries[patient.case.number],
            user=self._staff[what.by],
            now=now,
            state=what.state,
        )

    def _back_in_room(self, patient: Patient, now: datetime, what: BackInRoom) -> None:
        observations.set_room_time(**self._room(patient, now, what.by), room_at=now)

    def _observe(self, patient: Patient, now: datetime, what: Observed) -> None:
        observations.record(
            **self._room(patient, now, what.by), minute=what.minute, values=what.values, read=None
        )

    def _check(self, patient: Patient, now: datetime, what: Checked) -> None:
        observations.check(**self._room(patient, now, what.by), code=what.code, done=True)

    def _discharge(self, patient: Patient, now: datetime, what: Discharged) -> None:
        observations.discharge(**self._room(patient, now, what.by), discharged_at=now, accepted=())

    def _room(self, patient: Patient, now: datetime, by: str) -> dict[str, Any]:
        recovery = self._recoveries[patient.case.number]
        return {"recovery": recovery, "user": self._staff[by], "now": now}

    _deeds: Mapping[type, Callable[..., None]] = {
        Enrolled: _enrol,
        Entry: _log,
        Sheet: _answer,
        Reached: _reach,
        Ticked: _clock,
        TurnedOff: _turn_off,
        AddressFails: _address_fails,
        Claimed: _claim,
        Snoozed: _snooze,
        Contacted: _contact,
        Closed: _close,
        StateSet: _set_state,
        BackInRoom: _back_in_room,
        Observed: _observe,
        Checked: _check,
        Discharged: _discharge,
    }


def play(*, now: datetime, seed: int) -> None:
    """Write all that happened up to `now`, or nothing at all; nothing of it is left to send."""
    now = now.replace(second=0, microsecond=0)
    story = steps(now=now, seed=seed)
    with transaction.atomic(), nudges.held_back():
        player = Player(begin=story[0].at)
        for step in story:
            player.do(step)
        player.finish(now)
        write_past(now=now, seed=seed)
