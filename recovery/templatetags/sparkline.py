"""The staff's lists draw the last days of pain beside each patient."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

LEFT, WIDTH, BOTTOM, STEP = 4, 84, 33, 3


def sparkline(trend: Sequence[Sequence[int]], baseline: int | None) -> SafeString:
    """The last answers against the baseline, days to scale and gaps kept.

    Decoration beside the number, the baseline and the difference, so screen readers skip it.
    """
    parts = []
    if baseline is not None:
        parts.append(f'<path class="b" d="M2 {BOTTOM - STEP * baseline}H94"/>')
    if trend:
        first, last = trend[0][0], trend[-1][0]
        scale = WIDTH / max(last - first, 1)
        told = {day for day, _pain in trend}
        path = ""
        for day, pain in trend:
            x, y = LEFT + (day - first) * scale, BOTTOM - STEP * pain
            path += f"{'L' if day - 1 in told else 'M'}{x:.0f} {y}"
            # A day that nothing joins is a dot, by the line's round ends.
            path += "h0" * (told.isdisjoint({day - 1, day + 1}))
        parts.append(
            f'<path class="l" d="{path}"/><circle class="e" cx="{x:.0f}" cy="{y}" r="3.5"/>'
        )
    return SafeString(  # safe: numbers of our own
        f'<svg class="ic-spark" viewBox="0 0 96 36" aria-hidden="true">{"".join(parts)}</svg>'
    )
