"""One parent for several processes: it starts them, shows what they say, and stops them all.

Nothing may outlive the parent, or the next start finds its port and its broker taken. Three
nets, each for what slips through the one before: an orderly stop; on Linux the kernel's word to
each child when the parent is killed; and `sweep` at the next start.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Self

# Every process of a family carries its folder under this name, children of children too.
MARK = "INTRACEPT_CARE_UP"
PR_SET_PDEATHSIG = 1
STOP_SECONDS = 15
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Someone asked the parent to end."""


class Taken(Exception):
    """Another family runs in this folder."""


def _stop(signum: int, frame: FrameType | None) -> None:
    raise Stopped


def stop_on_signals() -> None:
    """Turn Ctrl-C, SIGTERM and a closed terminal into `Stopped`, raised in the main thread."""
    for signum in SIGNALS:
        signal.signal(signum, _stop)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the family's lock; the kernel lets go of it however the holder ends."""
    with path.open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Taken(lock.read().strip()) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def marked(mark: str) -> list[int]:
    """Processes that carry a family's mark, from Linux's own table; elsewhere none are seen."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        # A process may end while it is looked at, and others' are not ours to read.
        with contextlib.suppress(OSError):
            if wanted in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
    return [pid for pid in found if pid != os.getpid()]


def sweep(mark: str, *, patience: float = 5) -> int:
    """End what an earlier family left behind; return how many processes there were.

    Call it only with the lock held: then whoever carries the mark has lost its parent.
    """
    left = marked(mark)
    count = len(left)
    for signum in (signal.SIGTERM, signal.SIGKILL):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signum)
        deadline = time.monotonic() + patience
        while (left := marked(mark)) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not left:
            break
    return count


class Family:
    """The running children of this process, in the order of their start."""

    def __init__(self, *, mark: str, out: IO[str], handle_signals: bool = True) -> None:
        self._mark = mark
        self._out = out
        self._handle_signals = handle_signals
        self._printing = threading.Lock()
        self._children: dict[str, subprocess.Popen[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def say(self, name: str, line: str) -> None:
        with self._printing, contextlib.suppress(BrokenPipeError):
            self._out.write(f"{name:<8}| {line}\n")
            self._out.flush()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        hide: Callable[[str], bool] = lambda line: False,
    ) -> None:
        """Start a child in a group of its own, so that Ctrl-C reaches it only through us.

        Call it from the main thread: the kernel's word comes when the starting thread ends.
        """
        process = subprocess.Popen(
            command,
            env={**env, MARK: self._mark, "PYTHONUNBUFFERED": "1"},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_ends_with(os.getpid()),  # noqa: PLW1509 - no thread of ours holds a lock
        )
        self._children[name] = process
        threading.Thread(target=self._show, args=(name, process, hide), daemon=True).start()

    def _show(self, name: str, process: subprocess.Popen[str], hide: Callable[[str], bool]) -> None:
        assert process.stdout
        for line in process.stdout:
            if not hide(line):
                self.say(name, line.rstrip())

    def ended(self) -> str | None:
        """Say which child has ended and how, if any has."""
        for name, process in self._children.items():
            if (code := process.poll()) is not None:
                return f"{name} ended with code {code}"
        return None

    def watch(self) -> str:
        """Wait until a child ends; return which and how. `Stopped` breaks the wait."""
        while not (ended := self.ended()):
            time.sleep(0.2)
        return ended

    def stop(self) -> None:
        """Stop every child: the others first, then the first, on which they lean.

        Another Ctrl-C ends the patience. Other signals do not: `make` passes each on to us after
        we have had it ourselves.
        """
        hurry = threading.Event()
        if self._handle_signals:
            for signum in SIGNALS:
                signal.signal(signum, signal.SIG_IGN)
            signal.signal(signal.SIGINT, lambda *_: hurry.set())
        names = list(self._children)
        for group in (names[1:], names[:1]):
            processes = [self._children[name] for name in group]
            for process in processes:
                process.terminate()
            deadline = time.monotonic() + STOP_SECONDS
            while any(process.poll() is None for process in processes):
                if hurry.is_set() or time.monotonic() > deadline:
                    break
                time.sleep(0.05)
            for process in processes:
                # Also what a child that died by itself has left of its group.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _ends_with(parent: int) -> Callable[[], None]:
    """What a child does first: ask the kernel to end it in good order when its parent is gone."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask
