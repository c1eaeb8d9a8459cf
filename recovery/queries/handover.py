"""The first log, handed over in the observation room: from when to when its link opens a form."""

from datetime import datetime

from recovery.clinical.pathway import AFTER_DISCHARGE, AFTER_PROCEDURE
from recovery.models import DailyLog, Recovery
from recovery.queries.pathways import planned


def open_until(recovery: Recovery) -> datetime:
    """When the first evening's check-in opens: from then on its own link and the sign-in serve.

    With a discharge that is two hours after it, also where no evening is left to ask about.
    """
    evening = (one.opens_at for one in planned(recovery) if one.form == "evening")
    if recovery.discharged_at:
        return next(evening, recovery.discharged_at + AFTER_DISCHARGE)
    return next(evening, recovery.procedure_at + AFTER_PROCEDURE)


def is_open(recovery: Recovery, now: datetime) -> bool:
    """Whether a new form may be opened; one that is open already is stored for a day longer."""
    followed = recovery.state in (Recovery.State.PLANNED, Recovery.State.ACTIVE)
    return followed and recovery.procedure_at <= now < open_until(recovery)


def answers_evening(recovery: Recovery) -> bool:
    """Whether a log of the procedure's day is there, so that nobody is asked again that evening."""
    logs = DailyLog.objects.filter(recovery=recovery, log_date=recovery.procedure_on)
    return logs.filter(entered_at__gte=recovery.procedure_at).exists()
