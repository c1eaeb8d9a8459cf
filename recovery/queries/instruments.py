"""Which instruments a form asks: those that ship with the product, and a clinic's own.

A version that was loaded never changes, so each process keeps what it has read.
"""

from functools import lru_cache

from recovery.clinical.checkinforms import FACTS, instrument_keys
from recovery.clinical.instruments import SHIPPED, Instrument
from recovery.clinical.ownforms import restored
from recovery.models import Clinic, FormResponse, Questionnaire

KNOWN = {**SHIPPED, FACTS.key: FACTS}


@lru_cache(maxsize=64)
def own_instrument_of(questionnaire_id: int) -> Instrument:
    row = Questionnaire.objects.get(pk=questionnaire_id)
    return restored(row.definition, key=row.key, version=row.version, scorer=row.scorer)


def instruments_of(form: str, *, staff: bool, clinic: Clinic) -> list[Instrument]:
    """The form's instruments in their order, the clinic's own in the place of ours, then those it
    has added to the form. Score entry is for staff alone.
    """
    own = {
        key: (pk, forms)
        for key, pk, forms in Questionnaire.objects.in_use()
        .filter(clinic=clinic)
        .order_by("key")
        .values_list("key", "pk", "forms")
    }
    added = (key for key, (_pk, forms) in own.items() if form in forms)
    found = [
        own_instrument_of(own[key][0]) if key in own else KNOWN[key]
        for key in (*instrument_keys(form), *added)
    ]
    return [one for one in found if staff or not one.staff_only]


def instruments_for(response: FormResponse) -> list[Instrument]:
    """Those that were asked when the response was started, in the versions of that day.

    A response goes on with them, and is shown with them, whatever the clinic has loaded since.
    """
    asked: dict[str, str] = response.instruments
    own = {
        (key, version): pk
        for key, version, pk in Questionnaire.objects.filter(
            clinic=response.recovery.clinic_id, key__in=asked
        ).values_list("key", "version", "pk")
    }
    order = (key for key in instrument_keys(response.checkin.form) if key in asked)
    keys = dict.fromkeys((*order, *sorted(asked)))
    return [
        own_instrument_of(pk) if (pk := own.get((key, asked[key]))) else KNOWN[key] for key in keys
    ]


def instruments_for_staff(
    form: str, *, clinic: Clinic, begun: FormResponse | None
) -> list[Instrument]:
    """What staff enter: all that the form asks today, but what `begun` asked in its versions."""
    now = instruments_of(form, staff=True, clinic=clinic)
    then = {one.key: one for one in instruments_for(begun)} if begun else {}
    return [*(then.pop(one.key, one) for one in now), *then.values()]
