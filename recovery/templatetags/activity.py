"""How the activity ledger says what it counted, and the caution that stands beside it."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recovery.clinical.activity import Forecast
from recovery.queries.activity import Counted

register = template.Library()

CAUTIONS = (
    gettext_lazy(
        "A report of days and minutes counted, not advice on billing. Ask your coder what it means."
    ),
    gettext_lazy(
        "Remote therapeutic monitoring needs a device as the FDA defines it (V S41, S42). Whoever"
        " operates this software decides its status; it has no clearance or approval."
    ),
    gettext_lazy(
        "D0 to D10 stand apart: inside the procedure's global period (10 days for 64628: M, not"
        " verified): ask your coder. Whether the operating practitioner may report them is"
        " disputed in the pages read (S43)."
    ),
    gettext_lazy(
        "One practitioner for a patient and period (V S43); not together with remote physiological"
        " monitoring (V)."
    ),
    gettext_lazy(
        "Tests: 98985, 2 to 15 different days with data that the patient entered, and 98977, 16 to"
        " 30, in a 30-day period from the first such day; 98979, 10 to 19 minutes in a calendar"
        " month with a real-time contact; 98980, the first 20, which replaces it; 98981, each"
        " further full 20 (V S37-S40)."
    ),
    gettext_lazy(
        "98975, set-up and education once an episode (V S40), is not counted here: its least number"
        " of days in 2026 is not verified."
    ),
    gettext_lazy(
        "Counted as the patient's are days on which the patient sent a log or a form; those of"
        " caregivers and staff stand beside it, and a correction is no day of its own. Live is a"
        " phone call that reached somebody. Minutes in person are not counted: the sources do not"
        " say whether they may be."
    ),
    gettext_lazy(
        "Minutes of phone calls are counted whether or not they reached somebody, those of messages"
        " too. The sources do not say whether time on a call that reached nobody may be reported:"
        " ask your coder."
    ),
    gettext_lazy("CPT codes are copyright of the American Medical Association (V S59)."),
)


@register.filter
def tests_met(counted: Counted) -> str:
    """98980, 98981 x 2; empty for none."""
    return ", ".join(code if n == 1 else f"{code} x {n}" for code, n in counted.codes)


@register.filter
def forecast_words(forecast: Forecast) -> str:
    """16 of 30 in 2 days, or why not."""
    if forecast.in_days is None:
        return ngettext(
            "16 of 30 out of reach: %(missing)d missing, %(left)d day left",
            "16 of 30 out of reach: %(missing)d missing, %(left)d days left",
            forecast.left,
        ) % {"missing": forecast.missing, "left": forecast.left}
    if forecast.in_days == 0:
        return _("16 of 30 today, with an entry")
    return ngettext(
        "16 of 30 in %(n)d day, with an entry each day",
        "16 of 30 in %(n)d days, with an entry each day",
        forecast.in_days,
    ) % {"n": forecast.in_days}
