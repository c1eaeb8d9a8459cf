"""Text messages in tests: the folder of the file backend, and providers that fail."""

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from recovery.models import Consent, Patient, Recovery
from recovery.services.sms import FileBackend, Text
from recovery.services.smtp import Answer

MOBILE = "+12025550142"


class Texts:
    """What the file backend has kept, the oldest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def all(self) -> list[dict[str, str]]:
        paths = sorted(self.folder.glob("*.json"))
        return [json.loads(path.read_text(encoding="utf-8")) for path in paths]

    @property
    def numbers(self) -> list[str]:
        return [one["recipient"] for one in self.all]


@pytest.fixture
def texts(settings: Any, tmp_path: Path) -> Texts:
    """Text messages are sent in this test, into files of its own."""
    settings.SMS_BACKEND = "recovery.services.sms.FileBackend"
    settings.SMS_FOLDER = tmp_path / "texts"
    return Texts(settings.SMS_FOLDER)


def by_text(recovery: Recovery, channels: str = "sms", **columns: Any) -> Recovery:
    """The patient agreed to texts, and has a number."""
    Patient.objects.filter(pk=recovery.patient_id).update(
        channels=channels, **{"mobile": MOBILE} | columns
    )
    Consent.objects.filter(patient=recovery.patient_id, withdrawn_at=None).update(sms_ok=True)
    recovery.refresh_from_db()
    return recovery


class Provider(FileBackend):
    """A clinic's own, as SMS_BACKEND names it: answers as told, and keeps what it accepts."""

    answer: ClassVar[Answer | Exception] = Answer.ACCEPTED
    away: ClassVar[bool] = False

    def open(self) -> None:
        if type(self).away:
            raise RuntimeError("nobody there")
        super().open()

    def send(self, text: Text) -> Answer:
        answer = type(self).answer
        if isinstance(answer, Exception):
            raise answer
        return super().send(text) if answer is Answer.ACCEPTED else answer


class NoProvider:
    """Not a subclass of SmsBackend."""


__all__ = ["MOBILE", "NoProvider", "Provider", "Texts", "by_text", "texts"]
