"""How long networks find a text message: by the alphabet of GSM 03.38, else by UTF-16."""

import pytest

from recovery.mails.lengths import DOUBLE, SINGLE, length

LENGTHS = [
    ("", 0, 1, ""),
    ("a" * 160, 160, 1, ""),
    ("a" * 161, 161, 2, ""),
    ("a" * 306, 306, 2, ""),
    ("a" * 307, 307, 3, ""),
    ("ñ¿¡ü" * 40, 160, 1, ""),
    # Two places each.
    ("€" * 80, 80, 1, ""),
    ("€" * 81, 81, 2, ""),
    # 76 of them fill 152 places of 153, and none is cut in two.
    ("€" * 153, 153, 3, ""),
    ("á" + "a" * 69, 70, 1, "á"),
    ("á" + "a" * 70, 71, 2, "á"),
    ("á" + "a" * 133, 134, 2, "á"),
    ("í" + "a" * 134 + "íá", 137, 3, "íá"),
    ("🙂" * 35, 35, 1, "🙂"),
    # 33 of them fill 66 places of 67.
    ("🙂" * 67, 67, 3, "🙂"),
]


@pytest.mark.parametrize(("words", "characters", "parts", "beyond"), LENGTHS)
def test_a_text_is_counted_as_networks_do(words, characters, parts, beyond):
    assert length(words) == (characters, parts, beyond)


def test_the_alphabet_is_whole():
    assert (len(SINGLE), len(DOUBLE)) == (127, 10)
