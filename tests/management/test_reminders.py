"""`manage.py reminders --dry-run`: what will go out, by record number alone."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from recovery.models import Message, Patient
from tests.cast import NOW, make_recovery

pytestmark = pytest.mark.django_db
UNTIL = "2026-03-03 17:30"


@pytest.fixture(autouse=True)
def now(set_clock) -> None:
    """Monday evening in New York."""
    set_clock(NOW)


def said(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("reminders", *arguments, stdout=out)
    return out.getvalue().splitlines()


def patient(clinic, number: str, **more):
    return make_recovery(
        clinic, day=5, now=NOW, patient={"record_number": number, "family_name": "Keller"} | more
    )


def test_it_lists_what_goes_out_and_what_does_not_and_why(clinic, nurse):
    patient(clinic, "A1")
    patient(clinic, "B2", address_fails_at=NOW)
    Message.objects.all().delete()
    lines = said("--until", UNTIL, "--dry-run")
    fails, about = "The address fails", "reminder  DAY-06 (reminder 1)"
    assert lines == [
        "Northgate Spine Clinic, until 2026-03-03 17:30 America/New_York",
        "Will go out: 1",
        "  2026-03-03 17:00  America/New_York  A1  en  email  reminder  DAY-06 (reminder 1)",
        "Will not go out: 1",
        f"  2026-03-03 17:00  America/New_York  B2  en  email  {about}: {fails}",
    ]
    assert not Message.objects.exists()


def test_it_names_nobody(clinic, nurse):
    recovery = patient(clinic, "A1")
    text = "\n".join(said("--until", UNTIL, "--dry-run"))
    assert recovery.patient.family_name not in text
    assert "@" not in text


def test_each_clinic_is_read_in_its_own_zone_or_one_alone(clinic, harbor, nurse):
    patient(clinic, "A1")
    patient(harbor, "H1")
    both = said("--until", UNTIL, "--dry-run")
    assert "Harbor Spine, until 2026-03-03 17:30 America/Los_Angeles" in both
    one = said("--until", UNTIL, "--dry-run", "--clinic", "Harbor Spine")
    assert "H1" in "".join(one)
    assert "A1" not in "".join(one)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--until", UNTIL], "Say --dry-run"),
        (["--until", "noon", "--dry-run"], '"noon" is no time'),
        (["--until", "2026-02-30 12:00", "--dry-run"], "is no time"),
        (["--until", "2026-03-01 12:00", "--dry-run"], "is not ahead"),
        (["--until", "0001-01-01 00:00", "--dry-run"], "is n"),
        (["--until", UNTIL, "--dry-run", "--clinic", "Nowhere"], "There is no clinic Nowhere."),
    ],
)
def test_what_it_cannot_do_is_one_line(clinic, arguments, words):
    with pytest.raises(CommandError, match=words):
        said(*arguments)


def test_a_recovery_that_cannot_be_read_is_told_and_the_status_is_not_0(clinic, nurse):
    patient(clinic, "A1")
    bad = patient(clinic, "B2")
    Patient.objects.filter(pk=bad.patient_id).update(zone="Mars/Phobos")
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="1 recoveries cannot be read"):
        call_command("reminders", "--until", UNTIL, "--dry-run", stdout=out, stderr=err)
    assert "A1" in out.getvalue()
    assert "B2" in err.getvalue()
