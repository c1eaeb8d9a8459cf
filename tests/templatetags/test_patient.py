"""What a page adds to the words that a patient reads: a drawing, a number's bold, a degree sign."""

import pytest

from recovery.clinical.education import BEFORE_TEXT, PHASE_TEXTS
from recovery.templatetags.care import ICONS
from recovery.templatetags.patient import drawing, with_numbers

ADVICE = [
    line
    for text in (*PHASE_TEXTS, BEFORE_TEXT)
    for name in ("good_now", "wait_with", "expect", "benefits", "about")
    for line in getattr(text, name, ())
]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Rest. Staff watch you for 1 to 2 hours.", "pause"),
        ("Ask staff for help when you first stand up.", "person"),
        ("Ask someone to take you home.", "car"),
        ("Never drive after an opioid.", "car"),
        ("Your legs can feel numb from the local medicine for a few hours.", "wave"),
        ("Do not wait. Get help now: see Warning signs.", "em"),
        ("Print the card with the warning signs. Put it where you see it.", "print"),
        ("We ask you once a day how you are.", "pen"),
        ("Start physical therapy when we say so.", "walk"),
        ("Heavy lifting and sport: ask us first.", "weight"),
        ("Medicine to relax you can make you sleepy for the rest of the day.", "pill"),
        ("Acetaminophen is also called Tylenol.", "dot"),
        ("A scan shows a change in the bone. Doctors call it Modic type 1 or 2.", "dot"),
        ("The plan we gave you says how much to walk and lift.", "weight"),
        ("A new fall or a fever still matters. Call us.", "phone"),
        ("Relief can take up to a month. Not everyone gets better.", "clock"),
        ("Do a little more each day, by the plan we gave you.", "flow"),
    ],
)
def test_a_drawing_says_what_its_line_says(line: str, shown: str) -> None:
    assert drawing(line) == shown
    assert shown in ICONS


def test_an_arrow_that_rises_stands_only_where_more_is_meant() -> None:
    rising = [line for line in ADVICE if drawing(line) == "flow"]
    assert rising == ["Do a little more each day, by the plan we gave you."]


def test_a_temperature_has_its_degree_sign_and_stands_on_one_line() -> None:
    said = "If it is 100.4 F (38.0 C) or higher, call us. Vitamin C is fine, 10 C."
    assert with_numbers(said, {}) == (
        "If it is 100.4\xa0°F (38.0\xa0°C) or higher, call us. Vitamin C is fine, 10 C."
    )
