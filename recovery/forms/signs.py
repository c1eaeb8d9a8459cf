"""The warning signs in plain words, by the rule that acts on them.

A test holds this list against the rules: a red flag without words for it fails.
"""

from django.utils.translation import gettext_lazy as _

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
# Of the other rules, by their conditions: told where the clinic has raised the rule.
RAISED_SIGNS = {
    "R10": (_("You are not sure about the feeling between your legs, your bladder or your bowel"),),
    "R18": (_("From day 4 on: strong pain, far above where it was before"),),
    "R21": (_("More than 4,000 mg of acetaminophen (Tylenol) in 24 hours"),),
    "R29": (_("From day 91 on: temperature of 100.4 °F (38.0 °C) or higher, or chills"),),
    "R30": (_("Temperature of 100.0 °F (37.8 °C) or higher"),),
    "R31": (
        _("In the first 2 days: clear or pink fluid from the spot"),
        _("From day 3 on: spots of blood"),
    ),
    "R32": (_("In the first 3 days: pain far above where it was before"),),
    "R33": (_("New pain in a leg"),),
    "R34": (_("From day 4 on: pain above where it was before, two times in a row"),),
    "R35": (_("A fall"),),
    "R36": (_("A lot of opioid pain medicine; from day 15 on, more than before your procedure"),),
    "R37": (_("More than 3,000 mg of acetaminophen (Tylenol) in 24 hours"),),
    "R38": (_("From day 15 on: pain that had eased and now rises again"),),
}
