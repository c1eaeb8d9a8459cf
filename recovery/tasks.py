"""What Celery runs: read the clock, call one service."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from recovery import clock
from recovery.services import delivery, digests, upkeep
from recovery.services import tick as tick_service

# Leave the rest to the next minute's task rather than run into it.
ROUND = timedelta(seconds=50)


@shared_task
def tick() -> None:
    tick_service.run(now=clock.now())
    tick_service.beat(at=timezone.now())


@shared_task
def send() -> None:
    delivery.deliver(clock=clock.now, until=clock.now() + ROUND)


@shared_task
def digest() -> None:
    digests.run(now=clock.now())


@shared_task
def tidy() -> None:
    upkeep.forget_ended(at=timezone.now())
