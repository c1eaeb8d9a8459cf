"""What holds for all scores and all responses: exact, in order, the same both ways."""

import dataclasses
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from recovery.clinical.instruments import composite, response, rmdq_marks, rounded
from recovery.clinical.instruments.response import POINTS
from recovery.clinical.instruments.scoring import nrs, odi, odi_percent, peg, peg_sum, rmdq

# The same draw in every run, however slow the machine is.
steady = settings(deadline=None, derandomize=True)

RATING = st.integers(0, 10)
PEG = st.lists(RATING, min_size=3, max_size=3)
SECTIONS = st.lists(st.none() | st.integers(0, 5), min_size=10, max_size=10)
TICKS = st.lists(st.integers(1, 24), max_size=40)
PERCENT = st.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10)
AMOUNTS = {
    "NRS": RATING,
    "PEG": st.integers(0, 30),
    "RMDQ": st.integers(0, 24),
    "ODI": PERCENT,
}
PAIRS = st.sampled_from(sorted(AMOUNTS)).flatmap(
    lambda name: st.tuples(st.just(name), AMOUNTS[name], AMOUNTS[name])
)
EXACT = (int, Fraction, str, type(None))


def no_float(value) -> bool:
    return all(isinstance(part, EXACT) for part in dataclasses.astuple(value))


@steady
@given(PEG, st.integers(0, 2), RATING)
def test_a_higher_rating_never_lowers_the_peg(ratings, place, other):
    changed = [other if n == place else rating for n, rating in enumerate(ratings)]
    one, two = sorted((ratings, changed), key=sum)
    assert peg(one).total <= peg(two).total
    assert Decimal(peg(one).shown) <= Decimal(peg(two).shown)


@steady
@given(PEG)
def test_the_peg_is_shown_within_a_twentieth_of_its_mean(ratings):
    shown = Fraction(peg(ratings).shown)
    assert abs(shown - Fraction(sum(ratings), 3)) <= Fraction(1, 20)
    assert peg(ratings) == peg(list(reversed(ratings))) == peg_sum(sum(ratings))


@steady
@given(st.lists(st.none() | RATING, max_size=3))
def test_a_peg_with_an_answer_missing_has_no_score(ratings):
    complete = len([rating for rating in ratings if rating is not None]) == 3
    assert (peg(ratings).total is None) != complete


@steady
@given(TICKS, st.integers(1, 24))
def test_one_more_tick_adds_one_line_at_most_and_order_is_nothing(ticked, line):
    before, after = rmdq(ticked).total, rmdq([*ticked, line]).total
    assert after - before in {0, 1}
    assert rmdq(sorted(ticked)) == rmdq(ticked) == rmdq(ticked * 2)
    assert 0 <= after <= 24


@steady
@given(SECTIONS, st.integers(0, 9))
def test_a_section_that_is_worse_never_lowers_the_odi(sections, place):
    if sections[place] in {None, 5}:
        return
    worse = [*sections[:place], sections[place] + 1, *sections[place + 1 :]]
    assert odi(sections).basis < odi(worse).basis <= 100


@steady
@given(SECTIONS)
def test_the_odi_is_a_proportion_of_what_was_answered(sections):
    given_ = [value for value in sections if value is not None]
    found = odi(sections)
    assert found.answered == len(given_)
    if given_:
        assert found.basis * 5 * len(given_) == 100 * sum(given_)
        assert odi(given_) == found


@steady
@given(st.one_of(PEG.map(peg), TICKS.map(rmdq), SECTIONS.map(odi), RATING.map(nrs)))
def test_no_score_holds_a_float(found):
    assert no_float(found)


@steady
@given(PERCENT)
def test_a_percent_with_one_decimal_is_shown_as_it_is(percent):
    assert Decimal(odi_percent(percent).shown) == percent


@steady
@given(PAIRS)
def test_change_is_the_same_both_ways_and_improving_is_never_worse(pair):
    name, first, later = pair
    there, back = response(name, first, later), response(name, later, first)
    assert there.change == -back.change
    assert there.mid == back.worse
    assert there.worse == back.mid
    assert not (there.mid and there.worse)
    assert there.mid == (Fraction(first) - Fraction(later) >= POINTS[name])
    assert no_float(there)


@steady
@given(PAIRS)
def test_percent_marks_are_decided_on_exact_numbers(pair):
    name, first, later = pair
    found = response(name, first, later)
    if first == 0:
        assert (found.percent, found.r30, found.r50) == (None, None, None)
        return
    fell = Fraction(first) - Fraction(later)
    assert found.r30 == (10 * fell >= 3 * Fraction(first))
    assert found.r50 == (2 * fell >= Fraction(first))
    assert found.r30 or not found.r50
    assert Fraction(found.percent) == Fraction(rounded(100 * fell / Fraction(first), 1))


@steady
@given(st.integers(1, 100))
def test_exactly_30_and_50_percent_count(tenth):
    assert response("ODI", Fraction(tenth), Fraction(7 * tenth, 10)).r30 is True
    assert response("ODI", Fraction(tenth), Fraction(7 * tenth + 1, 10)).r30 is False
    assert response("ODI", Fraction(tenth), Fraction(tenth, 2)).r50 is True


@steady
@given(PAIRS, st.booleans())
def test_without_one_of_the_two_nothing_is_told(pair, baseline):
    name, first, later = pair
    found = response(name, first, None) if baseline else response(name, None, later)
    assert set(dataclasses.astuple(found)) == {None}


@steady
@given(AMOUNTS["RMDQ"], AMOUNTS["RMDQ"])
def test_recovered_lies_within_the_target(first, later):
    marks = rmdq_marks(first, later)
    assert marks.target or not marks.recovered
    assert marks.hard_to_measure == (first < 4 or (first > 20 and later > first))


@steady
@given(PERCENT, PERCENT, RATING, RATING)
def test_the_composite_needs_both_falls(odi_first, odi_later, pain_first, pain_later):
    falls = (odi_first - odi_later, pain_first - pain_later)
    assert composite(*falls) == (falls[0] >= 15 and falls[1] >= 2)


@steady
@given(st.decimals(-1000, 1000, places=6), st.integers(0, 4))
def test_half_rounds_away_from_zero_and_nothing_is_minus_zero(value, places):
    shown = rounded(value, places)
    assert Decimal(shown) == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert not (shown.startswith("-") and Decimal(shown) == 0)
