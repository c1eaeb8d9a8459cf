"""`schedule`: a procedure's time in, its occasions out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recovery.clinical.commands.lines import Line, part
from recovery.clinical.logfields import Field, LogError, check, quoted
from recovery.clinical.pathway import instant, occasions

UNTIL_DAY = Field("until_day", "int", -36500, 36500)


def schedule_line(line: Line) -> Iterator[Line]:
    zone = _zone(line)
    procedure_at = _moment(line, "procedure_at")
    discharged_at = _moment(line, "discharged_at")
    if procedure_at is None:
        raise LogError("procedure_at", "procedure_at is missing")
    if discharged_at is not None:
        if not isinstance(discharged_at, datetime):
            raise LogError("discharged_at", "discharged_at has no time of day")
        if isinstance(procedure_at, datetime) and _before(discharged_at, procedure_at, zone):
            raise LogError("discharged_at", "discharged_at is before procedure_at")
    include = part(line, "include", list) or []
    if not all(isinstance(key, str) for key in include):
        raise LogError("include", "include is not a list of keys")
    until_day = line.get("until_day")
    for occasion in occasions(
        procedure_at,
        zone,
        discharged_at=discharged_at,
        include=include,
        until_day=None if until_day is None else check(UNTIL_DAY, until_day),
    ):
        yield {
            "key": occasion.key,
            "form": occasion.form,
            "day": occasion.day,
            "opens_at": _utc(occasion.opens_at),
            "due_at": _utc(occasion.due_at),
            "expires_at": _utc(occasion.expires_at),
            "reminders": [_utc(reminder) for reminder in occasion.reminders],
        }


def _before(one: datetime, other: datetime, zone: str) -> bool:
    return instant(one, zone) < instant(other, zone)


def _zone(line: Line) -> str:
    zone = part(line, "zone", str)
    if zone is None:
        raise LogError("zone", "zone is missing")
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise LogError("zone", f"zone {quoted(zone)} is not known") from error


def _moment(line: Line, name: str) -> datetime | date | None:
    text = part(line, name, str)
    if text is None:
        return None
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return parse(text)
        except ValueError:
            continue
    raise LogError(name, f"{name} {quoted(text)} is not a time in ISO 8601")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
