from decimal import Decimal

import pytest

from recovery.clinical.medicines import opioid_total


def opioid(drug, mg, doses):
    return {"drug": drug, "mg": mg, "doses": doses}


@pytest.mark.parametrize(
    ("opioids", "total"),
    [
        pytest.param([], "0", id="none is zero"),
        pytest.param([opioid("hydrocodone", 5, 4)], "20", id="the CDC's first example"),
        pytest.param([opioid("oxycodone", 10, 2)], "30", id="the CDC's second example"),
        pytest.param([opioid("tramadol", 50, 4)], "40", id="tramadol"),
        pytest.param(
            [opioid("oxycodone", 5, 4), opioid("tramadol", 50, 2)], "50", id="two drugs add up"
        ),
        pytest.param([opioid("Hydromorphone", 2, 3)], "30", id="a capital is no other drug"),
        pytest.param([opioid("methadone", 10, 1)], "47", id="methadone"),
        pytest.param([opioid("codeine", 30, 4)], "18", id="codeine"),
        pytest.param([opioid("oxymorphone", 5, 2)], "30", id="oxymorphone"),
        pytest.param([opioid("tapentadol", 50, 2)], "40", id="tapentadol"),
        pytest.param([opioid("morphine", "7.5", 2)], "15", id="numbers stored as text"),
        pytest.param([opioid("fentanyl patch", 25, 1)], "60", id="a patch by its mcg/h"),
        pytest.param([opioid("fentanyl_patch", 25, 0)], "60", id="a patch of the day before"),
        pytest.param([opioid("fentanyl_patch", 12, 2)], "57.6", id="two patches"),
    ],
)
def test_the_total_is_mg_times_doses_times_factor(opioids, total):
    assert opioid_total(opioids) == (Decimal(total), False)


@pytest.mark.parametrize(
    "unknown",
    [
        opioid("buprenorphine", 2, 1),
        opioid("fentanyl", 1, 1),
        opioid("oxycodone", None, 2),
        {"drug": "oxycodone", "mg": 5},
    ],
)
def test_one_unknown_leaves_no_total_at_all(unknown):
    assert opioid_total([opioid("oxycodone", 30, 4), unknown]) == (None, True)
