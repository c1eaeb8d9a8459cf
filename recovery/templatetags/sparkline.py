"""The staff's lists draw the last days of pain beside each patient."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

LEFT, WIDTH, BOTTOM, STEP = 4, 84, 33, 3


def sparkline(trend: Sequence[Sequence[int]], baseline: int | None) -> SafeString:
    """The last answers against the baseline, days to scale and gaps kept; none is drawn of one.

    Decoration beside the number, the baseline and the difference, so screen readers skip it.
    """
    if len(trend) < 2:
        return SafeString("")
    parts = []
    if baseline is not None:
        parts.append(f'<path class="b" d="M2 {BOTTOM - STEP * baseline}H94"/>')
    first, last = trend[0][0], trend[-1][0]
    scale = WIDTH / max(last - first, 1)
    told = {day for day, _pain in trend}
    line = alone = ""
    for day, pain in trend:
        x, y = LEFT + (day - first) * scale, BOTTOM - STEP * pain
        if told.isdisjoint({day - 1, day + 1}):
            # A day that nothing joins is a dot, by the round ends of its path.
            alone += f"M{x:.0f} {y}h0"
        else:
            line += f"{'L' if day - 1 in told else 'M'}{x:.0f} {y}"
    if line:
        parts.append(f'<path class="l" d="{line}"/>')
    if alone:
        parts.append(f'<path class="l is-alone" d="{alone}"/>')
    parts.append(f'<circle class="e" cx="{x:.0f}" cy="{y}" r="3.5"/>')
    return SafeString(  # safe: numbers of our own
        f'<svg class="ic-spark" viewBox="0 0 96 36" aria-hidden="true">{"".join(parts)}</svg>'
    )
