"""The answers to a check-in form in words, for the review before sending and for what was sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from recovery.clinical.checkinforms import LOG, log_fields
from recovery.clinical.instruments import Instrument, evaluate
from recovery.clinical.instruments.items import Item
from recovery.clinical.logfields import missing_fields
from recovery.forms import told
from recovery.forms.checkins import LINES
from recovery.forms.logs import ASKED_AT
from recovery.models import DailyLog
from recovery.wording import asked

Sections = Mapping[str, Mapping[str, Any]]


def pairs(answers: Sections, instruments: Sequence[Instrument]) -> list[told.Pair]:
    """Every answer, title and words; a question without an answer is left out."""
    rows = [] if not answers.get(LOG) else told.pairs(DailyLog(**answers[LOG]))
    for instrument in instruments:
        rows += _pairs(instrument, answers.get(instrument.key, {}))
    return rows


def unanswered(form: str, day: int, answers: Sections, instruments: Sequence[Instrument]) -> int:
    """How many of the form's questions were left open, as the patient would count them."""
    own = log_fields(form)
    log = {
        ASKED_AT.get(name, name)
        for name in missing_fields(day, answers.get(LOG, {}))
        if name in own
    }
    return len(log) + sum(
        _open(instrument, answers.get(instrument.key, {})) for instrument in instruments
    )


def _open(instrument: Instrument, answers: Mapping[str, Any]) -> int:
    missing = len(evaluate(instrument, answers).missing)
    # A list of lines is one question: whether all were read.
    return min(missing, 1) if instrument.scorer == LINES else missing


def _pairs(instrument: Instrument, answers: Mapping[str, Any]) -> Iterator[told.Pair]:
    for item in instrument.questions:
        if (answer := answers.get(item.link_id)) is not None:
            yield asked(item.text), _words(item, answer)


def _words(item: Item, answer: Any) -> str:
    if isinstance(answer, bool):
        return _("Yes") if answer else _("No")
    chosen = answer if isinstance(answer, list | tuple) else [answer]
    if item.options:
        found = [item.option(value) for value in chosen]
        return ", ".join(asked(one.text) for one in found if one)
    return str(answer)
