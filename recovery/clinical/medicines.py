"""Medicines of one day: morphine milligram equivalents (MME), for staff only, and acetaminophen.

Factors: CDC 2022 (V S55). The CDC warns never to use them to switch a patient between drugs.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

FENTANYL_PATCH = "fentanyl_patch"

MME_FACTORS: Mapping[str, Decimal] = {
    "codeine": Decimal("0.15"),
    FENTANYL_PATCH: Decimal("2.4"),
    "hydrocodone": Decimal(1),
    "hydromorphone": Decimal(5),
    "methadone": Decimal("4.7"),
    "morphine": Decimal(1),
    "oxycodone": Decimal("1.5"),
    "oxymorphone": Decimal(3),
    "tapentadol": Decimal("0.4"),
    "tramadol": Decimal("0.2"),
}


def opioid_total(opioids: Sequence[Mapping[str, Any]]) -> tuple[Decimal | None, bool]:
    """The day's MME and whether it is unknown, from entries of drug, mg per dose, doses in 24 h.

    No opioid at all is 0. One drug without a known factor, strength or count leaves no total:
    part of a sum would read as a low dose. A fentanyl patch gives its strength in mcg/h as `mg`
    and the number worn as `doses`; a patch put on days ago still counts once.
    """
    total = Decimal(0)
    for entry in opioids:
        drug = "_".join(str(entry["drug"]).lower().split())
        factor, mg, doses = MME_FACTORS.get(drug), entry.get("mg"), entry.get("doses")
        if factor is None or mg is None or doses is None:
            return None, True
        count = Decimal(str(doses))
        if drug == FENTANYL_PATCH:
            count = max(count, Decimal(1))
        total += factor * Decimal(str(mg)) * count
    return total, False


def acetaminophen_total(tablets: Sequence[Mapping[str, int]]) -> int:
    """The day's mg, from entries of mg per tablet and tablets in 24 h; none at all is 0."""
    return sum(entry["mg"] * entry["tablets"] for entry in tablets)


def taken(amounts: Iterable[Decimal | int | None], *, unknown: bool = False) -> bool | None:
    """Whether a medicine was taken, by what the answers of one day come to; None: nobody said.

    `unknown` is an amount that cannot be counted: that much was taken.
    """
    given = [amount for amount in amounts if amount is not None]
    return any(given) or unknown if given or unknown else None
