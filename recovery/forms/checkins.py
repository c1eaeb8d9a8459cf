"""A check-in form: the parts of a daily log that it asks, and its instruments' questions."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.clinical.checkinforms import FORMS, LOG, LogPart, log_fields
from recovery.clinical.instruments import Instrument, evaluate
from recovery.clinical.instruments.items import Item
from recovery.clinical.instruments.numbers import DECIMALS, WHOLE_DIGITS
from recovery.forms.fields import Choice, Note, Number, OneLine, Rating, Ticks, YesNo
from recovery.forms.logs import LogForm
from recovery.forms.prefill import answers_of
from recovery.forms.questions import OPIOID_ROWS
from recovery.models import DailyLog
from recovery.wording import asked

# The inputs of a field of the log, where they are not the field itself.
INPUTS = {
    "wound": ("spot", "spot_signs"),
    "bleeding": ("spot", "spot_signs"),
    "opioids": (
        "opioids_taken",
        *(f"opioid_{row}_{part}" for row in OPIOID_ROWS for part in ("drug", "mg", "doses")),
    ),
}
SCALE = (0, 10)
MODES = [
    (mode.value, mode.label)
    for mode in (DailyLog.Mode.PAPER, DailyLog.Mode.PHONE, DailyLog.Mode.IN_PERSON)
]
MAX_TEXT = 1000
# Of a number whose question names no limit: what can be stored.
HIGHEST = 10**WHOLE_DIGITS - 1
# The scorer of instruments that are a list of lines to tick.
LINES = "rmdq_count"
ASK = _("Answer this question, or go on without it below")
ASK_STAFF = _("Answer this question, or save without it below")
NOT_ANSWERED = _("Not answered: %(question)s")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an instrument, and the name of its input."""

    instrument: Instrument
    item: Item
    name: str


