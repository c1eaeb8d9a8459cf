"""What was told of medicines over many days, in a sentence each."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recovery.queries.days import Day
from recovery.queries.glance import plain


def medicines_told(days: Sequence[Day]) -> list[tuple[str, str]]:
    """Opioids, acetaminophen and NSAID, each with on how many of the days it was taken."""
    return [
        (_("Opioids"), _opioids(days)),
        (_("Acetaminophen"), _acetaminophen(days)),
        (_("NSAID"), _taken([day for day in days if day.nsaid], None)),
    ]


def _opioids(days: Sequence[Day]) -> str:
    told = [day for day in days if day.opioid is not None]
    words = [_taken([day for day in told if day.opioid], len(told))]
    counted = [day for day in told if day.mme is not None]
    if counted:
        last = counted[-1]
        words.append(
            _("Last total %(n)s\u00a0MME on D%(day)d.") % {"n": plain(last.mme), "day": last.day}
        )
    if unknown := sum(day.mme_unknown for day in told):
        words.append(
            ngettext("Total not known on %(n)d day.", "Total not known on %(n)d days.", unknown)
            % {"n": unknown}
        )
    return " ".join(words)


def _acetaminophen(days: Sequence[Day]) -> str:
    told = [day for day in days if day.acetaminophen is not None]
    words = [_taken([day for day in told if day.acetaminophen], len(told))]
    most = max(told, key=lambda day: day.grams or Decimal(0), default=None)
    if most and most.grams:
        words.append(
            _("Most %(n)s\u00a0g, on D%(day)d.") % {"n": plain(most.grams), "day": most.day}
        )
    return " ".join(words)


def _taken(days: Sequence[Day], told: int | None) -> str:
    """On how many days, of how many that were told; None where "none" is not asked for."""
    if told == 0:
        return _("Never answered.")
    if not days:
        if told is None:
            return _("Not told of.")
        return ngettext("None on %(n)d day told.", "None on any of %(n)d days told.", told) % {
            "n": told
        }
    given = {"n": len(days), "told": told, "last": days[-1].day}
    if told is None:
        text = ngettext("On %(n)d day", "On %(n)d days", len(days))
    else:
        text = ngettext("On %(n)d of %(told)d day told", "On %(n)d of %(told)d days told", told)
    return f"{text % given}, {_('last on D%(last)d') % given}."
