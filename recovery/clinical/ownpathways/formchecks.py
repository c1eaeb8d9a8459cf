"""Which forms a pathway asks, and when: what a schema cannot say of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import time, timedelta
from typing import Any

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.ownpathways.document import PULSE, answered_by
from recovery.clinical.ownpathways.problem import Path, Problem
from recovery.clinical.pathway import AFTER_DISCHARGE
from recovery.clinical.plan import DEFAULT_PLAN, FIRST_REMINDER, LAST_REMINDER, Moment

Form = Mapping[str, Any]
Placed = tuple[Path, Form]

DAY = "DAY-"
# A check-in form keeps its key, whatever its day: so who moves to another version is not asked
# again what is answered already.
KEY_OF = {slot.form: slot.key for slot in DEFAULT_PLAN.slots if not slot.form.startswith("daily")}
# Bleeding shows in hours and days, R40 looks at the first day, and every score is held against the
# baseline: without these a patient is not followed up.
NEEDED = ("BASE", "EVE0", "DAY-01", "DAY-02", "DAY-03")
# R44 speaks of a limited response by these forms, and not before this day.
RESPONSE_FROM = 42
JUDGED_BY_R44 = ("six_week", "three_month")
# More than any clock change takes away.
SHORTEST = timedelta(hours=3)
A_DAY = 2
# When the first evening opens for who leaves as the day of the procedure ends.
LATEST_EVENING = Moment(1, time(AFTER_DISCHARGE // timedelta(hours=1)))


def problems(forms: Sequence[Placed]) -> Iterator[Problem]:
    """Of the forms whose structure is sound, each with its path."""
    for path, form in forms:
        yield from _key(path, form)
        yield from _window(path, form)
        yield from _reminders(path, form)
    yield from _twice(forms)
    yield from _overlaps(forms)


def _key(path: Path, form: Form) -> Iterator[Problem]:
    key, kind, day = form["key"], form["form"], form["day"]
    if kind == "daily":
        names = (f"{DAY}{day:02}", f"{PULSE}{day:02}")
        if day < 1:
            yield Problem((*path, "day"), "a daily log is asked from D1 on")
        elif key not in names:
            wanted = " or ".join(names)
            yield Problem((*path, "key"), f"{key} is not the key of a log of D{day}: {wanted} is")
    elif key != KEY_OF[kind]:
        yield Problem((*path, "key"), f"{key} is not the key of {kind}: {KEY_OF[kind]} is")


def _window(path: Path, form: Form) -> Iterator[Problem]:
    kind, day = form["form"], form["day"]
    opens, due, expires = (Moment.parse(form[name]) for name in ("opens", "due", "expires"))
    if opens >= due:
        yield Problem((*path, "due"), f"{due} is not after {opens}, when the form opens")
    elif _apart(opens, due) < SHORTEST:
        yield Problem((*path, "due"), f"{due} leaves less than 3 hours after {opens}")
    if due > expires:
        yield Problem((*path, "expires"), f"{expires} is before {due}, when the form is due")
    if kind == "evening" and day != 0:
        yield Problem((*path, "day"), "the first evening is that of D0")
    elif kind == "evening":
        yield from _on(path, "opens", opens, 0, 0)
        yield from _on(path, "due", due, 0, 0)
        # Later than any discharge of the day, or the first evening would be lost.
        yield from _on(path, "expires", expires, 1, 1)
        if expires.day == 1 and _apart(LATEST_EVENING, expires) < SHORTEST:
            why = f"{expires} leaves less than 3 hours after {LATEST_EVENING}, when it opens for "
            yield Problem((*path, "expires"), why + "who leaves at midnight")
    elif kind == "daily":
        yield from _on(path, "opens", opens, day, day)
        # Patients log today and yesterday; a pulse's link means the day it is opened on.
        last = day + 1 if not form["key"].startswith(PULSE) else day + 6
        yield from _on(path, "expires", expires, day, last)
    elif kind == "baseline":
        yield from _on(path, "day", Moment(day, due.at), -90, -1)
        yield from _on(path, "due", due, opens.day, -1)
        yield from _on(path, "expires", expires, 0, 0)
    else:
        yield from _check_in(path, form, opens, expires)


def _check_in(path: Path, form: Form, opens: Moment, expires: Moment) -> Iterator[Problem]:
    day = form["day"]
    if day < 1:
        yield Problem((*path, "day"), "a check-in form is asked from D1 on")
    elif form["form"] in JUDGED_BY_R44 and day < RESPONSE_FROM:
        why = f"R44 judges the response by this form, and not before D{RESPONSE_FROM}"
        yield Problem((*path, "day"), why)
    if opens.day < 0 or opens.day > day:
        yield Problem((*path, "opens"), f"{opens} is not from D0 to D{day}, the form's day")
    if expires.day < day:
        yield Problem((*path, "expires"), f"{expires} is before D{day}, the form's day")


def _on(path: Path, name: str, moment: Moment, first: int, last: int) -> Iterator[Problem]:
    if not first <= moment.day <= last:
        wanted = f"D{first}" if first == last else f"D{first} to D{last}"
        yield Problem((*path, name), f"{form_day(moment, name)} is not on {wanted}")


def form_day(moment: Moment, name: str) -> str:
    return f"D{moment.day}" if name == "day" else str(moment)


def _apart(one: Moment, other: Moment) -> timedelta:
    def since_d0(moment: Moment) -> timedelta:
        return timedelta(days=moment.day, hours=moment.at.hour, minutes=moment.at.minute)

    return since_d0(other) - since_d0(one)


def _reminders(path: Path, form: Form) -> Iterator[Problem]:
    opens, expires = Moment.parse(form["opens"]), Moment.parse(form["expires"])
    before: Moment | None = None
    days: Counter[int] = Counter()
    for place, text in enumerate(form["reminders"]):
        here = (*path, "reminders", place)
        moment = Moment.parse(text)
        days[moment.day] += 1
        if not opens <= moment < expires:
            yield Problem(here, f"{moment} is outside the form's window, {opens} to {expires}")
        elif form["form"] == "baseline" and moment.day >= 0:
            yield Problem(here, f"{moment} may come after the procedure has begun")
        if not FIRST_REMINDER <= moment.at < LAST_REMINDER:
            yield Problem(here, f"{moment} is not from 08:00 to before 21:00")
        if before is not None and moment <= before:
            yield Problem(here, f"{moment} is not after {before}, the reminder before it")
        if days[moment.day] == A_DAY + 1:
            yield Problem(here, f"a third reminder on D{moment.day}; two a day are the most")
        before = moment


def _twice(forms: Sequence[Placed]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path, form in forms:
        key = form["key"]
        if key in first:
            place = Problem(first[key], "").key
            yield Problem((*path, "key"), f"{key} stands twice, first at {place}")
        first.setdefault(key, path)


def _overlaps(forms: Sequence[Placed]) -> Iterator[Problem]:
    """A log answers one form at most."""
    ranges = []
    for path, form in forms:
        if form["form"] in LOG_FORMS and form.get("asked", True):
            expires = Moment.parse(form["expires"])
            days = answered_by(form["key"], form["form"], form["day"], expires)
            if days is not None and days[0] <= days[1]:
                ranges.append((*days, path, form["key"]))
    # Of the same key only the first, since the others are said to stand twice.
    once = {entry[3]: entry for entry in reversed(ranges)}
    ranges = sorted(once.values())
    reach: tuple[int, str] | None = None
    for begins, ends, path, key in ranges:
        if reach is not None and begins <= reach[0]:
            message = f"a log of D{begins} would answer {reach[1]} and {key}"
            yield Problem((*path, "day"), message)
        if reach is None or ends > reach[0]:
            reach = ends, key


def needed(forms: Sequence[object]) -> Iterator[Problem]:
    """Those that no pathway leaves out; `forms` are all entries, whatever their structure."""
    placed = {
        key: place
        for place, form in enumerate(forms)
        if isinstance(form, Mapping) and isinstance(key := form.get("key"), str)
    }
    for key in NEEDED:
        if key not in placed:
            yield Problem(("forms",), f"{key} is missing, and cannot be left out")
            continue
        form = forms[placed[key]]
        if isinstance(form, Mapping) and form.get("asked") is False:
            yield Problem(("forms", placed[key], "asked"), f"{key} cannot be left out")
