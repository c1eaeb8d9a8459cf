"""Whom an export is about: by record number, or by a pseudonym and with shifted dates."""

import hmac
import random
import secrets
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from recovery.models import Clinic, Recovery

# About so many rows of an export are in memory at once: recoveries are taken together by how many
# days they have logged.
ROWS_AT_ONCE = 3000
RECOVERIES_AT_ONCE = 200
# Of the age at the procedure; above it people are few enough to be known by it.
OLDEST = 89
LONGEST_SHIFT = 364
# A de-identified file ends for each patient at a day of the quarter before it (decision 32).
LONGEST_LAG = 90

ONE_DAY = timedelta(days=1)

zone_of = lru_cache(maxsize=None)(ZoneInfo)


@dataclass(frozen=True)
class Subject:
    """One recovery as its rows name it. `shift` is None where times are the true ones; `end` is the
    first day, shifted too, of which nothing may be told, and None where all is.
    """

    recovery_id: int
    patient_id: int
    person: str
    recovery: str
    age: int | str | None
    zone_name: str
    zone: ZoneInfo
    procedure_on: date
    shift: timedelta | None
    end: str | None = None

    def at(self, stored: str | None) -> str | None:
        """A moment as the database writes it, on the patient's clock: with its offset, or shifted
        and without.
        """
        if stored is None:
            return None
        moment = datetime.fromisoformat(stored)
        # SQLite keeps UTC without saying so.
        there = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(self.zone)
        if self.shift is None:
            return there.isoformat(timespec="seconds")
        return (there.replace(tzinfo=None) - self.shift).isoformat(timespec="seconds")

    def on(self, day: date | None) -> str | None:
        if day is None:
            return None
        return (day if self.shift is None else day - self.shift).isoformat()

    @cached_property
    def cells(self) -> tuple[object, ...]:
        """What each row begins with: SUBJECT."""
        return self.person, self.recovery, self.age, self.zone_name, self.on(self.procedure_on)


SUBJECT = ("person", "recovery", "age_at_procedure", "zone", "procedure_on")


class Names:
    """True names: the record number, and the recovery's own id."""

    masked = False

    def subject(self, row: Recovery) -> Subject:
        patient = row.patient
        return Subject(
            recovery_id=row.pk,
            patient_id=patient.pk,
            person=patient.record_number,
            recovery=str(row.uuid),
            age=_age(patient.birth_date, row.procedure_on),
            zone_name=patient.zone,
            zone=zone_of(patient.zone),
            procedure_on=row.procedure_on,
            shift=None,
        )


class Pseudonyms(Names):
    """Names and shifts from a key that lives as long as one export and is kept nowhere, so that
    nobody, we included, can go back from them, and two exports cannot be laid side by side.
    """

    masked = True

    def __init__(self, now: datetime) -> None:
        self._key, self._now = secrets.token_bytes(32), now

    def subject(self, row: Recovery) -> Subject:
        patient = row.patient
        zone = zone_of(patient.zone)
        shift = timedelta(days=self._drawn("shift", patient.pk, LONGEST_SHIFT))
        lag = timedelta(days=self._drawn("lag", patient.pk, LONGEST_LAG))
        age = _age(patient.birth_date, row.procedure_on)
        return Subject(
            recovery_id=row.pk,
            patient_id=patient.pk,
            person=self._digest("person", patient.pk).hex()[:16],
            recovery=self._digest("recovery", row.pk).hex()[:16],
            age=f"{OLDEST + 1}+" if age is not None and age > OLDEST else age,
            zone_name="",
            zone=zone,
            procedure_on=row.procedure_on,
            shift=shift,
            end=(self._now.astimezone(zone).date() - lag - shift + ONE_DAY).isoformat(),
        )

    def _drawn(self, kind: str, pk: int, most: int) -> int:
        return 1 + int.from_bytes(self._digest(kind, pk)[:8]) % most

    def _digest(self, kind: str, pk: int) -> bytes:
        return hmac.digest(self._key, f"{kind}:{pk}".encode(), "sha256")


def _age(born: date | None, on: date) -> int | None:
    if born is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def chunks(clinic: Clinic, names: Names) -> Iterator[list[Subject]]:
    """All recoveries of the clinic, some at a time: by their numbers, or, where they have
    pseudonyms, in an order that tells nothing.
    """
    pages = _shuffled(clinic) if names.masked else _in_order(clinic)
    for page in pages:
        found: list[Subject] = []
        weight = 0
        for row in page:
            found.append(names.subject(row))
            weight += row.days_logged + 1
            if weight >= ROWS_AT_ONCE:
                yield found
                found, weight = [], 0
        if found:
            yield found


def _in_order(clinic: Clinic) -> Iterator[Sequence[Recovery]]:
    last = 0
    rows = Recovery.objects.filter(clinic=clinic).select_related("patient").order_by("pk")
    while page := list(rows.filter(pk__gt=last)[:RECOVERIES_AT_ONCE]):
        yield page
        last = page[-1].pk


def _shuffled(clinic: Clinic) -> Iterator[Sequence[Recovery]]:
    # Eight bytes each: the one thing of an export that grows with the clinic.
    keys = array("q", Recovery.objects.filter(clinic=clinic).values_list("pk", flat=True))
    random.SystemRandom().shuffle(keys)
    for start in range(0, len(keys), RECOVERIES_AT_ONCE):
        some = keys[start : start + RECOVERIES_AT_ONCE].tolist()
        rows = {
            row.pk: row for row in Recovery.objects.filter(pk__in=some).select_related("patient")
        }
        yield [rows[pk] for pk in some if pk in rows]
