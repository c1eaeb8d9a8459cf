"""From a case to its steps: what is handed to the services, and at which moment."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from recovery.clinical.pathway import DEFAULT_PLAN
from recovery.management.demo.checkins import form_steps
from recovery.management.demo.courses import MISSES, quiet_answers
from recovery.management.demo.milestones import MILESTONES
from recovery.management.demo.scenes import SCENES
from recovery.management.demo.stage import Entry, Patient, Reached, Step, Ticked, patients
from recovery.management.demo.steps import (
    Ago,
    Contacted,
    Correct,
    Enrolled,
    Form,
    Log,
    On,
    Scene,
    Silent,
    Unanswered,
)
from recovery.models import Contact

# Reminders go at 17:00, so that a log after that came by the link more often than not.
REMINDED = time(17)
# Hours at which staff call those who have no e-mail.
CALLS = (13, 15)
# The days on which two misses in a row are told to staff (R41), and when the second has expired.
WATCHED, NOON = range(1, 15), time(12)
NO_ANSWER_RETURNS = timedelta(hours=4)
TOLD = time(20, 47)


def steps(*, now: datetime, seed: int) -> list[Step]:
    """Everything that happened in all clinics up to `now`, in order."""
    found = [
        step for patient in patients(now=now, seed=seed) for step in _of(patient) if step.at <= now
    ]
    return sorted(found, key=lambda step: step.at)


def _of(patient: Patient) -> Iterator[Step]:
    scenes = SCENES.get(patient.case.number, ())
    enrolled = next((one for one in scenes if isinstance(one, Enrolled)), None)
    if enrolled is None:
        enrolled = _enrolled(patient)
        yield Step(patient.moment(enrolled.when), patient, enrolled)
    yield from _course(patient, scenes)
    yield from _scenes(patient, scenes)
    yield from form_steps(patient, scenes, enrolled=patient.moment(enrolled.when))
    yield from _milestones(patient)


def _enrolled(patient: Patient) -> Enrolled:
    rng = patient.rng
    before = max(rng.randint(4, 24), 1 - patient.case.day)
    return Enrolled(On(-before, f"{rng.randint(9, 15):02}:{rng.randint(0, 59):02}"))


def _milestones(patient: Patient) -> Iterator[Step]:
    """Each told on the evening of its day."""
    for code, day in MILESTONES.get(patient.case.number, ()):
        on = patient.procedure_on + timedelta(days=day)
        yield Step(patient.at(day, TOLD), patient, Reached(code, on))


# The course
# ----------


def _course(patient: Patient, scenes: Iterable[Scene]) -> Iterator[Step]:
    """One log for each planned day, but for those missed and those that a scene has."""
    case, rng = patient.case, patient.rng
    if case.day < 0:
        return
    taken, last_day = _days_of_scenes(patient, scenes)
    planned = [slot.day for slot in DEFAULT_PLAN.slots if slot.answered_by]
    planned = [day for day in planned if day <= case.day]
    misses, late = MISSES[case.answers]
    habit = rng.choice(((7, 9), (17, 19), (17, 20), (19, 21)))
    logged = set(taken)
    for day in planned:
        answers = quiet_answers(case, day, patient.pains[day], rng)
        moment, missed = _logged_at(patient, day, habit, late), rng.random() < misses
        # What is missed is missed in the past, and alone: who is overdue now, and whose misses
        # staff hear of, is for the scenes to say.
        alone = day not in WATCHED or (day > 1 and day - 1 in logged)
        if day in taken or day > last_day or (missed and alone and day in planned[:-2]):
            continue
        logged.add(day)
        on_the_day = patient.day_of(moment) == day
        yield Step(
            moment,
            patient,
            Entry(
                about=patient.procedure_on + timedelta(days=day),
                values=answers,
                client_id=patient.client_id(),
                revision=None,
                by_link=on_the_day
                and moment.astimezone(ZoneInfo(patient.zone)).time() > REMINDED
                and rng.random() < 0.8,
            ),
        )
    yield from _told_of_misses(patient, logged)


def _told_of_misses(patient: Patient, logged: Collection[int]) -> Iterator[Step]:
    """The minutes at which R40 and R41 look."""
    for day in WATCHED:
        if day not in logged and (day == 1 or day - 1 not in logged):
            yield Step(patient.at(day + 1, NOON), patient, Ticked())


def _days_of_scenes(patient: Patient, scenes: Iterable[Scene]) -> tuple[set[int], int]:
    """The days whose log is a scene's, and the last day that the course has a log about."""
    taken, last = set(), patient.case.day
    for scene in scenes:
        if isinstance(scene, Silent):
            last = min(last, scene.after)
        elif isinstance(scene, Log) and not scene.extra:
            day = patient.day_of(patient.moment(scene.when))
            taken.add(day)
            if isinstance(scene.when, Ago):
                last = min(last, day - 1)
    return taken, last


def _logged_at(patient: Patient, day: int, habit: tuple[int, int], late: float) -> datetime:
    rng = patient.rng
    hour, minute, tomorrow = rng.randint(*habit), rng.randint(2, 58), rng.random() < late
    if patient.case.answers == "phone":
        return patient.at(day, time(rng.randint(*CALLS), minute))
    if day == 0:
        # At home, after the evening's log has opened.
        return patient.at(0, time(rng.randint(18, 20), minute))
    if tomorrow:
        return patient.at(day + 1, time(rng.randint(7, 10), minute))
    return patient.at(day, time(hour, minute))


# The scenes
# ----------


def _scenes(patient: Patient, scenes: Iterable[Scene]) -> Iterator[Step]:
    tagged: dict[str, Entry] = {}
    for scene in scenes:
        if isinstance(scene, Silent | Form | Unanswered):
            continue
        moment = patient.moment(scene.when)
        if isinstance(scene, Log):
            entry = _entry(patient, scene, moment)
            tagged[scene.tag] = entry
            yield Step(moment, patient, entry)
        elif isinstance(scene, Correct):
            first = tagged[scene.tag]
            values = first.values | scene.answers
            again = Entry(first.about, values, first.client_id, 0, first.by_link)
            yield Step(moment, patient, again)
        else:
            yield Step(moment, patient, scene)
            if isinstance(scene, Contacted) and scene.outcome not in Contact.REACHED:
                yield Step(moment + NO_ANSWER_RETURNS, patient, Ticked())


def _entry(patient: Patient, log: Log, moment: datetime) -> Entry:
    case, rng = patient.case, patient.rng
    day = patient.day_of(moment)
    pain = log.answers.get("pain_avg", patient.pains[day])
    answers = quiet_answers(case, day, pain, rng)
    values = {name: value for name, value in answers.items() if name != "free_text"}
    # A temperature that a scene gives stands instead of chills, and the other way round.
    if "temp_value" in log.answers:
        values.pop("chills", None)
    values |= log.answers
    if values.get("pain_worst", 10) < pain:
        values["pain_worst"] = pain
    return Entry(
        about=moment.astimezone(ZoneInfo(patient.zone)).date(),
        values={name: value for name, value in values.items() if name not in log.without},
        client_id=patient.client_id(),
        revision=None,
        by_link=False,
    )
