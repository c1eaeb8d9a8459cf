from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from recovery.models import Patient
from recovery.services import addresses
from tests.cast import NOW, make_recovery

pytestmark = pytest.mark.django_db


def test_what_failed_since_a_moment_works_again(clinic, nurse, capsys) -> None:
    failed = []
    for hour in range(3):
        recovery = make_recovery(clinic, now=NOW)
        addresses.address_failed(recovery.messages.first(), now=NOW + timedelta(hours=hour))
        failed.append(recovery)
    call_command("addresses_work", (NOW + timedelta(hours=1)).isoformat())
    assert "2 patients get mails again." in capsys.readouterr().out
    assert Patient.objects.get(address_fails_at__isnull=False) == failed[0].patient
    for recovery in failed:
        recovery.refresh_from_db()
    assert [recovery.queue_rank for recovery in failed] == [4, 5, 5]


@pytest.mark.parametrize("since", ["yesterday", "2026-13-45T10:00"])
def test_a_moment_that_is_none_is_refused(db, since: str) -> None:
    with pytest.raises(CommandError, match="no date with a time"):
        call_command("addresses_work", since)
