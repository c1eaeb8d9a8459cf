"""The last days of pain beside a patient in the staff's lists."""

import re

import pytest

from recovery.templatetags.sparkline import sparkline


@pytest.mark.parametrize(
    ("trend", "path"),
    [
        pytest.param([[5, 3], [6, 4]], "M4 24L88 21", id="days next to each other are joined"),
        pytest.param([[5, 3], [8, 4]], "M4 24h0M88 21h0", id="days apart are dots"),
        pytest.param(
            [[1, 3], [2, 4], [5, 0]], "M4 24L25 21 M88 33h0", id="a gap stays, and what is after it"
        ),
    ],
)
def test_every_answer_is_drawn(trend, path):
    assert " ".join(re.findall(r'class="l[^"]*" d="([^"]*)"', sparkline(trend, 6))) == path


@pytest.mark.parametrize("trend", [[], [[5, 3]]])
def test_one_answer_is_no_trend(trend):
    assert sparkline(trend, 6) == ""
