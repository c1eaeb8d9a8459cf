"""A stored log in the patient's words: what was sent, and what in it is a sign."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.utils.text import format_lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recovery.clinical.logfields import asked_window
from recovery.clinical.rules.review import LOW_GRADE
from recovery.clinical.rules.urgent import MAX_ACETAMINOPHEN
from recovery.forms import words
from recovery.models import DailyLog

Pair = tuple[str, str]

CHANGES = {
    "saddle": gettext_lazy("Feeling between the legs"),
    "bladder": gettext_lazy("Bladder"),
    "bowel": gettext_lazy("Bowel"),
}
TICKED = {
    name: label
    for name, label in words.SIGNS
    if name != "none" and not name.startswith("headache_")
}
HEADACHES = {
    "mild": gettext_lazy("A mild headache"),
    "severe": gettext_lazy("A bad headache"),
    "worse_upright": gettext_lazy("A headache that is worse sitting up"),
}
CHEST = gettext_lazy("Chest pain, trouble breathing, coughing blood, or fainting")
# What an emergency room reads first.
NEW = {
    ("saddle", "yes"): gettext_lazy("Numb or changed feeling between the legs"),
    ("saddle", "unsure"): gettext_lazy("Perhaps changed feeling between the legs"),
    ("bladder", "yes"): gettext_lazy("Bladder trouble"),
    ("bladder", "unsure"): gettext_lazy("Perhaps bladder trouble"),
    ("bowel", "yes"): gettext_lazy("Bowel trouble"),
    ("bowel", "unsure"): gettext_lazy("Perhaps bowel trouble"),
    ("leg_weakness", "cannot_stand_or_lift_foot"): gettext_lazy(
        "Cannot stand, or cannot lift a foot"
    ),
    ("leg_weakness", "new_or_worse"): gettext_lazy("New or worse weakness in a leg"),
    ("leg_numbness", "new_or_worse"): gettext_lazy("New or worse numbness in a leg"),
    ("leg_pain_status", "new_or_worse"): gettext_lazy("New or worse pain in a leg"),
    ("leg_side", "both"): gettext_lazy("In both legs"),
    ("chest_or_breath", True): CHEST,
    ("hard_to_wake", True): gettext_lazy("Very hard to wake"),
    ("allergy_severe", True): TICKED["allergy_severe"],
    ("neck_stiff_or_confused", True): TICKED["neck_stiff_or_confused"],
    ("sudden_new_back_pain", True): TICKED["sudden_new_back_pain"],
    ("fall", True): gettext_lazy("A fall"),
    ("calf_one_leg", True): TICKED["calf_one_leg"],
    ("pain_controlled", False): gettext_lazy("Pain is not under control"),
    ("chills", True): gettext_lazy("Chills or shaking"),
    ("opioid_total_unknown", True): gettext_lazy("A pain medicine whose dose is not known"),
}
# A side that was chosen before its sign was taken back says nothing.
LEGS = ("leg_pain_status", "leg_weakness", "leg_numbness")
NEW_IN_LEG = ("new_or_worse", "cannot_stand_or_lift_foot")


def correctable(log: DailyLog, dates: tuple[date, date]) -> bool:
    """Whether the patient may change it: an own log, of a date that may still be reported."""
    own = log.source in (DailyLog.Source.PATIENT, DailyLog.Source.CAREGIVER)
    return own and dates[0] <= log.log_date <= dates[1]


def signs(log: DailyLog) -> list[str]:
    """What is new or not right in this log, worst first."""
    found = [str(text) for (name, value), text in NEW.items() if getattr(log, name) == value]
    if log.leg_side == "both" and not any(getattr(log, name) in NEW_IN_LEG for name in LEGS):
        found.remove(str(NEW["leg_side", "both"]))
    if log.temp_value is not None:
        celsius, _fahrenheit = words.celsius_and_fahrenheit(log.temp_value, log.temp_unit)
        if celsius >= LOW_GRADE:
            found.append(_("Temperature %(both)s") % {"both": temperature(log)})
    if log.headache not in ("", "none"):
        found.append(str(HEADACHES[log.headache]))
    found += _spot(log)
    if (log.acetaminophen_mg or 0) > MAX_ACETAMINOPHEN:
        found.append(_("%(mg)s mg of acetaminophen in a day") % {"mg": log.acetaminophen_mg})
    return found


def pairs(log: DailyLog) -> list[Pair]:
    """Every answer, title and words; a question without an answer is left out."""
    rows = [*_pain(log), *_legs(log), *_safety(log), *_fever(log), *_rest(log)]
    return [(str(title), str(answer)) for title, answer in rows]


def temperature(log: DailyLog) -> str:
    celsius, fahrenheit = words.celsius_and_fahrenheit(log.temp_value, log.temp_unit)
    return f"{fahrenheit}\N{NO-BREAK SPACE}°F ({celsius}\N{NO-BREAK SPACE}°C)"


def _of_10(number: int) -> str:
    return _("%(number)s of 10") % {"number": number}


def _yes_no(answer: bool) -> str:
    return _("Yes") if answer else _("No")


def _pain(log: DailyLog) -> Iterator[Pair]:
    if log.pain_avg is not None:
        that_day = log.log_date and localtime(log.entered_at).date() > log.log_date
        yield _("Pain that day") if that_day else _("Pain, past 24 hours"), _of_10(log.pain_avg)
    if log.pain_worst is not None:
        yield _("Worst pain"), _of_10(log.pain_worst)
    if log.pain_controlled is not None:
        yield _("Pain under control"), _yes_no(log.pain_controlled)


def _legs(log: DailyLog) -> Iterator[Pair]:
    answers = dict((*words.SIGN, words.CANNOT_STAND))
    if log.leg_pain_status:
        answer = answers[log.leg_pain_status]
        if log.leg_pain is not None:
            answer = format_lazy("{}, {}", answer, _of_10(log.leg_pain))
        yield _("Pain in a leg"), answer
    if log.leg_weakness and log.leg_weakness == log.leg_numbness:
        yield _("Weakness, numbness"), answers[log.leg_weakness]
    else:
        if log.leg_weakness:
            yield _("Weakness in a leg"), answers[log.leg_weakness]
        if log.leg_numbness:
            yield _("Numbness in a leg"), answers[log.leg_numbness]
    if log.leg_side:
        yield _("Which leg"), dict(words.SIDE)[log.leg_side]


def _safety(log: DailyLog) -> Iterator[Pair]:
    """One row where all is "No"; otherwise every other answer has its own."""
    changes = {name: getattr(log, name) for name in CHANGES}
    ticks = {name: getattr(log, name) for name in TICKED}
    told = [
        (CHANGES[name], dict(words.CHANGE)[said])
        for name, said in changes.items()
        if said and said != "no"
    ]
    if log.chest_or_breath:
        told.append((CHEST, _yes_no(log.chest_or_breath)))
    told += [(TICKED[name], _yes_no(said)) for name, said in ticks.items() if said]
    if log.headache not in ("", "none"):
        told.append((_("Headache"), HEADACHES[log.headache]))
    asked = [*changes.values(), log.chest_or_breath]
    # The signs and the kinds of headache are the ticks of one question, which has its days.
    first, last = asked_window("fall") or (log.day, log.day)
    # The log questions of a check-in form have no day: which of them it asks, its slot says.
    of_a_log = log.day is not None
    if of_a_log and (first is None or first <= log.day) and (last is None or log.day <= last):
        signs = [*ticks.values(), log.headache]
        asked.append(None if any(said in (None, "") for said in signs) else True)
    missing = sum(said in (None, "") for said in asked) if of_a_log else 0
    yield from told
    quiet = [*changes.values(), log.chest_or_breath, *ticks.values(), log.headache]
    if not any(said in ("no", "none") or said is False for said in quiet):
        return
    title = _("Other safety questions") if told else _("Safety questions")
    if missing:
        yield title, _no_answer(missing)
    else:
        yield title, _("All “No”")


def _no_answer(missing: int) -> str:
    return ngettext(
        "“No”; %(missing)d has no answer", "“No”; %(missing)d have no answer", missing
    ) % {"missing": missing}


def _spot(log: DailyLog) -> list[str]:
    labels = dict((*words.WOUND, *words.BLEEDING))
    ticked = [*(log.wound or []), log.bleeding]
    return [str(labels[sign]) for sign in ticked if sign in labels]


def _fever(log: DailyLog) -> Iterator[Pair]:
    if log.wound is not None or log.bleeding:
        yield _("The spot on your back"), ", ".join(_spot(log)) or _("Nothing new")
    if log.temp_value is not None:
        yield _("Temperature"), temperature(log)
    if log.chills is not None:
        yield _("Chills"), _yes_no(log.chills)


def _rest(log: DailyLog) -> Iterable[Pair]:
    if log.acetaminophen_mg is not None:
        yield _("Acetaminophen"), _("%(mg)s mg") % {"mg": log.acetaminophen_mg}
    if log.nsaid_taken is not None:
        yield _("Ibuprofen, naproxen or aspirin"), _yes_no(log.nsaid_taken)
    if log.opioids is not None:
        yield _("Strong pain pills"), "; ".join(map(_opioid, log.opioids)) or _("None")
    if log.activity_level:
        yield _("What you did"), dict(words.ACTIVITY)[log.activity_level]
    if log.walk_minutes is not None:
        yield _("Walking"), _("%(minutes)s minutes") % {"minutes": log.walk_minutes}
    if log.pt_done is not None:
        yield _("Exercises"), _yes_no(log.pt_done)
    if log.sleep is not None:
        yield _("Sleep"), _of_10(log.sleep)
    if log.free_text:
        yield _("Your note"), log.free_text


def _opioid(entry: dict[str, Any]) -> str:
    drug = words.DRUG_BRANDS.get(entry["drug"], _("Another one"))
    amounts = [
        _("%(mg)s mg") % {"mg": f"{entry['mg']:g}"} if "mg" in entry else "",
        _("%(doses)s times") % {"doses": f"{entry['doses']:g}"} if "doses" in entry else "",
    ]
    return ", ".join([str(drug), *filter(None, amounts)])
