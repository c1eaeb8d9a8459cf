"""How a row of the queue reads."""

from typing import Any

from django.http import HttpRequest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recovery.forms.pathway_words import slot_name
from recovery.models import Alert, Contact
from recovery.models.recoveries import QueueRank, Wait
from recovery.queries import queue as queries
from recovery.queries.pathways import plan_of
from recovery.templatetags.corridor import course_words
from recovery.templatetags.rows import OUTCOMES, RowWords, call_marks
from recovery.templatetags.staff import clock_words, short_name
from recovery.templatetags.times import Times

BAR = 84
# Where a row's page begins: the alerts' card, if there is one.
CASE = mark_safe("#h-case")
WAITS = {
    Wait.CANNOT: _("Patient says: cannot wait."),
    Wait.UNSAID: "",
    Wait.CAN: _("Patient says: can wait until tomorrow."),
}


def words(row: queries.Row, request: HttpRequest, say: RowWords) -> dict[str, Any]:
    recovery, times = row.recovery, say.times
    own = say.of(recovery)
    if word := _outcome(row):
        own["word"] = word
    if row.first:
        own["url"] += CASE
    left, at = clock_words(row.clock, times)
    return own | {
        "uuid": recovery.uuid,
        "headline": headline(row),
        "why": why(row, times),
        "wait": times.once(WAITS[recovery.queue_wait]),
        "course": course_words(row.course, recovery.last_log_day),
        "marks": say.mail_marks(recovery, calls=row.rank != QueueRank.CALL),
        "where": where(row, say),
        "contact": say.last_contact(recovery),
        "note": recovery.note or "",
        "late": " ic-clock--over" if row.clock.over else "",
        "clock_left": left,
        "clock_at": at,
        "bar": str(round(BAR * row.clock.gone)) if row.clock.kind == "due" else "",
        **_holder(row, request, times),
        "assigned": _assigned(recovery, request),
        "claim": say.address("recovery_claim", recovery),
        "alert": str(row.first.uuid) if row.first and row.first.state in Alert.WAITING else "",
        "handling": say.address("handling", recovery),
    }


def _holder(row: queries.Row, request: HttpRequest, times: Times) -> dict[str, str]:
    if row.holder is None or row.held_until is None:
        return {"held_by": "", "held_until": "", "initials": "", "me": ""}
    mine = row.holder == request.user
    return {
        "held_by": gettext("You") if mine else short_name(row.holder),
        "held_until": times.hm(row.held_until),
        "initials": row.holder.initials,
        "me": " ic-avatar--me" if mine else "",
    }


def _outcome(row: queries.Row) -> str:
    """In the place of the severity, once there is nothing left to do."""
    first = row.first
    if row.rank == QueueRank.CONTACTED and first and first.outcome:
        return str(OUTCOMES[Contact.Outcome(first.outcome)])
    if row.rank == QueueRank.HANDLED:
        if first and first.state == Alert.State.CLOSED:
            return gettext("Closed")
        if call := row.recovery.overdue_call:
            return str(OUTCOMES[Contact.Outcome(call)])
    return ""


def _assigned(recovery: Any, request: HttpRequest) -> str:
    if recovery.assigned_to_id is None:
        return ""
    if recovery.assigned_to_id == request.user.pk:
        return gettext("For you")
    return gettext("For %(name)s") % {"name": short_name(recovery.assigned_name)}


def headline(row: queries.Row) -> str:
    if row.first:
        return row.first.headline
    return (
        ". ".join(call_marks(row.recovery))
        if row.rank == QueueRank.CALL
        else gettext("Check-in not answered")
    )


def why(row: queries.Row, times: Times) -> str:
    """The rules of the row's rank, what the first says, and the rules that stand beside."""
    first = row.first
    if first is None:
        if row.rank == QueueRank.CALL:
            return " ".join(_why_call(row.recovery))
        # That it is silent, and since when, is told with the course.
        return ""
    # Some rules say no more than their headline, which stands above.
    rest = first.staff_text.removeprefix(first.headline)
    said = first.staff_text if rest.startswith(" (") else rest.lstrip(".,:; ")
    said = said[:1].upper() + said[1:]
    text = f"{', '.join(alert.rule for alert in row.alerts)}. {said}".rstrip()
    if row.rank == QueueRank.CONTACTED and first.contacted_at:
        # Only who was not reached comes back by itself.
        said = (
            gettext("Not reached at %(time)s.")
            if first.returns_at
            else gettext("Contact at %(time)s.")
        )
        text = f"{first.rule}. " + said % {"time": times.hm(first.contacted_at)}
    if row.rank == QueueRank.HANDLED:
        text = " ".join(_ended(alert, times) for alert in row.alerts)
    if row.others:
        text += " " + gettext("Also %(rules)s.") % {"rules": ", ".join(a.rule for a in row.others)}
    return text


def _why_call(recovery: Any) -> list[str]:
    why = []
    if recovery.call_since:
        named = {"form": _form_named(recovery)}
        why.append(gettext("Reminders of %(form)s were not answered. No more go out.") % named)
    if recovery.patient.address_fails_at:
        why.append(gettext("The mail server refused the address. Ask for another."))
    if recovery.patient.mobile_fails_at:
        why.append(gettext("The provider refused the number. Ask for another."))
    return why


def _form_named(recovery: Any) -> str:
    """Daily log D9; the key itself, where the recovery's pathway has no such form any more."""
    key = recovery.call_for
    slots = plan_of(recovery.pathway_id).slots
    return next((slot_name(key, slot.form, slot.day) for slot in slots if slot.key == key), key)


def _ended(alert: queries.QueuedAlert, times: Times) -> str:
    """R34. Resolved by phone, Nora 10:21."""
    if alert.state == Alert.State.SNOOZED:
        return f"{alert.rule}. " + gettext("Snoozed up to %(level)s.") % {
            "level": alert.expected_level
        }
    closed = gettext("%(reason)s, %(name)s %(time)s.") % {
        "reason": alert.closing_text or Alert.ClosingReason(alert.closing_reason).label,
        "name": short_name(alert.closed_name),
        "time": times.hm(alert.closed_at),
    }
    return f"{alert.rule}. {closed}"


def where(row: queries.Row, say: RowWords) -> str:
    """The age, and the day with its phase."""
    day = say.day_and_phase(row.place)
    return day if row.place.age is None else f"{row.place.age}, {day}"
