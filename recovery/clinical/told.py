"""What patients are told in each phase, as a part of the protocol."""

from collections.abc import Iterable, Iterator, Sequence

from recovery.clinical.education import BEFORE_TEXT, EXPECT_TO, PHASE_TEXTS, PhaseText
from recovery.clinical.markdown import bullets
from recovery.clinical.phases import DEFAULT_PHASES, WATCHED_AFTER_PROCEDURE, Phase
from recovery.clinical.prose import hours


def days(first: int, last: int | None) -> str:
    if last is None:
        return f"D{first} on"
    return f"D{first}" if first == last else f"D{first} to D{last}"


def told() -> Iterator[str]:
    yield "## The four phases"
    yield (
        "Each phase has a source and a review date, which patients see. D0 is shared: the first "
        f"phase lasts until the discharge, or {hours(WATCHED_AFTER_PROCEDURE)} after the "
        "procedure while none is known."
    )
    yield (
        "Each has a page of its own, and so has the time before. Beneath its texts stand the "
        "warning signs of the rules that run in those days, and the clinic's numbers, the one "
        "that is answered now first. Texts of a clinic's pathway take the place of these. Today "
        f"and History say what can be expected to D{EXPECT_TO}, by which relief may be noticed (V "
        "S22); the phase's own page says it on every day."
    )
    yield from _before()
    for phase, text in zip(DEFAULT_PHASES, PHASE_TEXTS, strict=True):
        yield from _phase(phase, text)


def _phase(phase: Phase, text: PhaseText) -> Iterator[str]:
    yield f"### {text.name} (`{phase.code}`, {days(phase.first_day, phase.last_day)})"
    yield bullets((f"Days: {phase.source}", f"Texts: {text.source}"))
    parts = (
        ("Good now:", text.good_now),
        ("Wait until we say so:", text.wait_with),
        ("What can be expected, left out while an emergency or urgent alert stands:", text.expect),
        ("Good to know, on the phase's own page:", text.about),
    )
    yield from _lines(parts)


def _before() -> Iterator[str]:
    text = BEFORE_TEXT
    yield f"### {text.name} (no phase)"
    yield bullets((f"Texts: {text.source}",))
    yield from _lines(
        (
            ("Good now:", text.good_now),
            ("Wait until we say so:", text.wait_with),
            ("What is done:", text.steps),
            ("Who it is for:", text.suits),
            ("What it can do, left out while an emergency or urgent alert stands:", text.benefits),
            ("What can go wrong:", text.risks),
            ("What else there is:", text.choices),
            ("Good to know:", text.about),
        )
    )


def _lines(parts: Iterable[tuple[str, Sequence[str]]]) -> Iterator[str]:
    for title, lines in parts:
        if lines:
            yield title + "\n\n" + "\n".join(f"> - {line}" for line in lines)
