"""Each mail and text message with invented data, so that staff see what goes out before it does.

Its links lead nowhere: they name no patient and no check-in that there is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recovery.mails.build import MINUTES, Mail, address, code_mail, compose
from recovery.mails.texts import reminder
from recovery.models import Clinic
from recovery.queries.digest import Waiting
from recovery.wording import Speech

TO = "name@example.com"
CODE = "482913"
NOBODY = UUID(int=0)
# As long as one that opens something.
SHORT_CODE = "0" * 32
# Name of the sample: what staff call it, and whether a patient gets it.
SAMPLES: Mapping[str, tuple[Promise, bool]] = {
    "reminder": (_("Reminder"), True),
    "reminders": (_("Reminder, two forms open"), True),
    "invitation": (_("Invitation of a patient"), True),
    "code": (_("Sign-in code"), True),
    "alert": (_("Alert"), False),
    "escalation": (_("Alert, again"), False),
    "digest": (_("Morning mail"), False),
    "password": (_("Invitation of staff"), False),
}
# Name of the sample: what staff call it, and how many minutes its answer takes if that is
# known. Patients get both.
TEXTS: Mapping[str, tuple[Promise, int | None]] = {
    "text": (_("Text message: reminder of a log"), MINUTES["daily"]),
    "text_form": (_("Text message: reminder of a form"), None),
}


def sample(name: str, *, clinic: Clinic, speech: Speech, now: datetime) -> Mail:
    """The mail as this clinic would send it now. KeyError for a name that is not in SAMPLES."""
    _title, to_patient = SAMPLES[name]
    if name == "code":
        return code_mail(to=TO, code=CODE, clinic=clinic, speech=speech, now=now)
    template, context = MADE[name](now)
    return compose(
        template,
        context,
        clinic=clinic,
        to=TO,
        to_patient=to_patient,
        speech=speech,
        zone=clinic.zone,
        now=now,
    )


def sample_text(name: str, *, clinic: Clinic, speech: Speech) -> str:
    """The text message, likewise. KeyError for a name that is not in TEXTS."""
    _title, minutes = TEXTS[name]
    return reminder(clinic, code=SHORT_CODE, minutes=minutes, speech=speech)


def _link(*, other: bool = False) -> str:
    return address(f"/c/{NOBODY.hex}{'-2' if other else ''}/")


def _reminder(now: datetime, *, others: int = 0) -> tuple[str, dict[str, Any]]:
    return "reminder", {
        "link": _link(),
        "others": [_link(other=True)] * others,
        "minutes": None if others else MINUTES["daily"],
        "later_link": f"{_link()}later/",
        "stop_link": address(f"/u/{NOBODY.hex}/"),
        "due_at": now + timedelta(hours=3),
        "expires_at": now + timedelta(hours=19),
    }


def _staff(now: datetime) -> dict[str, Any]:
    return {"link": address("/staff/"), "choose_link": address("/staff/me/")}


MADE: Mapping[str, Callable[[datetime], tuple[str, dict[str, Any]]]] = {
    "reminder": _reminder,
    "reminders": lambda now: _reminder(now, others=1),
    "invitation": lambda _now: ("invitation", {"link": address("/sign-in/")}),
    "alert": lambda now: ("alert", {**_staff(now), "again": False}),
    "escalation": lambda now: ("alert", {**_staff(now), "again": True}),
    "digest": lambda now: (
        "digest",
        {**_staff(now), "waiting": Waiting(reviews=2, calls=1, overdue=3)},
    ),
    "password": lambda _now: ("password", {"link": address("/staff/welcome/")}),
}
