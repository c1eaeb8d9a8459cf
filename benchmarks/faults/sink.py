"""The mail server of a run, a process of its own that nobody kills. It writes a line for every
mail that it keeps or cuts, takes its time as a real one does, and may cut some connections after
it has all of a mail's content: half of those mails it has kept, of the others it knows nothing.

It may also be unkind, to a share of the addresses each: turn one away for now the first time, as
greylisting does; say nothing at all the first time; cut the connection after its last answer; and
refuse one for good.
"""

import argparse
import asyncio
import json
import random
import signal
import time
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSED = "refused"
KEPT = "250 Kept"
# Longer than a client waits.
SILENCE = 60
UNKIND = ("later", "hang", "cut after", "refuse")


class Sink:
    def __init__(
        self, path: Path, *, seed: str, pause: float, cut: float, unkind: float = 0
    ) -> None:
        self._log = path.open("a", encoding="ascii")
        self._seed, self._pause, self._cut = seed, pause, cut
        self._unkind = unkind
        self._met: set[str] = set()
        self._cut_before: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - the names that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith(REFUSED):
            self._write("refused", address)
            return "550 5.1.1 No such user"
        manner = self._manner(address)
        met, _ = address in self._met, self._met.add(address)
        if manner == "refuse":
            self._write("refused", address)
            return "550 5.1.1 No such user"
        if manner in ("later", "hang") and not met:
            self._write(manner, address)
            await asyncio.sleep(SILENCE if manner == "hang" else 0)
            return "451 4.7.1 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def _manner(self, address: str) -> str:
        """By the address alone, so that the order in which senders come changes nothing."""
        chance = random.Random(f"{self._seed} {address}")
        return chance.choice(UNKIND) if chance.random() < self._unkind * len(UNKIND) else ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        key = str(BytesHeaderParser().parsebytes(envelope.content)["Message-ID"])
        # Decided by the mail alone, so that the order in which senders come changes nothing.
        chance = random.Random(f"{self._seed} {key}")
        cut = chance.random() < self._cut and key not in self._cut_before
        keep = not cut or chance.random() < 0.5
        await asyncio.sleep(chance.uniform(0, 2 * self._pause))
        if keep:
            self._write("kept", key)
        await asyncio.sleep(chance.uniform(0, 2 * self._pause))
        if cut:
            self._cut_before.add(key)
            self._write("cut", key)
            server.transport.abort()
        if self._manner(envelope.rcpt_tos[0]) == "cut after":
            # The answer still leaves, and no other mail can have begun.
            server.transport.write(f"{KEPT}\r\n".encode())
            server.transport.close()
        return KEPT

    def _write(self, event: str, what: str) -> None:
        self._log.write(json.dumps({"at": time.time(), "event": event, "what": what}) + "\n")
        self._log.flush()


def read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    # The last line may be half written at this moment.
    lines = path.read_text(encoding="ascii").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--seed", default="")
    parser.add_argument("--pause", type=float, default=0, help="seconds, twice a mail, on average")
    parser.add_argument("--cut", type=float, default=0, help="share of the mails")
    parser.add_argument("--unkind", type=float, default=0, help="share of addresses, each manner")
    given = parser.parse_args()
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    sink = Sink(given.log, seed=given.seed, pause=given.pause, cut=given.cut, unkind=given.unkind)
    controller = Controller(sink, hostname="127.0.0.1", port=given.port)
    controller.start()
    signal.sigwait(signals)
    controller.stop()


if __name__ == "__main__":
    main()
