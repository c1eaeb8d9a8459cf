"""What a pathway tells patients, what it changes of rules, and the clinic's corridor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.clinical.ownpathways import Problem
from recovery.clinical.ownpathways.document import BEFORE_LINES, PHASE_LINES
from recovery.clinical.ownpathways.problem import Path
from recovery.clinical.ownpathways.schema import LAST_DAY, MAX_STEPS, NAME, SOURCE
from recovery.clinical.plan import WORST_PAIN
from recovery.clinical.rules import RULES_BY_ID, TIME_RULES, Severity
from recovery.forms.fields import Number
from recovery.forms.pathway_words import BEFORE, FIELDS, message_of, severity_name, told_name
from recovery.forms.pathways import Data, SectionForm
from recovery.forms.places import ask_plainly

TIMED = {rule.id: rule for rule in TIME_RULES}
# What a line must look like, where it is more than a sentence.
HINTS = {
    "risks": _("One risk a line: the risk, a colon, and how often it is."),
    "expect": _("One sentence a line. Hidden while an urgent or emergency alert stands."),
    "benefits": _("One sentence a line. Hidden while an urgent or emergency alert stands."),
}


class DaysForm(SectionForm):
    """Where one phase ends and the next begins, all of them at once."""

    def __init__(self, given: Any = None, *, data: Mapping[str, Any], revision: int = 0) -> None:
        phases = data["phases"]
        # The first is day 0 alone, and the last has no end.
        self._borders = [f"last_day_{place}" for place in range(1, len(phases) - 1)]
        initial = {f"last_day_{place}": phase["last_day"] for place, phase in enumerate(phases)}
        super().__init__(given, data=data, revision=revision, initial=initial)
        for place, name in enumerate(self._borders, start=1):
            self.fields[name] = Number(
                low=0,
                high=LAST_DAY,
                label=_("%(phase)s: last day") % {"phase": told_name(phases[place]["code"])},
                help_text=_("Now day %(first)d to %(last)d.")
                % {"first": phases[place]["first_day"], "last": phases[place]["last_day"]},
            )
        ask_plainly(self)

    @property
    def borders(self) -> list[forms.BoundField]:
        return [self[name] for name in self._borders]

    def write(self, data: Data) -> None:
        for place, name in enumerate(self._borders, start=1):
            last = self.cleaned_data[name]
            data["phases"][place]["last_day"] = last
            data["phases"][place + 1]["first_day"] = last + 1

    def field_at(self, path: Path) -> str | None:
        match path:
            case ("phases", int(place), "last_day") if f"last_day_{place}" in self._borders:
                return f"last_day_{place}"
            case ("phases", int(place), "first_day") if f"last_day_{place - 1}" in self._borders:
                return f"last_day_{place - 1}"
        return None


class TextsForm(SectionForm):
    """What patients are told in one phase, or before the procedure: one sentence a line."""

    name = forms.CharField(label=FIELDS["name"], max_length=NAME)

    def __init__(
        self, given: Any = None, *, data: Mapping[str, Any], code: str, revision: int = 0
    ) -> None:
        self.path, told = _told(data, code)
        self.names = BEFORE_LINES if code == BEFORE else PHASE_LINES
        initial = {"name": told["name"], "source": told["source"], "review_on": told["review_on"]}
        initial |= {name: "\n".join(told.get(name, ())) for name in self.names}
        super().__init__(given, data=data, revision=revision, initial=initial)
        for name in self.names:
            self.fields[name] = forms.CharField(
                label=FIELDS[name],
                required=name == "good_now",
                widget=forms.Textarea({"rows": len(told.get(name, ())) + 2}),
                help_text=HINTS.get(name, _("One sentence a line.")),
            )
        self.fields["source"] = forms.CharField(label=FIELDS["source"], max_length=SOURCE)
        self.fields["review_on"] = forms.DateField(
            label=FIELDS["review_on"], widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        )
        ask_plainly(self)

    @property
    def texts(self) -> list[forms.BoundField]:
        return [self[name] for name in self.names]

    def write(self, data: Data) -> None:
        given = self.cleaned_data
        told = data[BEFORE] if self.path == (BEFORE,) else data["phases"][self.path[1]]
        told |= {"name": given["name"], "source": given["source"]}
        told["review_on"] = given["review_on"].isoformat()
        told |= {name: lines_of(given[name]) for name in self.names}

    def field_at(self, path: Path) -> str | None:
        if path[: len(self.path)] != self.path or len(path) == len(self.path):
            return None
        name = str(path[len(self.path)])
        return name if name in self.fields else None

    def said(self, problem: Problem) -> str:
        words = super().said(problem)
        if isinstance(problem.path[-1], int):
            line = _("Line %(n)d") % {"n": problem.path[-1] + 1}
            return f"{line}: {message_of(problem)}"
        return words


def _told(data: Mapping[str, Any], code: str) -> tuple[Path, Mapping[str, Any]]:
    if code == BEFORE:
        return (BEFORE,), data[BEFORE]
    phases = data["phases"]
    place = next(place for place, phase in enumerate(phases) if phase["code"] == code)
    return ("phases", place), phases[place]


def lines_of(text: str) -> list[str]:
    """The lines that say something, without the spaces around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def shipped_severity(rule_id: str) -> Severity | None:
    """None for a rule that raises nothing by itself."""
    return RULES_BY_ID[rule_id].severity if rule_id in RULES_BY_ID else TIMED[rule_id].severity


