"""Which question stands where on the page of the daily log, by the day it is about.

Fields whose day has passed stand in a closed "Anything else?", so that no sign can go unreported
(docs/protocol.md).
"""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from recovery.clinical.logfields import asked_window
from recovery.clinical.logfields.fields import STRONG_PAIN
from recovery.forms import words as wording
from recovery.forms.questions import OPIOID_ROWS

PARTS = 4
MARKS = ("trips", "opens", "new", "long", "head", "neck")
STRONG = tuple(str(pain) for pain in range(STRONG_PAIN, 11))
CANNOT_STAND = "cannot_stand_or_lift_foot"
NEW = "new_or_worse"
# New weakness is an emergency up to this day (R02), later a call today (R11).
WEAKNESS_IS_EMERGENCY_TO = 14


class Question(LayoutObject):
    """One question and what belongs to it, drawn by `templates/log/<template>.html`.

    The template finds the first field as `field` with its `errors`, all of them as `parts`, whether
    any is `wrong`, and the rest of the arguments by name: `trips` are the answers that show the
    emergency text of rule `now` at once, `opens` those that open the follow-up, `new` those that
    ask which leg, `long` those too long to stand side by side; one of `head` with one of `neck`
    shows the text of rule `now_both`; `low` and `high` stand at the ends of a scale.
    """

    def __init__(self, template: str, *fields: str, **words: Any) -> None:
        self.template, self.fields = template, list(fields)
        ends = {"low": wording.NO_PAIN, "high": wording.WORST_PAIN}
        self.words = dict.fromkeys(MARKS, ()) | ends | words

    def render(self, form: Any, context: Any, template_pack: str = TEMPLATE_PACK, **_: Any) -> str:
        form.rendered_fields.update(self.fields)
        parts = [form[name] for name in self.fields]
        own = {
            "field": parts[0],
            "parts": parts,
            "errors": parts[0].errors,
            "wrong": any(part.errors for part in parts),
            "form": form,
            **self.words,
        }
        return render_to_string(f"log/{self.template}.html", context.flatten() | own)


class Part(LayoutObject):
    """A numbered heading and the questions under it."""

    def __init__(
        self, number: int, title: Any, *fields: Any, hint: Any = "", of: int = PARTS
    ) -> None:
        self.fields = list(fields)
        self.heading = {"number": number, "of": of, "title": title, "hint": hint}

    def render(self, form: Any, context: Any, template_pack: str = TEMPLATE_PACK, **_: Any) -> str:
        inside = self.get_rendered_fields(form, context, template_pack)
        return render_to_string("log/part.html", self.heading) + inside


class More(LayoutObject):
    """Questions that need no answer, closed until one of them has an answer or an error."""

    def __init__(self, title: Any, hint: Any, *fields: Any) -> None:
        self.title, self.hint, self.fields = title, hint, list(fields)

    def render(self, form: Any, context: Any, template_pack: str = TEMPLATE_PACK, **_: Any) -> str:
        names = [pointer.name for pointer in self.get_field_names()]
        inside = self.get_rendered_fields(form, context, template_pack)
        touched = any(form[name].value() or form[name].errors for name in names)
        words = {"title": self.title, "hint": self.hint, "inside": inside, "open": touched}
        return render_to_string("log/more.html", words)


