"""The protocol's part on questionnaires: what each asks, how it is scored, what a change means."""

from collections.abc import Iterator

from recovery.clinical.instruments import SHIPPED, Instrument, Item
from recovery.clinical.markdown import bullets, codes, table

COUNTING = """\
- Scores and changes are exact: whole numbers and fractions. Only what is shown is rounded, a half
  away from zero.
- Nothing is filled in. A missing answer leaves no score, and a missing score no change.
- A value out of range is refused, never clipped.
- Change is baseline minus follow-up: above 0 is better. Percent is of the baseline; with a
  baseline of 0 there is none. For a PEG both are decided on the raw sum, 0 to 30.
- Points and percent are two marks, shown side by side. Neither stands for the other."""

# How a score of what ships or is loaded in its place comes about, by the scorer's name.
SCORING = {
    "peg_mean": "the mean of three ratings, with one decimal; all three are needed",
    "rmdq_count": "the number of different lines ticked; no tick is 0",
    "odi_proportion": "100 x sum / (5 x sections answered), with one decimal",
    "sum": "the answer itself",
    "entered": "as it was counted elsewhere and typed in by staff",
}


def measures() -> Iterator[str]:
    yield "## Questionnaires and scores"
    yield (
        "ODI, RMDQ, PROMIS and EQ-5D are score entry alone, since their questions belong to "
        "others. A clinic that may use them loads its own copy, and its copyright line stands "
        f"under the form. The score of an RMDQ is then {SCORING['rmdq_count']}; that of an ODI, "
        f"{SCORING['odi_proportion']}."
    )
    yield COUNTING
    for instrument in SHIPPED.values():
        yield from _instrument(instrument)


def _instrument(instrument: Instrument) -> Iterator[str]:
    yield f"### {instrument.key}"
    facts = [f"{instrument.title}, version {instrument.version}"]
    if instrument.recall:
        facts.append(f"Asks about: {instrument.recall}")
    facts += [f"`{item.link_id}`: {_values(item)}" for item in instrument.questions]
    facts.append(f"Score: {SCORING[instrument.scorer]}")
    facts.append(f"What ships: {instrument.licence}")
    facts += [words for words in (str(instrument.copyright), instrument.citation) if words]
    facts.append(f"Source: {codes((instrument.source,))}")
    yield bullets(facts)
    if not instrument.staff_only:
        yield "Patient reads:\n\n" + "\n".join(f"> - {item.text}" for item in instrument.questions)
    if instrument.thresholds:
        yield table(
            ("mark", "source"),
            ((mark.words, codes((mark.source,))) for mark in instrument.thresholds),
        )


def _values(item: Item) -> str:
    if item.options:
        return ", ".join(f"{option.value} {option.text}" for option in item.options)
    if item.low is not None:
        decimals = f", at most {item.decimals} decimal" if item.decimals else ""
        return f"{item.kind} {item.low}-{item.high}{decimals}"
    if item.max_length is not None:
        return f"text, at most {item.max_length} characters"
    return f"{item.kind}; no range is named in the sources"
