"""A pathway on the calendar of one procedure: what opens, is due, ends and is mailed each day."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.ownpathways.document import Document
from recovery.clinical.pathway import Occasion, occasions

# Of more times in a day the first and the last are kept (docs/protocol.md).
MAILS_A_DAY = 2


@dataclass(frozen=True, slots=True)
class Mail:
    """One time at which reminders are due. `names` are the forms that the one mail would name: all
    that are open then. It is not `sent` between the first and the last of a day, nor once so many
    reminders of a form went that staff `call` instead.
    """

    at: datetime
    reminds: tuple[str, ...]
    names: tuple[str, ...]
    sent: bool
    call: bool = False


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day on which something happens, if nothing is ever answered. Occasions hold UTC times."""

    on: date
    day: int
    opens: tuple[Occasion, ...]
    due: tuple[Occasion, ...]
    ends: tuple[Occasion, ...]
    mails: tuple[Mail, ...]


@dataclass(slots=True)
class _Day:
    opens: list[Occasion] = field(default_factory=list)
    due: list[Occasion] = field(default_factory=list)
    ends: list[Occasion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """A pathway in numbers; mails if nothing is ever answered."""

    logs: int
    forms: int
    left_out: int
    mails: int
    last_day: int


def calendar(document: Document, procedure_at: datetime, zone: str) -> tuple[CalendarDay, ...]:
    """`procedure_at` is aware. Optional forms that are not asked are left out."""
    tz = ZoneInfo(zone)
    d0 = procedure_at.astimezone(tz).date()
    # Plans are told apart by their version, so that results are kept by it.
    plan = document.plan(f"preview {hash(document.slots)}")
    planned = occasions(procedure_at, zone, plan)
    days: defaultdict[date, _Day] = defaultdict(_Day)

    def on(moment: datetime) -> date:
        return moment.astimezone(tz).date()

    for one in planned:
        days[on(one.opens_at)].opens.append(one)
        days[on(one.due_at)].due.append(one)
        days[on(one.expires_at)].ends.append(one)
    times = sorted({at for one in planned for at in one.reminders})
    gone: Counter[str] = Counter()
    call_after = document.unanswered.call_after
    mails = {day: _mails(list(ats), planned, gone, call_after) for day, ats in groupby(times, on)}
    return tuple(
        CalendarDay(
            on=day,
            day=(day - d0).days,
            opens=tuple(days[day].opens),
            due=tuple(days[day].due),
            ends=tuple(days[day].ends),
            mails=mails.get(day, ()),
        )
        for day in sorted({*days, *mails})
    )


def figures(document: Document, days: Sequence[CalendarDay]) -> Figures:
    logs = sum(slot.form in LOG_FORMS for slot in document.asked)
    return Figures(
        logs=logs,
        forms=len(document.asked) - logs,
        left_out=len(document.slots) - len(document.asked),
        mails=sum(mail.sent for day in days for mail in day.mails),
        last_day=max(day.day for day in days),
    )


def _mails(
    times: list[datetime], planned: Sequence[Occasion], gone: Counter[str], call_after: int
) -> tuple[Mail, ...]:
    """Of one day; `gone` counts the reminders of each form up to then, and is counted on."""
    reminds = {at: [one.key for one in planned if at in one.reminders] for at in times}
    asks = {at: [key for key in keys if gone[key] < call_after] for at, keys in reminds.items()}
    may_go = [at for at in times if asks[at]]
    kept = may_go if len(may_go) <= MAILS_A_DAY else [may_go[0], may_go[-1]]
    # Of the forms that one mail reminds of, it is a reminder of the first.
    gone.update(asks[at][0] for at in kept)
    return tuple(
        Mail(
            at=at,
            reminds=tuple(reminds[at]),
            names=tuple(one.key for one in planned if one.opens_at <= at < one.expires_at),
            sent=at in kept,
            call=not asks[at],
        )
        for at in times
    )
