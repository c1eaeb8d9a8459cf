"""The cast: two clinics, their staff and their patients. All of them are invented.

The telephone numbers are of the range that is kept for fiction (555-0100 to 555-0199).
"""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from recovery.clinical import plan
from recovery.management.demo.steps import Case
from recovery.models import Role

PASSWORD = "demo-demo-demo"  # noqa: S105 - printed for everybody who starts a demo
NUMBERS = {"emergency_number": "911", "poison_phone": "1-800-222-1222", "crisis_phone": "988"}
# Clinics are a month older than their first patient.
FOUNDED = timedelta(days=30)
ANSWERS = {"yes": True, "no": False, "?": None}


@dataclass(frozen=True, slots=True)
class Member:
    key: str
    name: str
    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class House:
    """A clinic with its staff, of which the first is its first manager, and its patients."""

    name: str
    mail_name: str
    zone: str
    # The numbers of clinic and patients differ in the last four digits alone.
    phones: str
    staff: tuple[Member, ...]
    cases: tuple[Case, ...]
    # The clinic's own setting; invented like the clinic, no source stands behind it.
    corridor: tuple[plan.Step, ...] = ()

    @property
    def nurse(self) -> str:
        """The key of the nurse who enrols."""
        return next(member.key for member in self.staff if member.role == Role.NURSE)

    def phone(self, last: int) -> str:
        return f"{self.phones}-{last:04}"


def _cast(prefix: str) -> tuple[Case, ...]:
    """The patients of cast.csv whose record number begins so: longest followed first."""
    with Path(__file__).with_name("cast.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_case(row) for row in csv.DictReader(file) if row["number"].startswith(prefix))


def _case(row: dict[str, str]) -> Case:
    """In the file "?" is not known."""
    return Case(
        number=row["number"],
        given=row["given"],
        family=row["family"],
        born=date.fromisoformat(row["born"]),
        email=row["email"],
        day=int(row["day"]),
        at=row["at"],
        baseline=None if row["baseline"] == "?" else int(row["baseline"]),
        course=row["course"],
        answers=row["answers"],
        flare=int(row["flare"]),
        mme=None if row["mme"] == "?" else Decimal(row["mme"]),
        drug=row["drug"],
        anticoagulated=ANSWERS[row["anticoagulated"]],
        osteoporosis=ANSWERS[row["osteoporosis"]],
        usual=tuple(row["usual"].split()),
        levels=row["levels"],
        surgeon=row["surgeon"],
        zone=row["zone"],
        caregiver=row["caregiver"],
        caregiver_email=row["caregiver_email"],
    )


NORTHGATE = House(
    name="Northgate Spine Clinic",
    mail_name="Northgate Clinic",
    zone="America/New_York",
    phones="518-555",
    staff=(
        Member("manager", "Priya Nambiar", "manager@northgate.example", Role.MANAGER),
        Member("nurse1", "Nora Reyes", "nurse1@northgate.example", Role.NURSE),
        Member("nurse2", "Jo Adeyemi", "nurse2@northgate.example", Role.NURSE),
        Member("clinician1", "Mia Aldana", "clinician1@northgate.example", Role.CLINICIAN),
        Member("clinician2", "Samir Haddad", "clinician2@northgate.example", Role.CLINICIAN),
    ),
    cases=_cast("NS-"),
    corridor=(
        plan.Step(0, 3, 3, 8),
        plan.Step(4, 7, 3, 7),
        plan.Step(8, 14, 2, 6),
        plan.Step(15, None, 1, 5),
    ),
)
HARBOR = House(
    name="Harbor Spine",
    mail_name="Harbor Clinic",
    zone="America/Los_Angeles",
    phones="310-555",
    staff=(
        Member("harbor_manager", "Owen Castellano", "manager@harbor.example", Role.MANAGER),
        Member("harbor_nurse", "Hana Ito", "nurse@harbor.example", Role.NURSE),
    ),
    cases=_cast("HS-"),
)
HOUSES = (NORTHGATE, HARBOR)
