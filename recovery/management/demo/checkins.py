"""What the invented patients answer to their check-in forms, and when.

Pain comes from the course, and the rest from pain: the other questions of PEG lie near it, PGIC
says how far it fell, and the scores that staff enter fall as the trials' do (ODI from about 45 by
20 to 25 at three months). A course alone fires neither R44 nor R45; scenes do.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from random import Random
from statistics import mean
from typing import Any

from recovery.clinical.checkinforms import FACTS, LOG
from recovery.clinical.pathway import DEFAULT_PLAN
from recovery.clinical.plan import Moment, Slot
from recovery.management.demo.courses import REAL_BASELINE, opioids
from recovery.management.demo.stage import Patient, Sheet, Step, Ticked
from recovery.management.demo.steps import Case, Form, Scene, Silent, Unanswered

Answers = Mapping[str, Mapping[str, Any]]

SLOTS = [slot for slot in DEFAULT_PLAN.slots if not (slot.answered_by or slot.optional)]
# Days after a form has opened on which it is answered; each as likely as the others.
WITHIN = {
    "baseline": (0, 0, 0, 1, 1, 2, 5),
    "two_week": (0, 0, 0, 1, 1, 1, 2, 3),
    "one_month": (0, 0, 0, 1, 1, 2, 3, 4),
    "six_week": (0, 0, 1, 1, 2, 3, 4, 5),
    "three_month": (0, 0, 1, 2, 2, 3, 5, 8),
}
MORNING_AFTER = (8, 9)
EVENINGS = (18, 21)
MINUTE = timedelta(minutes=1)
VISIT = time(11, 20)
BASELINE_MISSED = Moment(1, time(6))
# From here on a limited response is said (R44), so that nobody has one by chance.
LIMITED_FROM = ("six_week", "three_month")
# Of the patients staff see at a visit, and what they enter then.
SCORED_SHARE = 0.4
SCORED = {"baseline": ("RMDQ", "ODI"), "six_week": ("RMDQ",), "three_month": ("RMDQ", "ODI")}
YES_NO = {True: "yes", False: "no", None: "unknown"}
GOALS = (
    "Walk the dog for an hour.",
    "Lift my grandson.",
    "Sit through a film.",
    "Sleep through the night.",
    "Work in the garden again.",
    "Go back to my choir.",
    "Drive to my sister's.",
)
PEG_ITEMS = ("peg-average", "peg-enjoyment", "peg-activity")
# The share by which pain fell, and what people then say of the change.
CHANGES = ((0.62, 1), (0.35, 2), (0.12, 3))


def form_steps(patient: Patient, scenes: Iterable[Scene], *, enrolled: datetime) -> Iterator[Step]:
    """The answers to every form that has opened, its reminders, and what staff add to it."""
    told = {scene.key: scene for scene in scenes if isinstance(scene, Form | Unanswered)}
    quiet_from = min((s.after for s in scenes if isinstance(s, Silent)), default=patient.case.day)
    own = Own(patient)
    visits = patient.form_rng.random() < SCORED_SHARE
    for slot in SLOTS:
        if patient.at(*slot.opens) > patient.now:
            continue
        scene, moment = told.get(slot.key), _answered_at(patient, slot, enrolled)
        answers = own.answers(slot, patient.day_of(moment))
        if isinstance(scene, Form):
            moment = patient.moment(scene.when)
            answers = _as_told(scene, own.answers(slot, patient.day_of(moment)))
        elif scene or patient.day_of(moment) > quiet_from:
            answers = {}
        sent = bool(answers) and not (isinstance(scene, Form) and scene.only)
        yield from _clock(patient, slot, since=enrolled, answered=moment if sent else None)
        if not answers:
            continue
        sheet = Sheet(
            key=slot.key,
            answers=answers,
            client_id=patient.client_id(),
            by_link=_by_link(patient, slot, moment) and sent,
            send=sent,
        )
        yield Step(moment, patient, sheet)
        if sent and visits and not scene and slot.form in SCORED:
            yield own.scored(slot, sheet, moment)


def _answered_at(patient: Patient, slot: Slot, enrolled: datetime) -> datetime:
    """Most answer in the evening; those without e-mail are called."""
    rng = patient.form_rng
    first = max(slot.opens.day, patient.day_of(enrolled))
    day = min(first + rng.choice(WITHIN[slot.form]), max(first, slot.expires.day - 1))
    hours = (13, 15) if patient.case.answers == "phone" else EVENINGS
    if day > first and rng.random() < 0.25:
        hours = MORNING_AFTER
    moment = patient.at(day, time(rng.randint(*hours), rng.randint(2, 58)))
    return moment if moment > enrolled else moment + timedelta(days=1)


def _by_link(patient: Patient, slot: Slot, moment: datetime) -> bool:
    reminded = any(patient.at(*at).date() == moment.date() for at in slot.reminders)
    return reminded and patient.case.answers != "phone"


def _clock(
    patient: Patient, slot: Slot, *, since: datetime, answered: datetime | None
) -> Iterator[Step]:
    """The minutes at which the clock acts on a form that nobody has sent yet.

    A reminder that was due before the enrolment goes in the minute after it.
    """
    moments = [patient.at(*moment) for moment in slot.reminders]
    if answered is None:
        last = BASELINE_MISSED if slot.form == "baseline" else slot.expires
        moments.append(patient.at(*last))
    for at in sorted({max(moment, since + MINUTE) for moment in moments}):
        if at < (answered or patient.now):
            yield Step(at, patient, Ticked())


def _as_told(scene: Form, answers: Answers) -> Answers:
    told = {key: {**answers.get(key, {}), **own} for key, own in scene.answers.items()}
    chosen = {**answers, **told}
    return {key: chosen[key] for key in scene.only} if scene.only else chosen


class Own:
    """One patient's answers. The baseline is drawn first: the rest is told by how far it fell."""

    def __init__(self, patient: Patient) -> None:
        self._patient, self._case, self._rng = patient, patient.case, patient.form_rng
        self._nrs = REAL_BASELINE if self._case.baseline is None else self._case.baseline
        self._peg = [_near(self._nrs, self._rng) for _item in PEG_ITEMS]
        self._rmdq = max(7, min(21, round(2.1 * self._nrs + self._rng.gauss(0, 2))))
        self._odi = 2 * max(10, min(33, round(3.35 * self._nrs + self._rng.gauss(0, 3))))

    def answers(self, slot: Slot, day: int) -> dict[str, dict[str, Any]]:
        case, rng = self._case, self._rng
        nrs = self._nrs if slot.form == "baseline" else self._pain(slot, day)
        found: dict[str, dict[str, Any]] = {"NRS": {"nrs-7d": nrs}, "PEG": self._peg_at(nrs)}
        if slot.form == "baseline":
            return {**found, LOG: _before(case), FACTS.key: _facts(case, rng)}
        if slot.form == "two_week":
            walked = 5 * rng.randint(4, 9)
            spot = {"wound": [], "bleeding": "none"}
            active = {"activity_level": "most", "walk_minutes": walked, "pt_done": walked > 25}
            return {LOG: spot | active, "PEG": found["PEG"]}
        eased = 1 - nrs / self._nrs
        change = next((answer for share, answer in CHANGES if eased >= share), 4)
        return {**found, "PGIC": {"pgic": change}}

    def scored(self, slot: Slot, sheet: Sheet, sent: datetime) -> Step:
        """At a visit within two days staff add what was filled in on the clinic's own paper."""
        answers = {**sheet.answers, **self.scores(slot, sheet.answers["NRS"]["nrs-7d"])}
        visit = self._patient.at(self._patient.day_of(sent) + 1, VISIT)
        return Step(visit, self._patient, Sheet(slot.key, answers, sheet.client_id, staff=True))

    def scores(self, slot: Slot, nrs: int) -> dict[str, dict[str, Any]]:
        """The scores of a visit at which the pain is `nrs`."""
        left = nrs / self._nrs
        found: dict[str, dict[str, Any]] = {
            "RMDQ": {"rmdq-count": round(self._rmdq * left)},
            "ODI": {"odi-percent": 2 * round(self._odi * left / 2), "odi-answered": 10},
        }
        return {key: found[key] for key in SCORED[slot.form]}

    def _pain(self, slot: Slot, day: int) -> int:
        """Of the seven days up to `day`, as the course has them."""
        pains = self._patient.pains
        found = round(mean(pains[max(0, day - 6) : day + 1]))
        if slot.form in LIMITED_FROM and self._case.course != "none":
            return min(found, self._nrs - 2)
        return min(found, self._nrs)

    def _peg_at(self, nrs: int) -> dict[str, int]:
        """Never above the baseline: who is worse is for the scenes to say."""
        share = nrs / self._nrs
        items = [min(one, _near(round(one * share), self._rng)) for one in self._peg]
        if share == 1:
            items = self._peg
        return dict(zip(PEG_ITEMS, items, strict=True))


def _near(rating: int, rng: Random) -> int:
    return max(0, min(10, rating + rng.choice((-1, 0, 0, 1))))


def _before(case: Case) -> dict[str, Any]:
    """The daily log's questions, before the procedure."""
    found: dict[str, Any] = dict.fromkeys(
        ("leg_pain_status", "leg_weakness", "leg_numbness"), "none"
    )
    found |= dict.fromkeys(("saddle", "bladder", "bowel"), "no")
    found |= dict.fromkeys(case.usual, "usual")
    if "leg_pain_status" in case.usual:
        found["leg_pain"] = 2
    if case.mme is not None:
        found["opioids"] = opioids(case, 0, case.baseline or REAL_BASELINE)
    return found | {"activity_level": "light"}


def _facts(case: Case, rng: Random) -> dict[str, str]:
    found = {
        "anticoagulated": YES_NO[case.anticoagulated],
        "osteoporosis": YES_NO[case.osteoporosis],
    }
    goal = rng.choice(GOALS)
    return found | ({"own_goal": goal} if rng.random() < 0.7 else {})
