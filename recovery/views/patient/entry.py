"""What a posted log does, by whichever door it came: store it, or refuse it and hide nothing."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from recovery.clinical import logfields, rules
from recovery.forms.logs import LogForm
from recovery.models import Clinic, DailyLog, Recovery
from recovery.models.access import Relationship
from recovery.queries.pathways import plan_of
from recovery.services import logs
from recovery.wording import ENGLISH, say


def source_of(request: HttpRequest) -> DailyLog.Source:
    """Who a signed-in visitor is to the patient."""
    caregiver = request.relationship == Relationship.CAREGIVER
    return DailyLog.Source.CAREGIVER if caregiver else DailyLog.Source.PATIENT


def dates_for(today: date) -> tuple[date, date]:
    """The dates that a patient may report: yesterday and today."""
    return today - timedelta(days=1), today


def id_to_store(
    client_id: uuid.UUID, stored: DailyLog | None, dates: tuple[date, date]
) -> uuid.UUID:
    """The id under which a post is stored: that of its address, but a new one where the log of
    that id is about a day that can no longer be reported. Nothing moves it to another day.
    """
    if stored is None or dates[0] <= stored.log_date <= dates[1]:
        return client_id
    return uuid.uuid5(client_id, dates[1].isoformat())


def take(
    form: LogForm, *, recovery: Recovery, now: datetime, store: bool = True, **entered: Any
) -> tuple[logs.Recorded | None, rules.Advice | None]:
    """Store a clean form. Of a refused one store the clean answers, but only in an emergency.

    Returns what was stored and, for a refused form, the emergency text that its clean answers
    earn (docs/protocol.md): a refusal never hides an emergency. With `store` false nothing is
    stored and the text is returned all the same.
    """
    valid = form.is_valid()
    emergency = None if valid and store else emergency_in(form, recovery)
    if not store or not (valid or emergency):
        return None, emergency
    recorded = logs.record(
        recovery_id=recovery.pk,
        values=form.answers,
        revision=form.filled_from,
        log_date=form.reported_on or form.dates[1],
        dated=form.reported_on is not None,
        now=now,
        language=get_language() or ENGLISH,
        **entered,
    )
    return recorded, emergency


def emergency_in(form: LogForm, recovery: Recovery) -> rules.Advice | None:
    """What is an emergency in the recovery's pathway, by the clean answers, about the day that the
    log would be stored as.
    """
    clean, _errors = logfields.sift(form.answers)
    profile = rules.Profile(
        baseline_pain=recovery.baseline_pain,
        baseline_opioid_mme=recovery.baseline_opioid_mme,
        anticoagulated=recovery.anticoagulated,
        osteoporosis=recovery.osteoporosis,
    )
    changes = plan_of(recovery.pathway_id).changes
    found = rules.red_flags(clean | {"day": form.day}, profile, changes)
    return rules.advice(found) if found else None


def refusal(
    form: LogForm,
    clinic: Clinic,
    *,
    recorded: logs.Recorded | None = None,
    emergency: rules.Advice | None = None,
) -> dict[str, Any]:
    """What a form's page says of a refusal, and the revision that its next post is filled from."""
    return {
        "problems": form.problems(),
        "revision": recorded.log.revision if recorded else form.filled_from,
        "recorded": recorded.log if recorded else None,
        "emergency": emergency,
        "emergency_text": rules.fill(say(emergency.text), clinic.numbers) if emergency else "",
    }
