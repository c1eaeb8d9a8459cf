"""A page that was open while what it shows was changed: what came between is not overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core import signing

SIGNER = signing.Signer(salt="recovery.shown")
SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A post, and how what it would change was changed since its page was made.

    A field that the person left as it was shown is in `data` as it is now.
    """

    data: Any
    # Fields that the person changed.
    changed: frozenset[str] = frozenset()
    # Fields that others changed and the person left alone.
    moved: list[str] = field(default_factory=list)
    # Fields that both changed, to different things.
    clashing: list[str] = field(default_factory=list)


def as_shown(now: Mapping[str, str]) -> str:
    """What a page sends back of the fields it shows; signed, so that it is what we showed."""
    return SIGNER.sign_object(dict(now))


def since_shown(data: Any, now: Mapping[str, str]) -> Meanwhile:
    """`now` are the fields as a page would show them now, a tick as "on" or "". A post that says
    nothing true of what its page showed is taken as that of a page made now.
    """
    shown = {**now, **_read(data.get(SHOWN, ""))}
    merged = data.copy()
    changed, moved, clashing = set(), [], []
    for name, value in now.items():
        sent = data.get(name, "")
        if sent != shown[name]:
            changed.add(name)
            if value not in (shown[name], sent):
                clashing.append(name)
        elif value != shown[name]:
            merged[name] = value
            moved.append(name)
    return Meanwhile(merged, frozenset(changed), moved, clashing)


def _read(sent: str) -> dict[str, str]:
    try:
        shown: dict[str, str] = SIGNER.unsign_object(sent)
    except signing.BadSignature:
        return {}
    return shown
