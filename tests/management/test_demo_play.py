"""Seeding the demo: for demo mode alone, the same for the same seed, at any hour."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from recovery.management.demo.people import PASSWORD
from recovery.management.demo.script import Entry, steps
from recovery.models import Clinic, Patient
from recovery.services import demo
from tests.management.story import NOW, SEED


@pytest.mark.django_db
def test_it_refuses_outside_demo_mode(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo mode alone"):
        call_command("demo")
    assert not Clinic.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        lambda: demo.give_password(users=[], password=PASSWORD),
        lambda: demo.add_caregiver(patient=Patient(), name="", email="a@example.org"),
        lambda: demo.settle_mails(now=NOW),
    ],
)
def test_its_services_refuse_too(settings: Any, write: Any) -> None:
    settings.DEMO = False
    with pytest.raises(RuntimeError):
        write()


def test_another_seed_tells_another_story() -> None:
    assert _pains(SEED) == _pains(SEED)
    assert _pains(SEED) != _pains(SEED + 1)


def _pains(seed: int) -> list[int]:
    logs = [step.what for step in steps(now=NOW, seed=seed) if isinstance(step.what, Entry)]
    return [log.values["pain_avg"] for log in logs]


def test_a_moment_of_the_real_clock_makes_no_step_later_than_itself() -> None:
    assert max(step.at for step in steps(now=NOW, seed=SEED)) <= NOW
