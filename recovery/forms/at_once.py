"""What to do at once after an answer on paper, which nobody reads the moment it is given.

The rules themselves are asked, about a log with that answer alone: paper and screen cannot differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from recovery.clinical import logfields
from recovery.clinical.plan import RuleChange
from recovery.clinical.rules import CALL_NOW, Advice, Profile, Severity, advice, assess, precedence
from recovery.forms.fields import NONE
from recovery.forms.layout import NEW, Question
from recovery.forms.logs import LogForm
from recovery.forms.signs import EMERGENCY_SIGNS, RAISED_SIGNS
from recovery.wording import say

# Which leg it is counts only with a sign that is new.
TOGETHER_WITH = {"leg_side": {"leg_pain_status": NEW}}
# What no single box says: after which input, an example that fires the rule, and the sign in words.
MEASURED: dict[str, tuple[dict[str, Any], Any]] = {
    "signs": (
        {"headache": "severe", "neck_stiff_or_confused": True},
        EMERGENCY_SIGNS["R08"][0],
    ),
    "temp_value": ({"temp_c": Decimal("39.4")}, EMERGENCY_SIGNS["R05"][0]),
    "acetaminophen_tablets": ({"acetaminophen_mg": 4001}, RAISED_SIGNS["R21"][0]),
}


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A text of the rules, its numbers still in braces, and after what it is to be followed: boxes
    of the question, or a sign in words.
    """

    answers: tuple[str, ...]
    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class AtOnceTexts:
    """What the rules say of the answers of one patient about one day."""

    form: LogForm
    profile: Profile
    changes: Sequence[RuleChange]

    def after(self, question: Question) -> tuple[AtOnce, ...]:
        found: dict[Advice, list[str]] = {}
        for field in question.fields:
            for code, label in self._boxes(field):
                told = self._told(self._answered(field, code))
                if told:
                    found.setdefault(told, []).append(str(label))
        worst_first = sorted(found, key=lambda told: precedence(told.severity, told.rule_id or ""))
        texts = [AtOnce(tuple(found[told]), "", say(told.text)) for told in worst_first]
        for field in question.fields:
            if field in MEASURED:
                example, sign = MEASURED[field]
                told = self._told(example)
                if told:
                    texts.append(AtOnce((), str(sign), say(told.text)))
        return tuple(texts)

    def _boxes(self, field: str) -> Iterable[tuple[str, Any]]:
        choices = getattr(self.form.fields[field], "choices", ())
        return [choice for choice in choices if choice[0] not in ("", NONE)]

    def _answered(self, field: str, code: str) -> dict[str, Any]:
        """The log of somebody who fills in nothing else."""
        given = {field: [code] if field in ("signs", "spot_signs") else code}
        on = self.form.reported_on
        assert on is not None
        form = LogForm(
            given | TOGETHER_WITH.get(field, {}),
            procedure_on=self.form.procedure_on,
            dates=(on, on),
            fixed=on,
        )
        form.is_valid()
        clean, _errors = logfields.sift(form.answers)
        return clean

    def _told(self, log: dict[str, Any]) -> Advice | None:
        told = advice(assess(self.profile, (), log | {"day": self.form.day}, self.changes))
        now = told.severity == Severity.EMERGENCY or told.rule_id in CALL_NOW
        return told if now else None


def after_words(told: AtOnce, questions: int) -> str:
    """When the text is to be followed; `questions` is of how many it speaks."""
    if told.sign:
        return f"{told.sign}:"
    answers = _(" or ").join(_("“%(answer)s”") % {"answer": answer} for answer in told.answers)
    if questions == 1:
        return _("If you answer %(answers)s:") % {"answers": answers}
    words = {"answers": answers, "n": questions}
    return _("If you answer %(answers)s to one of the next %(n)s questions:") % words
