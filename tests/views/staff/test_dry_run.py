"""The page that says what will go out. That it says what the engine then does is proved in
tests/services/test_foresight.py.
"""

import pytest

from recovery.models import Message, Patient, Recovery
from tests.cast import user_of
from tests.views.staff.conftest import EMERGENCY, NOW, report, someone
from tests.views.staff.test_ledger import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(clinic, nurse, now) -> Recovery:
    """Ruth Keller on day 1, to whom nothing was owed yet."""
    found = someone(clinic, "Ruth", "Keller")
    Message.objects.all().delete()
    return found


def test_the_dry_run_says_what_goes_out_until_tomorrow_noon(as_nurse, recovery):
    page = text(as_nurse, "dry_run")
    assert 'value="2026-03-06T12:00"' in page
    going, not_going = page.split('id="h-not"')
    assert "Ruth Keller" in going
    assert "Thu Mar 5, 17:0" in going
    assert "English" in going
    # To whom, so that it can be told from a caregiver's, and no address to copy.
    address = user_of(recovery).email
    assert address not in page
    assert f"{address[0]}••••@example.org" in going
    Patient.objects.update(address_fails_at=NOW)
    page = text(as_nurse, "dry_run")
    going, not_going = page.split('id="h-not"')
    assert "Keller" not in going
    assert "The address fails" in not_going
    assert Message.objects.count() == 0


def test_what_tells_staff_each_hour_is_one_line(as_nurse, second_nurse, recovery):
    report(recovery, **EMERGENCY)
    page = text(as_nurse, "dry_run")
    before, staff = page.split('id="h-staff"')
    assert "Jonas" not in before
    assert "Nora, Jonas" in staff
    assert "more times" in staff
    # The alert's own, and all that follow it.
    assert staff.count("Ruth Keller") == 2


def test_a_page_that_would_be_too_long_says_what_it_leaves_out(as_nurse, recovery, monkeypatch):
    someone(recovery.clinic, "Otto", "Later")
    monkeypatch.setattr("recovery.views.staff.dry_run.LISTED", 1)
    assert "3 more are not shown" in text(as_nurse, "dry_run", until="2026-03-06T06:00")
    monkeypatch.setattr("recovery.views.staff.dry_run.LOOKED_AT", 1)
    assert "1 follow-up is left out here." in text(as_nurse, "dry_run")


def test_the_dry_run_is_of_the_clinic(as_nurse, recovery, neighbour):
    assert "Private" not in text(as_nurse, "dry_run")


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("", "Say until when."),
        ("noon", "Enter a date and time"),
        ("2026-03-05T10:00", "Choose a time ahead."),
        ("2026-03-13T10:00", "At most 7 days ahead"),
        ("2026-03-08T02:30", "it may not exist"),
        ("0001-01-01T00:00", "Choose a time ahead."),
        ("9999-12-31T23:59", "At most 7 days ahead"),
        ("\0", "Enter a date and time"),
    ],
)
def test_a_time_that_is_none_is_told_beside_the_field(as_nurse, recovery, until, words):
    page = text(as_nurse, "dry_run", until=until)
    assert words in page
    assert "Error:" in page
    assert 'id="h-going"' not in page
