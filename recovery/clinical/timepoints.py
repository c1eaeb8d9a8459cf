"""The time points at which outcomes are asked, and the scales whose change is an outcome."""

from collections.abc import Mapping
from decimal import Decimal

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.plan import DEFAULT_PLAN

BASELINE = "baseline"
# The day that gives each form its name, in the order of the days; a clinic may ask it on another.
DAYS: Mapping[str, int] = {
    slot.form: slot.day for slot in DEFAULT_PLAN.slots if slot.form not in (BASELINE, *LOG_FORMS)
}
# From 0 to this; a score beyond it was counted on another scale and is compared with nothing.
HIGHEST: Mapping[str, int] = {"NRS": 10, "PEG": 30, "RMDQ": 24, "ODI": 100}
PGIC = "PGIC"
PGIC_STATES = range(1, 8)
# What was told of opioids within so many days of a time point speaks for it. A judgement: logs are
# weekly then.
OPIOIDS_WITHIN = 7
FIRST_WEEK, FIRST_FORTNIGHT = range(1, 8), range(1, 15)


def on_scale(instrument: str, total: Decimal) -> bool:
    """Whether it can be a score of an outcome's scale at all."""
    if instrument == PGIC:
        return total in PGIC_STATES
    return instrument in HIGHEST and 0 <= total <= HIGHEST[instrument]
