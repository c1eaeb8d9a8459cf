"""How the outcomes pages say a figure: never without the people it is counted from."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from recovery.clinical.instruments import rounded
from recovery.clinical.summaries import Share
from recovery.clinical.trials import Figure
from recovery.queries.outcome_figures import AFTER, NAMES
from recovery.templatetags.trials import ARMS

register = template.Library()

BAR_WIDE, BAR_HIGH, BAR_GAP = 420, 22, 2


@register.filter
def after_form(form: str) -> str:
    """1 month, for the form of that time point; the number never ends a line."""
    return (
        _("baseline") if form == "baseline" else str(AFTER[form]).replace(" ", "\N{NO-BREAK SPACE}")
    )


@register.filter
def scale_name(scale: str) -> str:
    return str(NAMES[scale][0])


@register.filter
def scale_note(scale: str) -> str:
    return str(NAMES[scale][1])


@register.filter
def arm(name: str) -> str:
    return str(ARMS[name])


@register.filter
def one_decimal(value: float | Fraction) -> str:
    """Half away from zero, as every score is shown; a fall below nothing with a real minus."""
    exact = value if isinstance(value, Fraction) else Fraction(str(round(value, 6)))
    return rounded(exact, 1).replace("-", "−")


@register.filter
def px(place: float) -> SafeString:
    """A place in a drawing, whose decimals are a point's in every language. They are many, and a
    tenth of what floatformat costs.
    """
    return SafeString(f"{place:g}")


@register.filter
def percent(found: Share) -> str:
    return f"{_whole(found.percent)}%"


@register.filter
def interval(found: Share) -> str:
    return _("%(low)s to %(high)s") % {
        "low": _whole(100 * found.low),
        "high": _whole(100 * found.high),
    }


@register.filter
def whole(value: float) -> str:
    return _whole(value)


def _whole(value: float) -> str:
    return str(Decimal(str(round(value, 6))).quantize(Decimal(1), ROUND_HALF_UP))


@register.simple_tag
def stack(*parts: int) -> SafeString:
    """A bar of all who were due: the parts by their share, the last one hatched: no answer."""
    whole_bar, x = sum(parts), 0.0
    drawn: list[SafeString] = []
    room = BAR_WIDE - BAR_GAP * (sum(part > 0 for part in parts) - 1)
    for name, part in zip(_names(parts), parts, strict=True):
        if not part:
            continue
        width = round(room * part / whole_bar, 1)
        drawn.append(
            format_html(
                '<rect class="{}" x="{}" width="{}" height="{}"/>', name, x, width, BAR_HIGH
            )
        )
        x = round(x + width + BAR_GAP, 1)
    return format_html(
        '<svg class="ic-stackbar" viewBox="0 0 {} {}" preserveAspectRatio="none" '
        'aria-hidden="true">{}</svg>',
        BAR_WIDE,
        BAR_HIGH,
        SafeString("".join(drawn)),
    )


def _names(parts: Sequence[int]) -> Sequence[str]:
    return ("yes", "no", "miss") if len(parts) == 3 else ("yes", "miss")


@register.simple_tag
def share_of(part: int, n: int) -> str:
    return f"({_whole(100 * part / n)}%)"


@register.filter
def study_lines(figure: Figure) -> list[str]:
    """A figure's name in three short lines."""
    study, _comma, part = figure.study.partition(", ")
    arm_name = str(ARMS[figure.arm])
    who, _comma, more = arm_name.partition(", ")
    return [study, part or who, who if part else more]
