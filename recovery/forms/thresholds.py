"""Which number of which rule a rehearsal is about, and which other number."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recovery.clinical.rules import THRESHOLDS, THRESHOLDS_BY_NAME, Supposed, Threshold
from recovery.forms.fields import Number

NAMES = {
    ("R17", "pain"): gettext_lazy("lowest pain that is not under control"),
    ("R18", "pain"): gettext_lazy("lowest pain"),
    ("R18", "points"): gettext_lazy("points above the baseline"),
    ("R19", "points"): gettext_lazy("points above the baseline after a fall"),
    ("R20", "leg_pain"): gettext_lazy("lowest new leg pain (below it R33 fires)"),
    ("R21", "mg"): gettext_lazy("most mg of acetaminophen in 24 h (up to it R37 fires)"),
    ("R30", "celsius"): gettext_lazy("lowest temperature in °C"),
    ("R32", "points"): gettext_lazy("points above the baseline"),
    ("R34", "points"): gettext_lazy("points above the baseline, twice in a row"),
    ("R36", "mme"): gettext_lazy("lowest MME of the day"),
    ("R37", "mg"): gettext_lazy("mg of acetaminophen in 24 h that are not yet much"),
    ("R38", "eased"): gettext_lazy("points that pain had eased below the baseline"),
    ("R38", "points"): gettext_lazy("points above the best three logs"),
}


def number_name(rule: str, name: str) -> str:
    return f"{rule}, {NAMES[rule, name]}"


def plain(number: Decimal | int) -> str:
    """4, not 4.0; 37.5."""
    return f"{Decimal(number).normalize():f}"


def _offer(threshold: Threshold) -> str:
    return _("%(name)s: %(now)s today, %(low)s to %(high)s can be asked") % {
        "name": number_name(threshold.rule_id, threshold.name),
        "now": plain(threshold.value),
        "low": plain(threshold.low),
        "high": plain(threshold.high),
    }


def _offers() -> list[tuple[str, str]]:
    return [
        ("", _("Choose")),
        *((f"{one.rule_id}.{one.name}", _offer(one)) for one in THRESHOLDS),
    ]


class ThresholdForm(forms.Form):
    use_required_attribute = False

    number = forms.ChoiceField(
        label=gettext_lazy("Rule and number"),
        choices=_offers,
        error_messages={"required": gettext_lazy("Choose a number.")},
    )
    value = Number(
        label=gettext_lazy("Instead"),
        places=1,
        like="4",
        error_messages={"required": gettext_lazy("Write a number.")},
    )

    def clean(self) -> None:
        threshold, value = self._threshold(), self.cleaned_data.get("value")
        if threshold is None or value is None:
            return
        if value == threshold.value:
            self.add_error("value", _("That is the number that the rule has today."))
        elif not threshold.offers(value):
            said = _("Write a number from %(low)s to %(high)s, in steps of %(step)s.")
            shown = {name: plain(getattr(threshold, name)) for name in ("low", "high", "step")}
            self.add_error("value", said % shown)

    def _threshold(self) -> Threshold | None:
        rule, _dot, name = self.cleaned_data.get("number", "").partition(".")
        return THRESHOLDS_BY_NAME.get((rule, name))

    @property
    def supposed(self) -> Supposed:
        rule, _dot, name = self.cleaned_data["number"].partition(".")
        value: Any = self.cleaned_data["value"]
        return Supposed(rule, name, value)
