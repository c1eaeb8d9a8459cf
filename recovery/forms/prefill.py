"""From a stored log back to the form, for a correction."""

from typing import Any

from recovery.forms.fields import NONE
from recovery.forms.logs import BLEEDING, PLAIN, WOUND, YES_SIGNS
from recovery.forms.questions import OPIOID_ROWS
from recovery.models import DailyLog

HEADACHES = {
    "mild": ["headache_mild"],
    "severe": ["headache_severe"],
    "worse_upright": ["headache_upright"],
}


def answers_of(log: DailyLog) -> dict[str, Any]:
    """The form's initial values for correcting a stored log."""
    initial: dict[str, Any] = {
        name: value for name in PLAIN if (value := getattr(log, name)) not in (None, "")
    }
    initial |= {
        "log_date": log.log_date,
        "revision": log.revision,
        "free_text": log.free_text,
        "temp_value": log.temp_value,
        "temp_unit": log.temp_unit,
        "acetaminophen_mg": log.acetaminophen_mg,
    }
    return initial | _ticks_of(log) | _opioids_of(log)


def _ticks_of(log: DailyLog) -> dict[str, Any]:
    signs = [name for name in YES_SIGNS if getattr(log, name)]
    signs += HEADACHES.get(log.headache, [])
    answered = log.headache or any(getattr(log, name) is not None for name in YES_SIGNS)
    spot = [*(log.wound or []), *([log.bleeding] if log.bleeding not in ("", "none") else [])]
    spot = [sign for sign in spot if sign in WOUND or sign in BLEEDING]
    looked = log.wound is not None or log.bleeding
    return {
        "signs": signs or ([NONE] if answered else []),
        "spot": bool(spot) if looked else None,
        "spot_signs": spot,
    }


def _opioids_of(log: DailyLog) -> dict[str, Any]:
    if log.opioids is None:
        return {}
    initial: dict[str, Any] = {"opioids_taken": bool(log.opioids)}
    for row, entry in zip(OPIOID_ROWS, log.opioids, strict=False):
        initial |= {
            f"opioid_{row}_{part}": value if part == "drug" else f"{value:g}"
            for part, value in entry.items()
        }
    return initial
