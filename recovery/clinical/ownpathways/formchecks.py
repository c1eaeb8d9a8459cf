"""Which forms a pathway asks, and when: what a schema cannot say of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import time, timedelta
from typing import Any

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.ownpathways.document import PULSE, answered_by
from recovery.clinical.ownpathways.problem import Path, Problem, _, written
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
            yield Problem((*path, "day"), _("a daily log is asked from D1 on"))
        elif key not in names:
            one, other = names
            yield Problem(
                (*path, "key"),
                _(
                    "%(key)s is not the key of a log of D%(day)s: %(one)s or %(other)s is",
                    key=key,
                    day=day,
                    one=one,
                    other=other,
                ),
            )
    elif key != KEY_OF[kind]:
        yield Problem(
            (*path, "key"),
            _(
                "%(key)s is not the key of %(kind)s: %(wanted)s is",
                key=key,
                kind=kind,
                wanted=KEY_OF[kind],
            ),
        )


def _window(path: Path, form: Form) -> Iterator[Problem]:
    kind, day = form["form"], form["day"]
    opens, due, expires = (Moment.parse(form[name]) for name in ("opens", "due", "expires"))
    if opens >= due:
        yield Problem(
            (*path, "due"),
            _("%(due)s is not after %(opens)s, when the form opens", due=due, opens=opens),
        )
    elif _apart(opens, due) < SHORTEST:
        yield Problem(
            (*path, "due"),
            _("%(due)s leaves less than 3 hours after %(opens)s", due=due, opens=opens),
        )
    if due > expires:
        yield Problem(
            (*path, "expires"),
            _("%(expires)s is before %(due)s, when the form is due", expires=expires, due=due),
        )
    if kind == "evening" and day != 0:
        yield Problem((*path, "day"), _("the first evening is that of D0"))
    elif kind == "evening":
        yield from _on(path, "opens", opens, 0, 0)
        yield from _on(path, "due", due, 0, 0)
        # Later than any discharge of the day, or the first evening would be lost.
        yield from _on(path, "expires", expires, 1, 1)
        if expires.day == 1 and _apart(LATEST_EVENING, expires) < SHORTEST:
            yield Problem(
                (*path, "expires"),
                _(
                    "%(expires)s leaves less than 3 hours after %(latest)s, when it opens for "
                    "who leaves at midnight",
                    expires=expires,
                    latest=LATEST_EVENING,
                ),
            )
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
        yield Problem((*path, "day"), _("a check-in form is asked from D1 on"))
    elif form["form"] in JUDGED_BY_R44 and day < RESPONSE_FROM:
        yield Problem(
            (*path, "day"),
            _(
                "R44 judges the response by this form, and not before D%(first)s",
                first=RESPONSE_FROM,
            ),
        )
    if opens.day < 0 or opens.day > day:
        yield Problem(
            (*path, "opens"),
            _("%(opens)s is not from D0 to D%(day)s, the form's day", opens=opens, day=day),
        )
    if expires.day < day:
        yield Problem(
            (*path, "expires"),
            _("%(expires)s is before D%(day)s, the form's day", expires=expires, day=day),
        )


def _on(path: Path, name: str, moment: Moment, first: int, last: int) -> Iterator[Problem]:
    if first <= moment.day <= last:
        return
    given = form_day(moment, name)
    if first == last:
        yield Problem((*path, name), _("%(given)s is not on D%(first)s", given=given, first=first))
    else:
        yield Problem(
            (*path, name),
            _("%(given)s is not on D%(first)s to D%(last)s", given=given, first=first, last=last),
        )


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
            yield Problem(
                here,
                _(
                    "%(moment)s is outside the form's window, %(opens)s to %(expires)s",
                    moment=moment,
                    opens=opens,
                    expires=expires,
                ),
            )
        elif form["form"] == "baseline" and moment.day >= 0:
            yield Problem(
                here, _("%(moment)s may come after the procedure has begun", moment=moment)
            )
        if not FIRST_REMINDER <= moment.at < LAST_REMINDER:
            yield Problem(here, _("%(moment)s is not from 08:00 to before 21:00", moment=moment))
        if before is not None and moment <= before:
            yield Problem(
                here,
                _(
                    "%(moment)s is not after %(before)s, the reminder before it",
                    moment=moment,
                    before=before,
                ),
            )
        if days[moment.day] == A_DAY + 1:
            yield Problem(
                here, _("a third reminder on D%(day)s; two a day are the most", day=moment.day)
            )
        before = moment


def _twice(forms: Sequence[Placed]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path, form in forms:
        key = form["key"]
        if key in first:
            place = written(first[key])
            yield Problem(
                (*path, "key"), _("%(key)s stands twice, first at %(place)s", key=key, place=place)
            )
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
            yield Problem(
                (*path, "day"),
                _(
                    "a log of D%(begins)s would answer %(earlier)s and %(key)s",
                    begins=begins,
                    earlier=reach[1],
                    key=key,
                ),
            )
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
            yield Problem(("forms",), _("%(key)s is missing, and cannot be left out", key=key))
            continue
        form = forms[placed[key]]
        if isinstance(form, Mapping) and form.get("asked") is False:
            yield Problem(("forms", placed[key], "asked"), _("%(key)s cannot be left out", key=key))
