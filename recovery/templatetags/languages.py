"""How the page of a language names the place of a text."""

from django import template
from django.utils.translation import gettext as _

from recovery.clinical.checkinforms import FACTS
from recovery.clinical.instruments import SHIPPED, Instrument
from recovery.clinical.rules import RULES_BY_ID
from recovery.forms import pathway_words as words

register = template.Library()

ASKED = {**SHIPPED, FACTS.key: FACTS}


@register.filter
def told_place(place: str) -> str:
    if not place:
        return _("When no rule fires")
    if place in RULES_BY_ID:
        severity = words.severity_name(RULES_BY_ID[place].severity)
        return _("Rule %(rule)s, %(severity)s") % {"rule": place, "severity": severity.lower()}
    if place in ASKED:
        return _("Questions: %(title)s") % {"title": ASKED[place].title}
    return words.told_name(place)


@register.filter
def title_and_key(instrument: Instrument) -> str:
    """The key once: some titles end with it."""
    title = str(instrument.title)
    return title if instrument.key in title else f"{title} ({instrument.key})"
