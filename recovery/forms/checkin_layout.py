"""Which question stands where on the page of a check-in form."""

from collections.abc import Iterator
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from recovery.clinical.checkinforms import ACTIVITY, FORMS, MEDICINE, USUAL_STATE, WOUND, LogPart
from recovery.clinical.instruments.items import Item, walk
from recovery.forms.checkins import LINES, Asked, CheckInForm, lines_of, read_of
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
from recovery.wording import asked

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


class Stem(LayoutObject):
    """What a group of questions says before them all, such as the time they ask about."""

    def __init__(self, words: str) -> None:
        self.words, self.fields = words, []

    def render(self, form: Any, context: Any, template_pack: str = TEMPLATE_PACK, **_: Any) -> str:
        return render_to_string("log/stem.html", {"words": self.words})


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
    title = asked(instrument.title)
    if instrument.scorer == LINES:
        return (
            title,
            "",
            [Question("ticks", lines_of(instrument)), Question("ticks", read_of(instrument))],
        )
    return title, "", list(_own_questions(form, instrument))


def _own_questions(form: CheckInForm, instrument: Any) -> Iterator[Any]:
    """Those that are shown, each group's words before the first of them."""
    above = {item.link_id: groups for _path, item, groups in walk(instrument.items)}
    told: tuple[Item, ...] = ()
    for one in form.asked:
        link_id = one.item.link_id
        if one.instrument is not instrument or (instrument.key, link_id) not in form.enabled:
            continue
        groups = above[link_id]
        for depth, group in enumerate(groups, start=1):
            if group.text.base and groups[:depth] != told[:depth]:
                yield Stem(asked(group.text))
        told = groups
        yield _question(form, one)


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
