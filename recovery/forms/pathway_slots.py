"""When a form of a pathway is asked, and which forms there are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.clinical.ownpathways.document import PULSE
from recovery.clinical.ownpathways.formchecks import DAY, KEY_OF
from recovery.clinical.ownpathways.problem import Path
from recovery.clinical.ownpathways.schema import FIRST_DAY, LAST_DAY, MAX_REMINDERS
from recovery.clinical.plan import DEFAULT_PLAN, Moment, Slot
from recovery.forms.fields import Number
from recovery.forms.pathway_words import FIELDS
from recovery.forms.pathways import Data, SectionForm
from recovery.forms.places import ask_plainly
from recovery.queries.checkins import STAFF_NAMES

TIMES = ("opens", "due", "expires")
DAILY, PULSES = "daily", "pulse"
# Empty rows below the reminders there are.
SPARE = 2
FORM_OF = {key: form for form, key in KEY_OF.items()}
# The order of a plan: baseline, first evening, logs, check-in forms.
PLACES = {"baseline": 0, "evening": 1, DAILY: 2}


@dataclass(frozen=True, slots=True)
class TimeRow:
    """A time as two fields of the form, a day and a clock."""

    label: Any
    day: forms.BoundField
    time: forms.BoundField

    @property
    def errors(self) -> list[str]:
        return [*self.day.errors, *self.time.errors]


def form_of(key: str) -> str | None:
    """The form that a key asks; None for one that no form has."""
    return DAILY if key.startswith((DAY, PULSE)) else FORM_OF.get(key)


def in_order(slots: Sequence[Data]) -> list[Data]:
    return sorted(slots, key=lambda one: (PLACES.get(one["form"], 3), one["day"]))


def usual_slot(form: str, day: int | None, *, pulse: bool = False) -> Data:
    """A form at its usual times around `day`, or around the day it has in the default pathway."""
    alike = [
        slot
        for slot in DEFAULT_PLAN.slots
        if slot.form == form and slot.key.startswith(PULSE) == pulse
    ]
    wanted = alike[0].day if day is None else day
    slot = _moved(min(alike, key=lambda one: abs(one.day - wanted)), wanted)
    return {
        "key": _key(slot.key, form, wanted),
        "form": form,
        "asked": True,
        "day": wanted,
        **{name: str(getattr(slot, name)) for name in TIMES},
        "reminders": [str(one) for one in slot.reminders],
    }


def _moved(slot: Slot, day: int) -> Slot:
    by = day - slot.day
    return replace(
        slot,
        day=day,
        **{name: _later(getattr(slot, name), by) for name in TIMES},
        reminders=tuple(_later(one, by) for one in slot.reminders),
    )


def _later(moment: Moment, by: int) -> Moment:
    return Moment(moment.day + by, moment.at)


def _key(key: str, form: str, day: int) -> str:
    """A log's key has its day; a check-in form keeps its own."""
    if form != DAILY:
        return key
    return f"{PULSE if key.startswith(PULSE) else DAY}{day:02}"


def _a_day(label: Any, **kwargs: Any) -> Number:
    return Number(low=FIRST_DAY, high=LAST_DAY, label=label, **kwargs)


