"""The protocol's part on the course of a recovery: the corridor, and what studies report."""

from collections.abc import Iterator

from recovery.clinical.corridor import LEAST_RECOVERIES, RISE, RISE_DAYS, RISE_FROM_DAY
from recovery.clinical.markdown import bullets, codes, table
from recovery.clinical.reported import OPIOIDS, RESPONDED
from recovery.clinical.trials import FIGURES, FUNDING, LEFT_OUT, MATTERS, MONTHS, Figure, Measure

CORRIDOR = f"""\
- A day's band is the middle half of the clinic's own completed recoveries, from the lower to the
  upper quartile, once at least {LEAST_RECOVERIES} of them have a pain on that day. Each day stands
  alone: no smoothing, nothing between two days, no day with fewer.
- The pain of a day is the one that the chart shows: of several logs the one entered last, a
  correction in the place of what it corrects, the day counted from the present procedure date.
- A quartile is the middle of all values that have at least its share of the pains at or below them
  and at least the rest at or above them; so it is a whole or a half point. Source: `design`
- Where a day has no own data, the clinic's own step for it, in the version of the pathway that the
  recovery follows. The product ships none. Where there is neither, there is no band.
- Shown to staff alone, with its origin. Patients see their own pain and their own baseline.
- Beside a row of the queue or of the list of patients stand: the newest pain, if it is above its
  band; a rise of the newest pain by {RISE} or more over the lowest of the last {RISE_DAYS} days
  with a log, from D{RISE_FROM_DAY} on; and silence, from the first miss to the next log or
  contact. The {RISE} points: `V S35`. The days: `judgement`
- None of these alerts or puts anybody into the queue: only rules do."""


def courses() -> Iterator[str]:
    yield "## The recovery corridor"
    yield CORRIDOR
    yield "## What studies report"
    yield (
        "For staff, on the patient's page: the average of people in a study, not a target. Half of "
        "the people in a study are below an average, and a patient's own baseline is the fair "
        "comparison. Mean fall from baseline in points, with the standard deviation where the "
        f"source gives one. Time points: {', '.join(str(n) for n in MONTHS)} months, and none at "
        "six weeks, for which no number was found. After the controlled phase there is no other "
        "arm to compare with. n of SMART is of those who were randomized."
    )
    for measure in Measure:
        ours = [figure for figure in FIGURES if figure.measure == measure]
        yield f"### Fall of {measure}"
        yield f"Smallest change that matters: {MATTERS[measure]}. Source: {codes(('V S35',))}"
        yield table(("months", "study", "arm", "n", "fall", "SD", "source"), map(_row, ours))
    yield "### Who met a mark"
    yield (
        "On the page of outcomes, beside the clinic's own shares: at the time point that is looked "
        "at, before 3 months those of 3, at 24 those of 60 too. Studies asked pain by VAS or NPS."
    )
    yield table(
        ("mark", "months", "study", "arm", "n", "percent", "95% interval", "source", "funding"),
        (
            (
                *(one.met, str(one.months), *one.of[:3], one.percent, one.interval),
                *(codes((one.source,)), one.of.funding),
            )
            for one in RESPONDED
        ),
    )
    yield "### Opioids in studies"
    yield "Of those who took opioids before the procedure, but for the first row, which is of all."
    yield table(
        ("after", "study", "arm", "n", "reported", "source", "funding"),
        (
            (one.after, *one.of[:3], one.said, codes((one.source,)), one.of.funding)
            for one in OPIOIDS
        ),
    )
    yield "### Who paid"
    yield bullets(f"{said}. Source: {codes((mark,))}" for said, mark in FUNDING)
    yield "### Reported, and shown nowhere"
    yield bullets(f"{said}. Source: {codes((mark,))}" for said, mark in LEFT_OUT)


def _row(figure: Figure) -> tuple[str, ...]:
    sd = "" if figure.sd is None else str(figure.sd)
    return (
        str(figure.months),
        figure.study,
        figure.arm,
        figure.n,
        str(figure.fall),
        sd,
        codes(figure.sources),
    )
