"""What the manager reads of a clinic's own questionnaires."""

from django import template
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from recovery.clinical.checkinforms import FORMS, instrument_keys
from recovery.clinical.instruments.shipped import PGIC
from recovery.forms.questionnaires import SCORERS
from recovery.models import Questionnaire
from recovery.queries.checkins import NAMES, ScoreRow
from recovery.wording import asked

register = template.Library()
NAMED = dict(SCORERS)


@register.filter
def scorer_name(scorer: str) -> str:
    return str(NAMED.get(scorer, scorer)) if scorer else _("No score")


@register.filter
def score_words(score: ScoreRow) -> str:
    """The score; of the overall change the answer's own words beside its number."""
    [question] = PGIC.items
    if score.instrument != PGIC.key or not score.score:
        return score.score
    option = question.option(int(score.score))
    return f"{score.score}, {asked(option.text)}" if option else score.score


@register.filter
def asked_in(row: Questionnaire) -> str:
    """The forms that ask it: in the place of ours, or because its manager said so."""
    forms = [form for form in FORMS if form in row.forms or row.key in instrument_keys(form)]
    return capfirst(", ".join(str(NAMES[form]) for form in forms)) or _("In no form")