class CheckInForm(LogForm):
    """One check-in form, for the patient or for staff who enter it.

    `answers` are those of a draft or of what was sent, by section. After validation `sections`
    holds the clean ones in the same shape, also when the form as a whole is refused. A question
    that another answer hides is not asked and its answer counts nowhere; one that an answer brings
    up is asked on the next page. `wrong` and `missing` are as in a log.
    """

    # What is said at a question that is not answered, in the words of the page's buttons.
    ask = ASK

    def __init__(
        self,
        data: Any = None,
        *,
        form: str,
        procedure_on: date,
        on: date,
        instruments: Sequence[Instrument],
        answers: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        told = answers or {}
        self.form, self.instruments = form, instruments
        self.asked = [
            Asked(instrument, item, f"{instrument.key}-{number}")
            for instrument in instruments
            for number, item in enumerate(instrument.questions)
        ]
        initial = _log_initial(told.get(LOG, {})) | {
            one.name: _typed(told.get(one.instrument.key, {}).get(one.item.link_id))
            for one in self.asked
        }
        super().__init__(data, procedure_on=procedure_on, dates=(on, on), fixed=on, initial=initial)
        asked = {name for field in log_fields(form) for name in INPUTS.get(field, (field,))}
        asked.add("revision")
        self.fields = {name: field for name, field in self.fields.items() if name in asked}
        self.fields |= {one.name: _field(one.item) for one in self.asked}
        self._draw_lists(initial)
        self.order_fields([*self._in_page_order()])
        self.sections: dict[str, dict[str, Any]] = {}
        self.enabled = {
            (instrument.key, link_id)
            for instrument in instruments
            for link_id in evaluate(instrument, told.get(instrument.key, {})).enabled
        }

    def clean(self) -> None:
        super().clean()
        self.sections = {LOG: self.answers} if self.answers else {}
        brought_up: list[Asked] = []
        for instrument in self.instruments:
            own = [one for one in self.asked if one.instrument is instrument]
            given = {one.item.link_id: self.cleaned_data.get(one.name) for one in own}
            if instrument.scorer == LINES:
                given = self._ticked(instrument)
            found = evaluate(instrument, given)
            self.sections[instrument.key] = dict(found.values)
            shown = {(instrument.key, link_id) for link_id in found.enabled}
            self.enabled = {key for key in self.enabled if key[0] != instrument.key} | shown
            if instrument.scorer == LINES:
                self._ask_for_lines(instrument)
            else:
                brought_up += [one for one in own if one.item.link_id in found.missing]
        self.sections = {key: answers for key, answers in self.sections.items() if answers}
        for one in brought_up:
            if one.name not in self.errors:
                self.missing.append(one.name)
                if not self.saves_incomplete:
                    self.add_error(one.name, self.ask)

    def _in_page_order(self) -> Iterator[str]:
        """What the error summary lists stands in it as on the page; the clinic's own come last."""
        shown = {instrument.key: instrument for instrument in self.instruments}
        for section in FORMS[self.form]:
            if isinstance(section, LogPart):
                for field in section.fields:
                    yield from INPUTS.get(field, (field,))
            elif instrument := shown.get(section):
                yield from (lines_of(instrument), read_of(instrument))
                yield from (one.name for one in self.asked if one.instrument is instrument)

    # A list of lines, of which those that hold are ticked (RMDQ): a line that is not ticked says
    # no only once the person has said that all were read.

    def _draw_lists(self, initial: Mapping[str, Any]) -> None:
        for instrument in self.instruments:
            if instrument.scorer != LINES:
                continue
            lines = [one for one in self.asked if one.instrument is instrument]
            for one in lines:
                del self.fields[one.name]
            choices = [(one.name, _words(one.item)) for one in lines]
            ticks = Ticks(required=False, label=_("Check each line that is true"), choices=choices)
            read = Ticks(
                required=False,
                label=_("When you are done"),
                choices=[("yes", _("I have read all the lines"))],
            )
            told = {one.name: initial.get(one.name) for one in lines}
            ticks.initial = [name for name, answer in told.items() if answer is True]
            read.initial = ["yes"] if None not in told.values() else []
            self.fields |= {lines_of(instrument): ticks, read_of(instrument): read}

    def _ticked(self, instrument: Instrument) -> dict[str, bool]:
        """True or false for every line; true alone while they are not said to be read."""
        read = self.cleaned_data.get(read_of(instrument))
        ticked = self.cleaned_data.get(lines_of(instrument)) or []
        lines = [one for one in self.asked if one.instrument is instrument]
        return {one.item.link_id: one.name in ticked for one in lines if read or one.name in ticked}

    def _ask_for_lines(self, instrument: Instrument) -> None:
        name = read_of(instrument)
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.missing.append(name)
            if not self.saves_incomplete:
                self.add_error(name, _("Read all the lines, then check this box"))

    def problems(self) -> list[dict[str, str]]:
        """At the top of the page a question is named by its first sentence."""
        asked = {
            self[name].subwidgets[0].id_for_label: str(field.label).partition(". ")[0]
            for name, field in self.fields.items()
            if self.errors.get(name) == [self.ask]
        }
        return [
            one | {"text": NOT_ANSWERED % {"question": asked[one["target"]]}}
            if one["target"] in asked
            else one
            for one in super().problems()
        ]

    def unanswered(self) -> list[str]:
        return [name for name in super().unanswered() if name in log_fields(self.form)]

    @property
    def saves_incomplete(self) -> bool:
        return bool({"save_incomplete", "later"} & set(self.data))


class StaffCheckInForm(CheckInForm):
    """What a patient filled in on paper, told by phone, or said in the room."""

    ask = ASK_STAFF
    mode = Choice(
        required=False,
        label=_("How did the patient answer?"),
        choices=MODES,
    )

    def __init__(self, *args: Any, typed_by_patient: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mode = deepcopy(self.base_fields["mode"])
        if typed_by_patient:
            mode.choices = [(DailyLog.Mode.WEB.value, _("As the patient typed it")), *MODES]
        self.fields = {"mode": mode, **self.fields}

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("mode") is None and "mode" not in self.errors:
            self.add_error("mode", _("Choose on paper, by phone or in person."))
            self.wrong.append("mode")


def lines_of(instrument: Instrument) -> str:
    return f"{instrument.key}-lines"


def read_of(instrument: Instrument) -> str:
    return f"{instrument.key}-read"


def _log_initial(answers: Mapping[str, Any]) -> dict[str, Any]:
    return answers_of(DailyLog(**answers)) if answers else {}


def _typed(value: Any) -> Any:
    """A stored answer as its field shows it."""
    return list(value) if isinstance(value, list | tuple) else value


def _field(item: Item) -> forms.Field:
    words: dict[str, Any] = {"required": False, "label": _words(item)}
    if item.kind == "boolean":
        return YesNo(**words)
    if item.kind == "choice":
        options = [(str(one.value), asked(one.text)) for one in item.options]
        return (
            _Option(item, choices=options, **words)
            if not item.repeats
            else _Options(item, choices=options, **words)
        )
    if item.kind == "string":
        limit = min(item.max_length or MAX_TEXT, MAX_TEXT)
        return Note(max_length=limit, widget=OneLine, **words)
    if item.kind == "integer" and (item.low, item.high) == SCALE:
        return Rating(**words)
    if item.kind == "decimal":
        words["places"] = DECIMALS if item.decimals is None else item.decimals
    low = -HIGHEST if item.low is None else item.low
    return Number(low=low, high=HIGHEST if item.high is None else item.high, **words)


def _words(item: Item) -> str:
    return f"{asked(item.prefix)} {asked(item.text)}".strip()


class _Option(Choice):
    """One option; its answer is the option's own value, which may be a number."""

    def __init__(self, item: Item, **kwargs: Any) -> None:
        self.values = {str(one.value): one.value for one in item.options}
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        answer = super().clean(value)
        return None if answer is None else self.values[answer]


class _Options(Ticks):
    def __init__(self, item: Item, **kwargs: Any) -> None:
        self.values = {str(one.value): one.value for one in item.options}
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        answers = super().clean(value)
        return [self.values[answer] for answer in answers] if answers else None
