"""Which instruments a form asks: those that ship with the product, by key."""

from recovery.clinical.checkinforms import FACTS, instrument_keys
from recovery.clinical.instruments import SHIPPED, Instrument

KNOWN = {**SHIPPED, FACTS.key: FACTS}


def instruments_of(form: str, *, staff: bool) -> list[Instrument]:
    """The form's instruments in their order; score entry is for staff alone."""
    found = [KNOWN[key] for key in instrument_keys(form)]
    return [one for one in found if staff or not one.staff_only]
