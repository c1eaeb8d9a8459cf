"""The warning signs in plain words, by the rule that acts on them.

A test holds this list against the rules: a red flag without words for it fails.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from recovery.clinical.rules import RULES_BY_ID, Severity, severity_of
from recovery.models import Recovery
from recovery.queries.pathways import plan_of

EMERGENCY_SIGNS = {
    "R01": (
        _("Numb or changed feeling around your genitals, buttocks or anus"),
        _("You cannot start, stop or feel your bladder, or you leak urine or stool"),
    ),
    "R02": (_("New weakness in a leg, or you cannot stand or lift your foot"),),
    "R03": (_("New pain, numbness or weakness in both legs"),),
    "R04": (_("Chest pain, trouble breathing, coughing blood, or fainting"),),
    "R05": (
        _(
            "Fever of 103 °F (39.4 °C) or more, or any fever with a stiff neck, confusion, strong "
            "back pain, or a weak or numb leg"
        ),
    ),
    "R06": (
        _(
            "Bleeding that does not stop after 10 minutes of pressing, or that soaks the dressing "
            "if you take a blood thinner"
        ),
    ),
    "R07": (_("Very hard to wake, or swelling of the face, tongue or throat"),),
    "R08": (_("A bad headache with fever, a stiff neck or confusion"),),
}
URGENT_SIGNS = {
    "R11": (_("New numbness or tingling in a leg"),),
    "R12": (_("Temperature of 100.4 °F (38.0 °C) or higher, or chills"),),
    "R13": (
        _("Redness that spreads, swelling, pus, or the spot opens"),
        _("From day 3 on: fluid from the spot"),
    ),
    "R14": (_("Blood soaks the dressing"),),
    "R15": (_("Swelling or pain in one calf"),),
    "R16": (_("A bad headache, or one that is worse when you sit up"),),
    "R17": (_("Pain you cannot control, or far above where it was before"),),
    "R19": (_("Sudden new back pain, or worse pain after a fall"),),
    "R20": (_("Strong new pain in a leg"),),
}


def warning_signs(recovery: Recovery, on_day: int = 0) -> dict[str, Any]:
    """Both lists, in the order of the rules; of the rules that run on that day. A sign whose rule
    the recovery's pathway has raised to an emergency stands among the emergencies.
    """
    changes = plan_of(recovery.pathway_id).changes
    raised = {
        rule: signs
        for rule, signs in URGENT_SIGNS.items()
        if severity_of(rule, changes) == Severity.EMERGENCY
    }
    urgent = {rule: signs for rule, signs in URGENT_SIGNS.items() if rule not in raised}
    return {
        "emergency_signs": _of_the_day({**EMERGENCY_SIGNS, **raised}, on_day),
        "urgent_signs": _of_the_day(urgent, on_day),
    }


def _of_the_day(signs: Mapping[str, Sequence[Any]], day: int) -> list[Any]:
    return [sign for rule, told in signs.items() if RULES_BY_ID[rule].runs_on(day) for sign in told]