def plain_helper() -> FormHelper:
    """Of a form whose tag, token and errors its page writes."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = False
    return helper


def log_helper(day: int, *, warn: bool = True, anticoagulated: bool = False) -> FormHelper:
    """The page's questions for a log about `day`; `warn` shows emergency texts at once, those of
    R06 also for a soaked dressing where the patient is known to be `anticoagulated`.
    """
    helper = plain_helper()
    spot = spot_on_back(anticoagulated=anticoagulated)
    helper.layout = Layout(
        Part(1, _("Pain"), Question("pain", "pain_avg", "pain_controlled", opens=STRONG)),
        _legs(day),
        _safety(day),
        _fever(day, spot),
        *_anything_else(day, spot),
        _more(),
    )
    if not warn:
        silence(helper)
    return helper


def silence(helper: FormHelper) -> None:
    """Leave out the texts that a patient sees at once."""
    for question in _questions(helper.layout):
        question.words |= {"now": "", "now_both": ""}


def _questions(layout: Iterable[Any]) -> Iterable[Question]:
    for item in layout:
        if isinstance(item, Question):
            yield item
        elif isinstance(item, LayoutObject):
            yield from _questions(item.fields)


def _asked(name: str, day: int) -> bool:
    first, last = asked_window(name) or (None, None)
    return (first is None or first <= day) and (last is None or day <= last)


def _legs(day: int) -> Part:
    return Part(2, _("Your legs"), legs(day), hint=compare_with(day))


def compare_with(day: int) -> Any:
    if day < 0:
        return _("Compare with the last few weeks.")
    return _("Compare with the weeks before your procedure.")


def legs(day: int) -> Div:
    trips = (CANNOT_STAND, NEW) if day <= WEAKNESS_IS_EMERGENCY_TO else (CANNOT_STAND,)
    new = (NEW, CANNOT_STAND)
    return Div(
        Question("leg_pain", "leg_pain_status", "leg_pain", new=new, opens=(NEW,)),
        Question("seg", "leg_weakness", new=new, trips=trips, now="R02", long=(CANNOT_STAND,)),
        Question("seg", "leg_numbness", new=new),
        Question("seg", "leg_side", trips=("both",), now="R03", extra="ic-side"),
        css_class="ic-legs",
    )


def changes() -> list[Question]:
    """Feeling between the legs, bladder, bowel."""
    return [
        Question("seg", name, trips=("yes",), now="R01") for name in ("saddle", "bladder", "bowel")
    ]


def _safety(day: int) -> Part:
    return Part(
        3,
        _("Safety questions"),
        *changes(),
        Question("seg", "chest_or_breath", trips=("yes",), now="R04"),
        *([_signs()] if _asked("fall", day) else []),
        hint=_("Only what is new since your procedure.") if day >= 0 else _("Only what is new."),
    )


def _signs() -> Question:
    return Question(
        "signs",
        "signs",
        trips=("allergy_severe", "hard_to_wake"),
        now="R07",
        head=("headache_severe", "headache_upright"),
        neck=("neck_stiff_or_confused",),
        now_both="R08",
    )


def spot_on_back(*, anticoagulated: bool = False) -> Question:
    trips = ("wont_stop", "soaks_dressing") if anticoagulated else ("wont_stop",)
    return Question("spot", "spot", "spot_signs", opens=("yes",), trips=trips, now="R06")


def _fever(day: int, spot: Question) -> Part:
    asked = _asked("wound", day)
    return Part(
        4,
        _("Fever and the spot on your back") if asked else _("Fever"),
        *([spot] if asked else []),
        Question("temperature", "temp_value", "temp_unit"),
        Question("seg", "chills"),
    )


def _anything_else(day: int, spot: Question) -> list[More]:
    late = [
        *([] if _asked("fall", day) else [_signs()]),
        *([] if _asked("wound", day) else [spot]),
    ]
    if not late:
        return []
    return [More(_("Anything else?"), _("A fall, a headache, your skin, other signs"), *late)]


def opioids() -> Question:
    rows = [f"opioid_{row}_{part}" for row in OPIOID_ROWS for part in ("drug", "mg", "doses")]
    return Question("opioids", "opioids_taken", *rows, opens=("yes",))


def _more() -> More:
    return More(
        _("More, if you like"),
        _("Worst pain, medicine, walking, sleep, a note"),
        Question("scale", "pain_worst"),
        Question(
            "acetaminophen",
            "acetaminophen_tablets",
            "acetaminophen_strength",
            "acetaminophen_mg",
            title=wording.ACETAMINOPHEN,
            that_day=wording.ACETAMINOPHEN_THAT_DAY,
            hint=wording.ACETAMINOPHEN_HINT,
        ),
        Question("seg", "nsaid_taken"),
        opioids(),
        Question("opts", "activity_level"),
        Question("number", "walk_minutes"),
        Question("seg", "pt_done"),
        Question("scale", "sleep", low=_("very bad"), high=_("very well")),
        Question("note", "free_text"),
    )
