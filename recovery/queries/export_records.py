"""Responses, alerts and sends of a clinic as tables."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Min, Q
from django.db.models.functions import Cast

from recovery.models import Alert, Contact, FormResponse, MailEvent, Message, PathwayMove, Score
from recovery.queries.export_logs import (
    HOW,
    WINDOW,
    Cells,
    Codes,
    Period,
    Read,
    Subjects,
    listed,
    reminded,
    text,
)

# Responses
# ---------

RESPONSE_COLUMNS = (
    *("checkin", "form", "day", *WINDOW, "answered_at", *HOW, "instrument", "version", "items"),
    *("total", "score", "rules", "rule_set", "pathway", "response", "answers"),
)


def responses(subjects: Subjects, period: Period, codes: Codes) -> Iterator[Read]:
    """A row a score; a response without one has a row too. Drafts are no responses yet."""
    sent = FormResponse.objects.filter(
        period.moments("completed_at"), recovery__in=list(subjects), status="completed"
    )
    scores = defaultdict(list)
    for pk, *score in (
        Score.objects.filter(response__in=sent)
        .order_by("pk")
        .values_list("response_id", "instrument", "version", "answered", "total", "score")
    ):
        scores[pk].append(score)
    mailed = reminded(subjects)
    times = ("checkin__opens_at", "checkin__due_at", "checkin__expires_at", "completed_at")
    columns: tuple[str | Cast, ...] = (
        *("recovery_id", "pk", "checkin_id", "checkin__key", "checkin__form", "checkin__day"),
        *map(text, times),
        *("source", "mode", "late", "revision", "successor__pk"),
        *(text("rules"), "rule_set", "judged_pathway_id", "uuid", text("answers")),
    )
    rows = sent.order_by("recovery_id", "pk").values_list(*columns)
    for recovery, pk, checkin, key, form, day, *rest in rows:
        opens, due, expires, done, source, mode, late, revision, later = rest[:9]
        fired, rule_set, judged, response, answers = rest[9:]
        subject = subjects[recovery]
        window = (*mailed.get(checkin, (None, None)), opens, due, expires, done)
        how = (source, mode, late, revision, later is not None)
        judged_by = (listed(fired, ""), rule_set, codes.pathways.get(judged, ""))
        for score in scores.get(pk) or [[None] * 5]:
            yield (
                recovery,
                (
                    *subject.cells,
                    *(key, form, day, *map(subject.at, window), *how, *_plain(score)),
                    *(*judged_by, str(response), answers),
                ),
            )


def _plain(score: Sequence[Any]) -> Cells:
    """The total without the zeros that its column has."""
    instrument, version, items, total, shown = score
    if total is not None:
        total = total.normalize()
        total = total.quantize(1) if total == total.to_integral_value() else total
    return instrument, version, items, total, shown


# Alerts
# ------

ALERT_COLUMNS = (
    *("rule", "severity", "phase", "raised_at", "firings", "state", "acknowledged_at"),
    *("first_contact_at", "last_contact_at", "reached_at", "contacts", "contact_outcomes"),
    *("closed_at", "closing_reason", "complication", "rule_set", "alert", "headline"),
    *("closed_by", "closing_text"),
)


def alerts(subjects: Subjects, period: Period, codes: Codes) -> Iterator[Read]:
    raised = Alert.objects.filter(period.moments("raised_at"), recovery__in=list(subjects))
    contacts: dict[int, list[tuple[str, str]]] = defaultdict(list)
    through = Alert.contacts.through.objects.filter(alert__in=raised)
    for alert, at, outcome in through.order_by("contact__at", "contact").values_list(
        "alert_id", text("contact__at"), "contact__outcome"
    ):
        contacts[alert].append((at, outcome))
    columns: tuple[str | Cast, ...] = (
        *("recovery_id", "pk", "rule", "severity", "phase_id", text("raised_at"), "firings"),
        *("state", text("closed_at"), "closing_reason", "complication", "rule_set", "uuid"),
        *("headline", "closed_by__name", "closing_text", text("acknowledged_at")),
    )
    for recovery, pk, rule, severity, phase, at, firings, state, closed, *rest in raised.order_by(
        "recovery_id", "pk"
    ).values_list(*columns):
        subject, told = subjects[recovery], contacts.get(pk, [])
        first, last = (told[0][0], told[-1][0]) if told else (None, None)
        reached = next((when for when, what in told if what in Contact.REACHED), None)
        reason, complication, rule_set, uuid, headline, closer, closing, acknowledged = rest
        yield (
            recovery,
            (
                *subject.cells,
                *(
                    rule,
                    severity,
                    codes.phases.get(phase, "before"),
                    subject.at(at),
                    firings,
                    state,
                ),
                *map(subject.at, (acknowledged, first, last, reached)),
                *(len(told), " ".join(what for _when, what in told)),
                *(subject.at(closed), reason, complication, rule_set, str(uuid)),
                *(headline, closer, closing),
            ),
        )


# Sends
# -----

SEND_COLUMNS = (
    *("kind", "to", "channel", "checkin", "form", "number", "severity", "planned_at", "send_after"),
    *(
        "sent_at",
        "delivered_at",
        "bounced_at",
        "link_opened_at",
        "opens_at",
        "due_at",
        "expires_at",
    ),
    *("answered_at", "answered_mode", "state", "reason", "pathway", "message_id"),
)
TO_STAFF = (Message.Kind.ALERT, Message.Kind.ESCALATION, Message.Kind.DIGEST)
NOTHING_TOLD = (None, None, None)
_BACK = (MailEvent.Kind.BOUNCED, MailEvent.Kind.REJECTED)


def sends(subjects: Subjects, period: Period, codes: Codes) -> Iterator[Read]:
    owed = Message.objects.filter(period.moments("planned_at"), recovery__in=list(subjects))
    told = (
        owed.filter(events__isnull=False)
        .order_by("pk")
        .values_list("pk")
        .annotate(
            delivered=text(Min("events__at", filter=Q(events__kind=MailEvent.Kind.DELIVERED))),
            bounced=text(Min("events__at", filter=Q(events__kind__in=_BACK))),
            opened=text(Min("events__at", filter=Q(events__kind=MailEvent.Kind.OPENED))),
        )
    )
    events = {pk: moments for pk, *moments in told}
    columns: tuple[str | Cast, ...] = (
        *("recovery_id", "pk", "kind", "checkin__key", "checkin__form", "number", "severity"),
        *("state", "reason", "recovery__pathway_id", "message_id", "checkin__completed_by__mode"),
        *map(text, ("planned_at", "send_after", "sent_at", "checkin__opens_at")),
        *map(text, ("checkin__due_at", "checkin__expires_at", "checkin__completed_at")),
        *("channel", "created_at"),
    )
    moves = _moves(subjects)
    for recovery, pk, kind, key, form, number, severity, *rest in owed.order_by(
        "recovery_id", "pk"
    ).values_list(*columns):
        subject = subjects[recovery]
        at = subject.at
        state, reason, pathway, message_id, mode, planned, after, sent, *window = rest
        *window, done, channel, created = window
        pathway = next((old for when, old in moves.get(recovery, ()) if when > created), pathway)
        yield (
            recovery,
            (
                *subject.cells,
                *(kind, "staff" if kind in TO_STAFF else "patient", channel, key, form, number),
                severity,
                *map(at, (planned, after, sent, *events.get(pk, NOTHING_TOLD), *window, done)),
                *(mode, state, reason, codes.pathways.get(pathway, ""), message_id),
            ),
        )


def _moves(subjects: Subjects) -> dict[int, list[tuple[datetime, int]]]:
    """By recovery, when it left which pathway, in order."""
    found: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    rows = PathwayMove.objects.filter(recovery__in=list(subjects)).order_by("at", "pk")
    for recovery, at, old in rows.values_list("recovery_id", "at", "from_pathway_id"):
        found[recovery].append((at, old))
    return found