class RuleForm(SectionForm):
    """What the clinic changes of one rule; neither severity nor text is the rule as shipped."""

    severity = forms.ChoiceField(label=FIELDS["severity"], required=False)

    def __init__(
        self, given: Any = None, *, data: Mapping[str, Any], rule_id: str, revision: int = 0
    ) -> None:
        self.rule_id = rule_id
        change = next((one for one in data["rules"] if one["rule"] == rule_id), {})
        super().__init__(given, data=data, revision=revision, initial=change)
        shipped = shipped_severity(rule_id)
        assert shipped is not None
        louder = [one for one in Severity if one.rank < shipped.rank]
        self.fields["severity"].choices = [
            ("", _("%(severity)s, as shipped") % {"severity": severity_name(shipped)}),
            *((str(one), severity_name(one)) for one in reversed(louder)),
        ]
        self.fields["severity"].help_text = _("A rule can only be raised.")
        if rule_id not in TIMED:
            self.fields["patient_text"] = forms.CharField(
                label=_("Text of the clinic's own"),
                required=False,
                widget=forms.Textarea({"rows": 5}),
                help_text=_("In one line. Empty: the text that comes with the product."),
            )
        ask_plainly(self)

    def write(self, data: Data) -> None:
        given = {name: self.cleaned_data.get(name, "") for name in ("severity", "patient_text")}
        change = {"rule": self.rule_id, **{name: value for name, value in given.items() if value}}
        others = [one for one in data["rules"] if one["rule"] != self.rule_id]
        changes = [*others, change] if len(change) > 1 else others
        data["rules"] = sorted(changes, key=lambda one: str(one["rule"]))
        self._place = data["rules"].index(change) if change in data["rules"] else None

    def field_at(self, path: Path) -> str | None:
        if self._place is None or path[:2] != ("rules", self._place):
            return None
        name = str(path[2]) if len(path) > 2 else "severity"
        return name if name in self.fields else "severity"


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of the corridor as the fields of a row."""

    number: int
    fields: Sequence[forms.BoundField]

    @property
    def errors(self) -> list[str]:
        return [error for field in self.fields for error in field.errors]


class CorridorForm(SectionForm):
    """The clinic's own band for pain, by stretches of days. An empty row is no step."""

    NAMES = ("first_day", "last_day", "low", "high")
    # Empty rows below the steps there are.
    SPARE = 3

    def __init__(self, given: Any = None, *, data: Mapping[str, Any], revision: int = 0) -> None:
        steps = data["corridor"]
        initial = {
            f"{name}_{place}": step[name] for place, step in enumerate(steps) for name in self.NAMES
        }
        sent = [place for place in range(MAX_STEPS) if f"first_day_{place}" in (given or ())]
        self.shown = max([min(len(steps) + self.SPARE, MAX_STEPS), *(one + 1 for one in sent)])
        super().__init__(given, data=data, revision=revision, initial=initial)
        for place in range(self.shown):
            for name in self.NAMES:
                high = LAST_DAY if name.endswith("_day") else WORST_PAIN
                words = {"n": place + 1, "field": FIELDS[name]}
                self.fields[f"{name}_{place}"] = Number(
                    low=0, high=high, required=False, label=_("Step %(n)d, %(field)s") % words
                )
        ask_plainly(self)

    @property
    def rows(self) -> list[StepRow]:
        return [
            StepRow(place + 1, [self[f"{name}_{place}"] for name in self.NAMES])
            for place in range(self.shown)
        ]

    def _row(self, place: int) -> dict[str, Any]:
        return {name: self.cleaned_data.get(f"{name}_{place}") for name in self.NAMES}

    def clean(self) -> None:
        for place in range(self.shown):
            row = self._row(place)
            if all(value is None for value in row.values()):
                continue
            for name in self.NAMES:
                field = f"{name}_{place}"
                # Only the last day may be left open.
                if row[name] is None and name != "last_day" and field not in self.errors:
                    self.add_error(field, _("Fill this in, or leave the whole row empty."))

    def write(self, data: Data) -> None:
        rows = {place: self._row(place) for place in range(self.shown)}
        self._used = [place for place, row in rows.items() if row["first_day"] is not None]
        data["corridor"] = [rows[place] for place in self._used]

    def field_at(self, path: Path) -> str | None:
        match path:
            case ("corridor", int(place), str(name)) if name in self.NAMES:
                return f"{name}_{self._used[place]}"
        return None


def soon(data: Mapping[str, Any], by: date) -> list[tuple[str, date]]:
    """The texts that are to be reviewed up to `by`, by their code, the earliest first."""
    told = [(BEFORE, data[BEFORE]), *((one["code"], one) for one in data["phases"])]
    dates = [(code, date.fromisoformat(one["review_on"])) for code, one in told]
    return sorted(((code, on) for code, on in dates if on <= by), key=lambda one: one[1])
