"""The daily log as a form: it reads answers, says what is wrong or missing, and stores nothing."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recovery.clinical.logfields import FIELDS, missing_fields
from recovery.clinical.medicines import opioid_total
from recovery.forms import words
from recovery.forms.fields import NONE
from recovery.forms.questions import (
    ASK_AGAIN,
    OPIOID_ROWS,
    THAT_DAY,
    TICK_THAT_DAY,
    Questions,
    opioid_row,
)

YES_SIGNS = tuple(
    code for code, _label in words.SIGNS if code != NONE and not code.startswith("headache_")
)
WOUND = tuple(code for code, _label in words.WOUND)
# Worst first: of several ticks the log keeps the worst.
BLEEDING = tuple(code for code, _label in reversed(words.BLEEDING))
# Read as they stand; every other field of the log is read from a list or from several inputs.
PLAIN = (
    "pain_avg",
    "pain_worst",
    "pain_controlled",
    "leg_pain",
    "leg_pain_status",
    "leg_weakness",
    "leg_numbness",
    "leg_side",
    "saddle",
    "bladder",
    "bowel",
    "chest_or_breath",
    "chills",
    "nsaid_taken",
    "activity_level",
    "walk_minutes",
    "pt_done",
    "sleep",
)
# The question at which a field of the log is asked, where that is not the field itself.
ASKED_AT = dict.fromkeys((*YES_SIGNS, "headache"), "signs") | {
    "wound": "spot",
    "bleeding": "spot",
}


class LogForm(Questions):
    """One day's report.

    `dates` are the earliest and the latest date that may be reported; `fixed` is the date of a
    check-in's link, which the page then does not ask for. About a day before `today` (without it
    the latest date) the questions ask as of a day that is over. After validation `answers` holds
    the clean ones under the names of DailyLog, also when the form as a whole is refused: the
    emergency rules run on them. `wrong` and `missing` name the questions that refused it.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        procedure_on: date,
        dates: tuple[date, date],
        fixed: date | None = None,
        today: date | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, auto_id="%s", **kwargs)
        self.procedure_on, self.dates, self.fixed = procedure_on, dates, fixed
        self.answers: dict[str, Any] = {}
        self.missing: list[str] = []
        self.wrong: list[str] = []
        for row in OPIOID_ROWS:
            self.fields |= opioid_row(row)
        self.today = today or dates[1]
        self.that_day = (fixed or self._given_date() or self.today) < self.today
        if self.that_day:
            for name, label in THAT_DAY.items():
                self.fields[name].label = label

    # What a page and a service ask of the form
    # -----------------------------------------

    @property
    def reported_on(self) -> date | None:
        """The date of the log; None while it is refused. Unbound: the one the page starts with."""
        if self.fixed:
            return self.fixed
        if not self.is_bound:
            return self.initial.get("log_date")
        return None if self.has_error("log_date") else self.cleaned_data["log_date"]

    @property
    def day(self) -> int:
        """The day that decides what is asked; today's where the date is refused."""
        return ((self.reported_on or self.dates[1]) - self.procedure_on).days

    @property
    def dates_newest_first(self) -> list[date]:
        """The two dates to choose from when the one that was sent is refused."""
        return [self.dates[1], self.dates[0]]

    @property
    def opioid_rows(self) -> list[list[forms.BoundField]]:
        return [
            [self[f"opioid_{row}_{part}"] for part in ("drug", "mg", "doses")]
            for row in OPIOID_ROWS
        ]

    @property
    def filled_from(self) -> int | None:
        """The stored revision the page was filled from; None for a blank page."""
        typed = str(self["revision"].value())
        return int(typed) if re.fullmatch(r"\d{1,4}", typed) else None

    @property
    def saves_incomplete(self) -> bool:
        """Whether the person asked to save without the answers that are missing."""
        return "save_incomplete" in self.data

    def problems(self) -> list[dict[str, str]]:
        """Each message with the id of the first input it is about, in the page's order."""
        found = []
        for name in self.fields:
            inputs = self[name].subwidgets if name in self.errors else []
            target = "log_date_0" if name == "log_date" else inputs and inputs[0].id_for_label
            found += [{"target": target, "text": text} for text in self.errors.get(name, [])]
        return found

    # Cleaning
    # --------

    def clean_log_date(self) -> date | None:
        if self.fixed:
            return None
        first, last = self.dates
        given = self._given_date()
        if given is None:
            # Translators: %(first)s and %(last)s are dates like "Wed, Nov 18".
            raise forms.ValidationError(
                _("You can log for %(last)s or %(first)s.")
                if last - first == timedelta(1)
                else _("Choose a date from %(first)s to %(last)s."),
                params={"first": _day_name(first), "last": _day_name(last)},
            )
        return given

    def _given_date(self) -> date | None:
        """The date that the page was sent with or begins with, if it may be reported."""
        try:
            given = date.fromisoformat(str(self["log_date"].value()).strip())
        except ValueError:
            return None
        return given if self.dates[0] <= given <= self.dates[1] else None

    def clean(self) -> None:
        given = self.cleaned_data
        self.answers = {name: given[name] for name in PLAIN if given.get(name) is not None}
        self.answers |= self._signs() | self._spot() | self._temperature()
        self.answers |= self._acetaminophen() | self._opioids()
        if given.get("free_text"):
            self.answers["free_text"] = given["free_text"]
        average, worst = self.answers.get("pain_avg"), self.answers.get("pain_worst")
        if average is not None and worst is not None and worst < average:
            del self.answers["pain_worst"]
            self.add_error(
                "pain_worst",
                _("Your worst pain cannot be lower than your average pain, %(average)s.")
                % {"average": average},
            )
        self.wrong = list(self.errors)
        self._ask_again()

    def unanswered(self) -> list[str]:
        """Fields of the log that must be answered and are not."""
        return missing_fields(self.day, self.answers)

    def _ask_again(self) -> None:
        asked = dict.fromkeys(ASKED_AT.get(name, name) for name in self.unanswered())
        self.missing = [name for name in asked if name not in self.errors]
        if not self.saves_incomplete:
            for name in self.missing:
                tick = name == "signs" and self.that_day
                self.add_error(name, TICK_THAT_DAY if tick else ASK_AGAIN[name])

    def _signs(self) -> dict[str, Any]:
        """The list of signs. One that is ticked counts, whatever else is ticked."""
        ticked = self.cleaned_data.get("signs")
        if not ticked:
            return {}
        found = {name: True for name in YES_SIGNS if name in ticked}
        # The log holds one kind of headache. The rules treat both alike, and that it depends on
        # sitting up tells staff more.
        if "headache_upright" in ticked:
            found["headache"] = "worse_upright"
        elif "headache_severe" in ticked:
            found["headache"] = "severe"
        elif "headache_mild" in ticked:
            found["headache"] = "mild"
        if not found:
            return dict.fromkeys(YES_SIGNS, False) | {"headache": "none"}
        if NONE in ticked:
            self.add_error(
                "signs", _("You checked “None of these” and something else. Uncheck one.")
            )
            return found
        return dict.fromkeys(YES_SIGNS, False) | {"headache": "none"} | found

    def _spot(self) -> dict[str, Any]:
        """The spot on the back. Ticks count, also those left over under a "No"."""
        said, ticked = self.cleaned_data.get("spot"), self.cleaned_data.get("spot_signs") or []
        wound = [sign for sign in WOUND if sign in ticked]
        bleeding = next((sign for sign in BLEEDING if sign in ticked), "none")
        if wound or bleeding != "none":
            if said is False or NONE in ticked:
                self.add_error(
                    "spot", _("You said nothing is there, and checked something. Which is it?")
                )
            return {"wound": wound, "bleeding": bleeding}
        if said and NONE in ticked:
            self.add_error("spot", _("You said yes, and checked “None of these”. Which is it?"))
            return {}
        if said is False or NONE in ticked:
            return {"wound": [], "bleeding": "none"}
        if said:
            self.add_error("spot", _("Check the boxes for what you see at the spot on your back"))
        return {}

    def _temperature(self) -> dict[str, Any]:
        value, unit = (self.cleaned_data.get(name) for name in ("temp_value", "temp_unit"))
        if value is None or self.has_error("temp_unit"):
            return {}
        if not unit:
            self.add_error("temp_value", _("Choose °F or °C for your temperature"))
            return {}
        if not words.is_body_temperature(value, unit):
            self.add_error("temp_value", words.not_a_temperature(value, unit))
            return {}
        return {"temp_value": value, "temp_unit": unit}

    def _acetaminophen(self) -> dict[str, int]:
        tablets, strength, total = (
            self.cleaned_data.get(f"acetaminophen_{part}") for part in ("tablets", "strength", "mg")
        )
        if tablets == 0 and total is None:
            return {"acetaminophen_mg": 0}
        if tablets is not None and strength:
            counted = tablets * int(strength)
            if counted != int(counted):
                self.add_error(
                    "acetaminophen_tablets",
                    _("%(tablets)s tablets are not a whole number of mg. Write all of it in mg.")
                    % {"tablets": tablets},
                )
                return {}
            if total is not None and total != counted:
                self.add_error(
                    "acetaminophen_mg",
                    _("The tablets add up to %(counted)s mg, and you wrote %(total)s mg.")
                    % {"counted": counted, "total": total},
                )
                return {}
            total = counted
        elif tablets is not None and total is None:
            if not self.has_error("acetaminophen_strength"):
                self.add_error("acetaminophen_strength", _("Choose the strength of one tablet"))
            return {}
        if total is not None and total > FIELDS["acetaminophen_mg"].high:
            self.add_error("acetaminophen_tablets", _("Check the number of tablets"))
            return {}
        return {} if total is None else {"acetaminophen_mg": int(total)}

    def _opioids(self) -> dict[str, list[dict[str, Any]]]:
        taken = self.cleaned_data.get("opioids_taken")
        rows = {row: entry for row in OPIOID_ROWS if (entry := self._opioid(row))}
        if taken is False and rows:
            self.add_error(
                "opioids_taken", _("You said no, and wrote down a medicine. Which is it?")
            )
            return {}
        if (
            taken
            and not rows
            and not any(self.has_error(f"opioid_{row}_drug") for row in OPIOID_ROWS)
        ):
            self.add_error("opioid_1_drug", _("Write down which medicine you took"))
        if taken is False:
            return {"opioids": []}
        total, _unknown = opioid_total([*rows.values()])
        if total is not None and total > FIELDS["opioid_mme"].high:
            largest = max(rows, key=lambda row: opioid_total([rows[row]])[0])
            self.add_error(f"opioid_{largest}_doses", _("Check the dose and how many"))
            return {}
        return {"opioids": [*rows.values()]} if rows else {}

    def _opioid(self, row: int) -> dict[str, Any] | None:
        drug, mg, doses = (
            self.cleaned_data.get(f"opioid_{row}_{part}") for part in ("drug", "mg", "doses")
        )
        if not drug:
            if mg is not None or doses is not None:
                self.add_error(f"opioid_{row}_drug", _("Choose which medicine this was"))
            return None
        entry = {"drug": drug, "mg": mg, "doses": doses}
        return {part: value for part, value in entry.items() if value is not None}


def _day_name(on: date) -> str:
    return date_format(on, gettext("D, M j"))
