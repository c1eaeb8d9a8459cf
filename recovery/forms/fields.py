"""Fields that refuse what a page cannot send, and keep what was typed.

A browser sends one value for a set of radios. Two are refused rather than one of them chosen.
"""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

YES_NO = (("no", _("No")), ("yes", _("Yes")))
NONE = "none"
# Years that can be asked about. Beyond them a moment has no place in every zone.
FIRST_YEAR, LAST_YEAR = 2000, 2100
WHOLE = re.compile(r"[+-]?\d{1,9}")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
# People in many countries write a comma where others write a point.
POINTED = re.compile(r"[+-]?\d{1,9}([.,](\d+))?")


class _OneAnswer:
    """Of a widget: the value, or the list of them when several came for this one question."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        values = _all_of(data, name)
        return values if len(values) > 1 else (values[0] if values else None)


class Radios(forms.RadioSelect):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        values = [value for value in _all_of(data, name) if value != ""]
        return values if len(values) > 1 else (values[0] if values else None)


class Dropdown(_OneAnswer, forms.Select):
    pass


class OneLine(_OneAnswer, forms.TextInput):
    """One line of text, in which two values stand side by side so that neither is lost."""

    def format_value(self, value: Any) -> str | None:
        return super().format_value(" ".join(value) if isinstance(value, list) else value)


class Lines(_OneAnswer, forms.Textarea):
    """As OneLine, one below the other."""

    def format_value(self, value: Any) -> str | None:
        return super().format_value("\n".join(value) if isinstance(value, list) else value)


class Day(forms.DateField):
    """A date from FIRST_YEAR to LAST_YEAR, both within."""

    default_error_messages = {"year": _("Write a year from %(first)s to %(last)s.")}

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise forms.ValidationError(
                self.error_messages["year"],
                code="year",
                params={"first": FIRST_YEAR, "last": LAST_YEAR},
            )


def short(value: str) -> str:
    """What was sent, short enough to stand in a message."""
    return value if len(value) <= 40 else f"{value[:40]}…"


def _all_of(data: Any, name: str) -> list[str]:
    if hasattr(data, "getlist"):
        return data.getlist(name)
    return [data[name]] if data.get(name) is not None else []


class Choice(forms.ChoiceField):
    """One of a few answers, none of them chosen beforehand."""

    widget = Radios
    default_error_messages = {
        "invalid_choice": _("Choose one of the answers. “%(value)s” is not one of them."),
        "several": _("Choose one answer only."),
    }

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            raise forms.ValidationError(self.error_messages["several"], code="several")
        return super().to_python(value) or None

    def validate(self, value: Any) -> None:
        if value is not None and not self.valid_value(value):
            raise forms.ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": short(value)},
            )


class Note(forms.CharField):
    widget = Lines
    default_error_messages = {"several": _("This came twice. Send one text only.")}

    def to_python(self, value: Any) -> str | None:
        if isinstance(value, list):
            raise forms.ValidationError(self.error_messages["several"], code="several")
        return super().to_python(value)


class YesNo(Choice):
    """No or yes, in this order everywhere: who answers fast looks for "No" in one place."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=YES_NO, **kwargs)

    def clean(self, value: Any) -> bool | None:
        answer = super().clean(value)
        return None if answer is None else answer == "yes"

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return value


class Rating(Choice):
    """A whole number from 0 to 10, as eleven tiles."""

    default_error_messages = {
        "invalid_choice": _("Choose a number from 0 to 10. “%(value)s” is not one of them."),
        "several": _("Choose one number only."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(str(n), str(n)) for n in range(11)], **kwargs)

    def clean(self, value: Any) -> int | None:
        answer = super().clean(value)
        return None if answer is None else int(answer)


class Ticks(forms.MultipleChoiceField):
    """A list in which "none of these" is an answer of its own and nothing ticked is no answer.

    A sign ticked together with "none of these" is refused by the form, which still counts it.
    """

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        "invalid_choice": _("Choose from the list. “%(value)s” is not in it."),
    }

    def clean(self, value: Any) -> list[str] | None:
        return super().clean(value) or None


class Number(forms.Field):
    """A number in a range with at most `places` after its point, as people type it ("38,2",
    "5,000").

    A comma counts only where it can mean one thing: it parts thousands in a whole number, and is
    the point of a decimal one. "5,000" in a field that takes decimals could be both.
    """

    widget = OneLine
    default_error_messages = {
        "invalid": _("Write a number, like %(like)s. “%(value)s” is not a number we can read."),
        "whole": _("Write a whole number, like %(like)s. “%(value)s” is not one."),
        "ambiguous": _(
            "“%(value)s” can mean two numbers. Write it without a comma, like %(like)s."
        ),
        "tenths": _("Write one digit after the point at most, like %(like)s."),
        "places": _("Write %(places)s digits after the point at most, like %(like)s."),
        "range": _("Write a number from %(low)s to %(high)s."),
        "several": _("Write one number only."),
    }

    def __init__(
        self,
        *,
        low: Decimal | int | None = None,
        high: Decimal | int | None = None,
        places: int = 0,
        like: str = "",
        **kwargs: Any,
    ) -> None:
        self.low, self.high, self.places = low, high, places
        self.like = like or ("0.5" if places else "20")
        super().__init__(**kwargs)
        self.widget.attrs["inputmode"] = "decimal" if places else "numeric"
        self.widget.attrs["autocomplete"] = "off"

    def to_python(self, value: Any) -> Decimal | int | None:
        if isinstance(value, list):
            raise forms.ValidationError(self.error_messages["several"], code="several")
        typed = str("" if value is None else value).strip()
        if not typed:
            return None
        number = self._pointed(typed) if self.places else self._whole(typed)
        if self.low is not None and self.high is not None and not self.low <= number <= self.high:
            raise self._wrong("range", low=self.low, high=self.high)
        return number

    def _whole(self, typed: str) -> int:
        if THOUSANDS.fullmatch(typed):
            return int(typed.replace(",", ""))
        if WHOLE.fullmatch(typed):
            return int(typed)
        looks_like_one = not re.search(r"[^\d.,+-]", typed)
        raise self._wrong("whole" if looks_like_one else "invalid", value=short(typed))

    def _pointed(self, typed: str) -> Decimal:
        if THOUSANDS.fullmatch(typed):
            raise self._wrong("ambiguous", value=short(typed))
        found = POINTED.fullmatch(typed)
        if found is None:
            raise self._wrong("invalid", value=short(typed))
        if len(found[2] or "") > self.places:
            raise self._wrong("tenths" if self.places == 1 else "places", places=self.places)
        return Decimal(typed.replace(",", "."))

    def _wrong(self, code: str, **words: Any) -> forms.ValidationError:
        return forms.ValidationError(
            self.error_messages[code], code=code, params={"like": self.like, **words}
        )