class SlotForm(SectionForm):
    """One form of the draft: its day, its window, its reminders, and whether it is asked."""

    day = _a_day(_("Day of the form"), help_text=_("Days count from the procedure, which is 0."))
    follow = forms.BooleanField(
        label=_("Move the times below by as many days as the day moves"), required=False
    )
    asked = forms.BooleanField(label=_("Patients are asked this form"), required=False)

    def __init__(
        self, given: Any = None, *, data: Mapping[str, Any], key: str, revision: int = 0
    ) -> None:
        self.key, self.form = key, form_of(key) or ""
        self.slot = next((one for one in data["forms"] if one["key"] == key), None)
        slot = self.slot or usual_slot(self.form, None, pulse=key.startswith(PULSE))
        initial: Data = {"day": slot["day"], "asked": slot.get("asked", True)}
        initial |= {
            name: value
            for field, text in self._times(slot)
            for name, value in zip(_names(field), Moment.parse(text), strict=True)
        }
        self.shown = self._shown(given, len(slot["reminders"]))
        super().__init__(given, data=data, revision=revision, initial=initial)
        for name in (*TIMES, *self._reminders):
            label = self._label(name)
            required = name in TIMES
            on, at = _names(name)
            self.fields[on] = _a_day(_("%(what)s, day") % {"what": label}, required=required)
            self.fields[at] = forms.TimeField(
                label=_("%(what)s, time") % {"what": label},
                required=required,
                input_formats=["%H:%M"],
                widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
            )
        ask_plainly(self)

    @staticmethod
    def _times(slot: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        yield from ((name, slot[name]) for name in TIMES)
        for place, text in enumerate(slot["reminders"]):
            yield f"reminder_{place}", text

    @staticmethod
    def _shown(given: Any, there: int) -> int:
        """How many rows of reminders: what a page has sent is shown again."""
        sent = [place for place in range(MAX_REMINDERS) if f"reminder_{place}_day" in (given or ())]
        return max([min(there + SPARE, MAX_REMINDERS), *(place + 1 for place in sent)])

    @property
    def _reminders(self) -> list[str]:
        return [f"reminder_{place}" for place in range(self.shown)]

    @staticmethod
    def _label(name: str) -> Any:
        if name in TIMES:
            return FIELDS[name]
        return _("Reminder %(n)d") % {"n": int(name.removeprefix("reminder_")) + 1}

    @property
    def rows(self) -> list[TimeRow]:
        return [
            TimeRow(self._label(name), *(self[one] for one in _names(name)))
            for name in (*TIMES, *self._reminders)
        ]

    def clean(self) -> None:
        for name in self._reminders:
            on, at = _names(name)
            day, clock = self.cleaned_data.get(on), self.cleaned_data.get(at)
            if day is None and clock is not None and on not in self.errors:
                self.add_error(on, _("Write the day, or leave both empty."))
            if clock is None and day is not None and at not in self.errors:
                self.add_error(at, _("Write the time, or leave both empty."))
        day = self.cleaned_data.get("day")
        if day is not None and self._taken(day):
            self.add_error("day", _("There is a log of this kind on D%(day)d.") % {"day": day})

    def _taken(self, day: int) -> bool:
        key = _key(self.key, self.form, day)
        return key != self.key and any(one["key"] == key for one in self.data_before["forms"])

    def write(self, data: Data) -> None:
        given = self.cleaned_data
        by = given["day"] - self.slot["day"] if given["follow"] and self.slot else 0

        def moment(name: str) -> str:
            on, at = _names(name)
            return str(Moment(given[on] + by, given[at]))

        # Which row each reminder came from: an empty one is none.
        self._used = [name for name in self._reminders if given[_names(name)[0]] is not None]
        slot = {
            "key": _key(self.key, self.form, given["day"]),
            "form": self.form,
            "asked": given["asked"],
            "day": given["day"],
            **{name: moment(name) for name in TIMES},
            "reminders": [moment(name) for name in self._used],
        }
        others = [one for one in data["forms"] if one["key"] != self.key]
        data["forms"] = in_order([*others, slot])
        self._place = data["forms"].index(slot)

    def field_at(self, path: Path) -> str | None:
        if path[:2] != ("forms", self._place):
            return None
        match path[2:]:
            case ("reminders", int(place)):
                return _names(self._used[place])[0]
            case ("reminders",):
                return _names("reminder_0")[0]
            case ("key",) | ("day",):
                return "day"
            case ("asked",):
                return "asked"
            case (str(name),) if name in TIMES:
                return _names(name)[0]
        return None


def _names(name: str) -> tuple[str, str]:
    return f"{name}_day", f"{name}_time"


class NewSlotForm(SectionForm):
    """Another form, at its usual times; they are changed on its own page."""

    form = forms.ChoiceField(label=_("Form"))
    day = _a_day(
        _("Day"),
        required=False,
        help_text=_("Counts from the procedure. A check-in form without one gets its usual day."),
    )

    def __init__(self, given: Any = None, *, data: Mapping[str, Any], revision: int = 0) -> None:
        super().__init__(given, data=data, revision=revision)
        there = {one["key"] for one in data["forms"]}
        self.fields["form"].choices = [
            ("", _("Choose")),
            (DAILY, _("Daily log")),
            (PULSES, _("Pulse: a log now and then")),
            *((form, STAFF_NAMES[form]) for form, key in KEY_OF.items() if key not in there),
        ]

    def clean(self) -> None:
        form, day = self.cleaned_data.get("form"), self.cleaned_data.get("day")
        if form in (DAILY, PULSES) and day is None and "day" not in self.errors:
            self.add_error("day", _("Write the day of the log."))
        elif form in (DAILY, PULSES) and day is not None and day < 1:
            self.add_error("day", _("A log is asked from day 1 on."))
        elif form and day is not None:
            key = usual_slot(*self._wanted[:2], pulse=self._wanted[2])["key"]
            if any(one["key"] == key for one in self.data_before["forms"]):
                self.add_error("day", _("There is a log of this kind on D%(day)d.") % {"day": day})

    @property
    def _wanted(self) -> tuple[str, int | None, bool]:
        form, day = self.cleaned_data["form"], self.cleaned_data["day"]
        return (DAILY, day, True) if form == PULSES else (form, day, False)

    def write(self, data: Data) -> None:
        form, day, pulse = self._wanted
        slot = usual_slot(form, day, pulse=pulse)
        data["forms"] = in_order([*data["forms"], slot])
        self.key, self._place = slot["key"], data["forms"].index(slot)

    def field_at(self, path: Path) -> str | None:
        """All its times hang on its day."""
        return "day" if path[:2] == ("forms", self._place) else None


class LeaveOutForm(SectionForm):
    """One form taken out of the draft."""

    def __init__(self, given: Any = None, *, data: Mapping[str, Any], key: str) -> None:
        super().__init__(given, data=data)
        self.key = key

    def write(self, data: Data) -> None:
        data["forms"] = [one for one in data["forms"] if one["key"] != self.key]

    def field_at(self, path: Path) -> str | None:
        return None
