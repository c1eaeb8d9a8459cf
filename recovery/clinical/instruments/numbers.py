"""Exact numbers: whole numbers and fractions, never floats. Rounding is for display alone."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from recovery.clinical.logfields import Field, LogError, check, quoted

Amount = int | Fraction

# What a typed score may have before and after its point: a limit of storage, not of medicine.
WHOLE_DIGITS, DECIMALS = 6, 4
MAX_DIGITS = 100
_ONES = {1: "one decimal"}


def rounded(value: Amount | Decimal, places: int = 0) -> str:
    """The value with so many decimals, half away from zero: 16/3 is 5.3, -6.25 is -6.3."""
    exact = Fraction(value)
    scale = 10**places
    units = (2 * abs(exact.numerator) * scale + exact.denominator) // (2 * exact.denominator)
    whole, rest = divmod(units, scale)
    sign = "-" if exact < 0 and units else ""
    return f"{sign}{whole}.{rest:0{places}}" if places else f"{sign}{whole}"


def plain(value: Amount | Decimal) -> Amount:
    """The same number, as an int wherever it is whole."""
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact


def as_typed(value: Amount | Decimal) -> str:
    """A typed number as its writer wrote it, without zeros that say nothing."""
    exact = Fraction(value)
    exactly = (n for n in range(DECIMALS) if (exact * 10**n).denominator == 1)
    return rounded(exact, next(exactly, DECIMALS))


def check_number(field: Field, value: Any, decimals: int = DECIMALS) -> Decimal:
    """A number in the field's range with at most so many decimals; a refusal names both.

    Without a range any number is taken whose digits can be stored.
    """
    number = Decimal(check(Field(field.name, "decimal"), value))
    said = f"{field.name} {quoted(value)}"
    most = "" if decimals == 0 else f"at most {_ONES.get(decimals, f'{decimals} decimals')}"
    wanted = ", with ".join(part for part in (_range(field), most) if part)
    below = field.low is not None and number < field.low
    if below or (field.high is not None and number > field.high):
        raise LogError(field.name, f"{said} is outside {wanted}")
    if number and number.adjusted() >= WHOLE_DIGITS:
        raise LogError(field.name, f"{said} has more than {WHOLE_DIGITS} digits before its point")
    exponent = number.as_tuple().exponent
    # The first test spares the second a number of a million digits.
    if int(exponent) < -MAX_DIGITS or (Fraction(number) * 10**decimals).denominator != 1:
        wrong = f"has too many decimals, wanted is {wanted}" if most else "is not a whole number"
        raise LogError(field.name, f"{said} {wrong}")
    return number


def _range(field: Field) -> str:
    """What is known of the range; one end of it may be open."""
    if field.low is not None and field.high is not None:
        return field.range
    if field.low is not None:
        return f"{field.low} or more"
    return "" if field.high is None else f"{field.high} or less"
