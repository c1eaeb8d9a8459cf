"""Which question stands where on the page of a check-in form."""

from collections.abc import Iterator
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from recovery.clinical.checkinforms import ACTIVITY, FORMS, MEDICINE, USUAL_STATE, WOUND, LogPart
from recovery.forms.checkins import Asked, CheckInForm
from recovery.forms.fields import Choice, Number, Rating, Ticks, YesNo
from recovery.forms.layout import (
    Part,
    Question,
    changes,
    compare_with,
    legs,
    opioids,
    plain_helper,
    silence,
    spot_on_back,
)

TITLES = {
    USUAL_STATE.key: _("Your legs, bladder and bowel"),
    MEDICINE.key: _("Medicine and activity"),
    WOUND.key: _("The spot on your back"),
    ACTIVITY.key: _("What you do"),
}
# The first that fits; Rating and YesNo are choices, and so come before them.
DRAWN = (
    (Rating, "rating"),
    (YesNo, "seg"),
    (Ticks, "ticks"),
    (Choice, "opts"),
    (Number, "number"),
)


def checkin_helper(form: CheckInForm, *, warn: bool = True) -> FormHelper:
    """Every part that has a question to show, numbered; `warn` shows emergency texts at once."""
    parts = list(_parts(form))
    helper = plain_helper()
    helper.layout = Layout(
        *(
            Part(number, title, *questions, hint=hint, of=len(parts))
            for number, (title, hint, questions) in enumerate(parts, start=1)
        )
    )
    if not warn:
        silence(helper)
    return helper


def _parts(form: CheckInForm) -> Iterator[tuple[Any, Any, list[Any]]]:
    shown = {instrument.key: instrument for instrument in form.instruments}
    for section in FORMS[form.form]:
        if isinstance(section, LogPart):
            hint = compare_with(form.day) if section == USUAL_STATE else ""
            yield TITLES[section.key], hint, _log_questions(section, form.day)
        elif instrument := shown.pop(section, None):
            yield _instrument_part(form, instrument)
    for instrument in shown.values():
        yield _instrument_part(form, instrument)


def _instrument_part(form: CheckInForm, instrument: Any) -> tuple[Any, Any, list[Any]]:
    questions = [
        _question(form, one)
        for one in form.asked
        if one.instrument is instrument and (instrument.key, one.item.link_id) in form.enabled
    ]
    return instrument.title.in_language(get_language() or "en"), "", questions


def _log_questions(part: LogPart, day: int) -> list[Any]:
    if part == USUAL_STATE:
        return [legs(day), *changes()]
    if part == MEDICINE:
        return [opioids(), Question("opts", "activity_level")]
    if part == WOUND:
        return [spot_on_back()]
    return [
        Question("opts", "activity_level"),
        Question("number", "walk_minutes"),
        Question("seg", "pt_done"),
    ]


def _question(form: CheckInForm, one: Asked) -> Question:
    field = form.fields[one.name]
    drawn = next((name for kind, name in DRAWN if isinstance(field, kind)), "words")
    return Question(drawn, one.name)
