"""One tick and one round of sending without Celery, for a small clinic with cron."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recovery import clock
from recovery.models import Message
from recovery.services import digests, imports, rounds
from recovery.services.delivery import TEXTS_UNREACHABLE, UNREACHABLE

State = Message.State
SAID = {
    State.SENT: "sent",
    State.OWED: "to be tried again",
    State.NOT_SENT: "no longer needed",
    State.UNKNOWN: "unknown whether they arrived",
    State.REFUSED: "refused or set aside",
}
FAULTS = {
    UNREACHABLE: "the mail server does not answer",
    rounds.ALL_TURNED_AWAY: "the mail server turned every mail away",
    TEXTS_UNREACHABLE: "the provider of text messages does not answer",
}


class Command(BaseCommand):
    help = (
        "Do what beat and the workers do in a minute, once: open check-ins, owe what is due, send"
        " it. Run it each minute from cron instead of Celery. The status is not 0 when something"
        " failed: a row that cannot be read, a mail refused, set aside or in doubt, no mail server."
    )

    def handle(self, **_options: Any) -> None:
        ticked = rounds.tick_round(now=clock.now(), at=timezone.now, by_beat=True)
        digests.run(now=clock.now())
        done = rounds.send_round(clock=clock.now, at=timezone.now)
        imports.take_in(clock=clock.now, until=clock.now() + rounds.ASIDE)
        rounds.rehearse_round(clock=clock.now)
        self.stdout.write(f"{ticked.advanced} recoveries moved on to the present.")
        for state, words in SAID.items():
            if done[state]:
                self.stdout.write(f"{done[state]} mails {words}.")
        failed = [words for what, words in FAULTS.items() if done[what]]
        if ticked.failed:
            failed.insert(0, f"{ticked.failed} recoveries could not be read")
        if wrong := done[State.REFUSED] + done[State.UNKNOWN]:
            failed.append(f"{wrong} mails failed for good or are in doubt")
        if failed:
            raise CommandError(f"{'; '.join(failed)}. The log has more.")
