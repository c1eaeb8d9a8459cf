"""JSON as it was written: no number goes through a float, and no answer is given twice."""

import json
from decimal import Decimal
from typing import Any, NoReturn

from recovery.clinical.logfields import LogError


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise LogError(twice, f"{twice[:40]} is given twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise LogError(name, f"{name} is not a number")


DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)
# It looks at the keys of every object, and is slower.
STRICT_DECODER = json.JSONDecoder(
    object_pairs_hook=_unambiguous, parse_float=Decimal, parse_constant=_no_constant
)
