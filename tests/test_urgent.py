"""The process that is kept for alert mails, as in production."""

import uuid
from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from recovery.models import Message
from recovery.services import logs
from tests.cast import QUIET, default_pathway, make_recovery, user_of


@pytest.mark.service
def test_an_alert_mail_goes_though_no_other_worker_runs(engine, settings, request):
    default_pathway()
    nurse = request.getfixturevalue("nurse")
    recovery = make_recovery(nurse.memberships.get().clinic, day=5)
    now = timezone.now()
    Message.objects.filter(recovery=recovery).delete()
    reminder = Message.objects.create(
        kind="invitation",
        dedupe_key="waits",
        clinic=recovery.clinic,
        recovery=recovery,
        user=user_of(recovery),
        created_at=now,
        planned_at=now,
        send_after=now,
        urgency=1,
    )
    engine.start("mailbox", "urgent")
    # The general queue has nobody; a task in it changes nothing for the alert.
    current_app.send_task("recovery.tasks.send", expires=55)
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET | {"saddle": "yes"},
        client_id=uuid.uuid4(),
        revision=None,
        log_date=recovery.procedure_on + timedelta(days=5),
        now=now,
        source="patient",
        mode="web",
    )
    [mail] = engine.wait_for(engine.mails, what="the alert mail", seconds=30)
    assert mail.to == nurse.email
    reminder.refresh_from_db()
    assert reminder.state == "owed"
