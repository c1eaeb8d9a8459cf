"""What is sent again: by a double tap, from a page gone stale, by a phone that was offline."""

from collections.abc import Mapping, Sequence
from typing import Any

from recovery.clinical.checkinforms import LOG
from recovery.models import DailyLog, FormResponse
from recovery.models.alerts import Severity
from recovery.models.logs import ANSWERS
from recovery.queries.pathways import severity_in
from recovery.services.escalation import CALLS


def replay_of(
    own: Sequence[DailyLog], log: DailyLog, revision: int | None, *, dated: bool
) -> DailyLog | None:
    """The stored row that `log` only repeats.

    That is the newest row, from whatever page it comes; or an older one that this form may have
    made, since a retry that comes late reverts no correction. But an emergency or urgent answer
    that the correction took back is said again, not repeated: it is stored, and fires.
    """
    *older, newest = own
    if _says(newest, dated=dated) == _says(log, dated=dated):
        return newest
    base = -1 if revision is None else revision
    for row in older:
        made_it = row.revision in (base, base + 1)
        if made_it and _says(row, dated=dated) == _says(log, dated=dated):
            return row if _calling(row) <= _calling(newest) else None
    return None


def _says(log: DailyLog, *, dated: bool) -> tuple[Any, ...]:
    """What a person told by this log; how it came says something only where staff entered it."""
    by_staff = log.source == DailyLog.Source.STAFF
    entered = (log.mode, log.still_happening) if by_staff else ()
    return answers(log), log.log_date if dated else None, entered


def _calling(log: DailyLog) -> set[str]:
    """The rules it fired that ask for a call at once or today."""
    judged = log.judged_pathway_id
    return {rule for rule in log.rules if Severity(severity_in(judged, rule)) in CALLS}


def answers(log: DailyLog) -> dict[str, Any]:
    """The answered questions of a stored log; a question left empty is absent."""
    return given({name: getattr(log, name) for name in ANSWERS})


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are stored and compared. What is computed from others is no answer."""
    found = {name: values[name] for name in ANSWERS if values.get(name) not in (None, "")}
    if "wound" in found:
        found["wound"] = sorted(found["wound"])
    if "opioids" in found:
        found["opioids"] = [_plain(entry) for entry in found["opioids"]]
    return found


def is_stale(own: Sequence[FormResponse], said: Mapping[str, Any], revision: int | None) -> bool:
    """Of a check-in form: whether this is what its page made before a later correction, come once
    more. Where the questions of a log were corrected it is none: a sign of danger is told twice
    rather than never.
    """
    base = -1 if revision is None else revision
    return any(
        row.revision in (base, base + 1)
        and row.answers == said
        and row.answers.get(LOG) == own[-1].answers.get(LOG)
        for row in own[:-1]
    )


def _plain(opioid: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as JSON can hold it, so that 5, 5.0 and what was stored of them are equal."""
    return {
        name: value if name == "drug" or value is None else float(value)
        for name, value in opioid.items()
    }
