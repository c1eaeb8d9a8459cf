"""The lanes of medicine under the staff's chart."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from recovery.queries.days import MG, Day, stretches
from recovery.queries.plot import NSAID_Y, OPIOID_Y, OTHER_Y, Chart

# How high both lanes are.
HIGH = 24
# How far above the foot of its lane "none" stands.
DASH = 4
# The least that a bar of full height stands for; of acetaminophen the labelled maximum in 24 h.
LEAST_MME, LEAST_GRAMS = Decimal(30), Decimal(4)


def draw_medicine(chart: Chart, days: Sequence[Day], baseline_mme: Decimal | None) -> None:
    """`days` are all of the recovery: a bar is as high when the axis holds one phase alone."""
    doses = {day.day: day.mme for day in chart.days if day.mme}
    tablets = {day.day: Decimal(mg) for day in chart.days if (mg := day.acetaminophen_mg)}
    most = max((day.mme for day in days if day.mme), default=Decimal(0))
    most_mg = max((day.acetaminophen_mg for day in days if day.acetaminophen_mg), default=0)
    chart.opioid_full = max(LEAST_MME, most, baseline_mme or Decimal(0))
    chart.grams_full = max(LEAST_GRAMS, Decimal(most_mg) / MG)
    if baseline_mme:
        chart.opioid_base_y = round(OPIOID_Y - float(baseline_mme / chart.opioid_full) * HIGH, 1)
    chart.opioids = _bars(chart, doses, chart.opioid_full, OPIOID_Y)
    chart.acetaminophen = _bars(chart, tablets, chart.grams_full * MG, OTHER_Y)
    chart.nsaid = _dots(chart, [day.day for day in chart.days if day.nsaid], NSAID_Y)
    # To ask what an amount comes to takes longer than to see that there is one.
    no_opioid = [day.day for day in chart.days if not day.mme and day.opioid is False]
    no_tablets = [
        day.day for day in chart.days if not day.acetaminophen_mg and day.acetaminophen is False
    ]
    chart.none = _dashes(chart, no_opioid, OPIOID_Y - DASH)
    chart.none += _dashes(chart, no_tablets, OTHER_Y - DASH)
    uncounted = [day.day for day in chart.days if day.mme_unknown]
    chart.uncounted = _dots(chart, uncounted, OPIOID_Y - HIGH // 3)


def _dots(chart: Chart, days: Sequence[int], y: int) -> str:
    """In one row; each from where the last one stands."""
    path, pen = f"M0 {y}", 0
    for day in days:
        x = chart.pixels[day]
        path += f"m{x - pen} 0h0"
        pen = x
    return path if days else ""


def _dashes(chart: Chart, days: Sequence[int], y: int) -> str:
    """A dash a day; without room for them, one line for days next to each other, each from where
    the last one ended.
    """
    if not chart.dense:
        return "".join(f"M{chart.x(day) - chart.bar / 2:g} {y}h{chart.bar:g}" for day in days)
    path, pen = f"M0 {y}", 0
    for run in stretches(days):
        left, right = round(chart.x(run[0] - 0.5)), round(chart.x(run[-1] + 0.5))
        path += f"m{left - pen} 0h{right - left}"
        pen = right
    return path if days else ""


def _bars(chart: Chart, amounts: dict[int, Decimal], full: Decimal, foot: int) -> str:
    """A bar a day; where there is no room for bars, one outline for days next to each other, in
    days and whole pixels (`in_days` says where it stands). What was taken is never drawn flat.
    """
    digits = None if chart.dense else 1
    # Of a year's amounts most are the same.
    high = {
        amount: max(1, round(float(amount / full) * HIGH, digits))
        for amount in set(amounts.values())
    }
    heights = {day: high[amount] for day, amount in amounts.items()}
    if not chart.dense:
        return "".join(f"M{chart.x(day):g} {foot}v-{tall:g}" for day, tall in heights.items())
    path = ""
    for days in stretches(heights):
        path += f"M{days[0] - chart.first} {foot}"
        before = 0.0
        for tall, same in groupby(days, heights.__getitem__):
            path += f"v{before - tall:g}h{len(list(same))}"
            before = tall
        path += f"V{foot}"
    return path
