from decimal import Decimal
from fractions import Fraction

import pytest

from recovery.clinical.instruments.numbers import as_typed, check_number, plain, rounded
from recovery.clinical.logfields import Field, LogError


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Fraction(16, 3), 1, "5.3"),
        (Fraction(17, 3), 1, "5.7"),
        (Fraction(-25, 4), 1, "-6.3"),
        (Fraction(25, 4), 1, "6.3"),
        (Fraction(-1, 25), 1, "0.0"),
        (Decimal("0.05"), 1, "0.1"),
        (30, 1, "30.0"),
        (Fraction(5, 2), 0, "3"),
        (-3, 0, "-3"),
    ],
)
def test_half_rounds_away_from_zero(value, places, shown):
    assert rounded(value, places) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("43.70"), "43.7"),
        (Decimal(50), "50"),
        (Decimal("-0.1234"), "-0.1234"),
        (Fraction(1, 3), "0.3333"),
    ],
)
def test_a_typed_number_is_shown_as_typed(value, shown):
    assert as_typed(value) == shown


def test_a_whole_number_is_an_int_whatever_it_came_as():
    assert type(plain(Decimal("5.0"))) is int
    assert plain(Decimal("5.5")) == Fraction(11, 2)


@pytest.mark.parametrize(
    ("field", "value", "decimals", "message"),
    [
        (Field("x", "decimal", 0, 100), 104, 1, "x 104 is outside 0-100, with at most one decimal"),
        (
            Field("x", "decimal", 0, 100),
            Decimal("41.27"),
            1,
            "x 41.27 has too many decimals, wanted is 0-100, with at most one decimal",
        ),
        (Field("x", "decimal", 0), -1, 2, "x -1 is outside 0 or more, with at most 2 decimals"),
        (
            Field("x", "decimal", high=9),
            10,
            2,
            "x 10 is outside 9 or less, with at most 2 decimals",
        ),
        (Field("x", "decimal"), 5.5, 0, "x 5.5 is not a whole number"),
        (Field("x", "decimal"), "5", 0, 'x "5" is not a number'),
        (Field("x", "decimal"), float("inf"), 1, "x inf is not a number"),
        (Field("x", "decimal"), 1000000, 0, "x 1000000 has more than 6 digits before its point"),
    ],
)
def test_what_is_refused_names_the_range_and_the_decimals(field, value, decimals, message):
    with pytest.raises(LogError) as refused:
        check_number(field, value, decimals)
    assert (refused.value.field, refused.value.message) == ("x", message)


@pytest.mark.parametrize("value", [41.2, Decimal("41.20"), 0, Decimal("1E+1"), 100])
def test_what_is_in_range_comes_back_exact(value):
    assert check_number(Field("x", "decimal", 0, 100), value, 1) == Decimal(str(value))
