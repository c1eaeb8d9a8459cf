"""What Celery runs: read the clock, call one service."""

from celery import shared_task
from django.utils import timezone

from recovery import clock
from recovery.models import Channel
from recovery.services import delivery, digests, imports, rounds, upkeep


@shared_task
def tick(*, by_beat: bool = False) -> None:
    rounds.tick_round(now=clock.now(), at=timezone.now, by_beat=by_beat)


@shared_task
def send() -> None:
    rounds.send_round(clock=clock.now, at=timezone.now, channels=[Channel.EMAIL])


@shared_task
def send_texts() -> None:
    """Apart from mails: a provider that takes ten seconds a text keeps no mail waiting."""
    rounds.send_round(clock=clock.now, at=timezone.now, channels=[Channel.SMS])


@shared_task
def send_urgent() -> None:
    delivery.deliver(
        clock=clock.now, until=clock.now() + rounds.ROUND, channels=[Channel.EMAIL], urgent=True
    )


@shared_task
def digest() -> None:
    digests.run(now=clock.now())


@shared_task
def take_in() -> None:
    imports.take_in(clock=clock.now, until=clock.now() + rounds.ASIDE)


@shared_task
def rehearse() -> None:
    rounds.rehearse_round(clock=clock.now)


@shared_task
def tidy() -> None:
    upkeep.forget_ended(at=timezone.now())
    imports.forget(now=clock.now())
