from pathlib import Path

from tests.docs.wording import page

FILE = Path(__file__).resolve().parents[2] / "docs" / "wording.md"


def test_the_page_has_the_words_that_patients_read():
    assert FILE.read_text(encoding="utf-8") == page(), (
        "write it again: DEMO=force python -m tests.docs.wording > docs/wording.md"
    )
