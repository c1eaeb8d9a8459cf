"""Version 1 of the pathway that ships with the product, and its four phases.

The plan is a copy made when this migration was written, so that later defaults cannot change what
a recovery began with. Sources: S0 is the article that describes the procedure and its recovery,
S17 to S23 are published discharge sheets (docs/protocol.md). No clinician has approved it yet.
"""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

PLAN = Path(__file__).with_name("default_pathway_1.json")
REVIEW_ON = date(2027, 5, 1)

PHASES = [
    {
        "code": "immediate",
        "order": 1,
        "first_day": 0,
        "last_day": 0,
        "patient_name": "In the clinic",
        "good_now": (
            "Rest. Staff watch you for 1 to 2 hours.\n"
            "Ask staff for help when you first stand up.\n"
            "Have someone drive you home."
        ),
        "wait_with": "Do not drive today.",
        "expect": (
            "Your legs can feel numb from the local medicine for a few hours.\n"
            "New weakness at home is not part of this. Call us."
        ),
        "source": "A published account of the procedure (S0); pain clinics' sheets (S23)",
    },
    {
        "code": "short_term",
        "order": 2,
        "first_day": 0,
        "last_day": 2,
        "patient_name": "First 2 days",
        "good_now": (
            "Take short, slow walks.\n"
            "Keep the spot on your back clean and dry.\n"
            "Take pain medicine only as your label or your doctor says."
        ),
        "wait_with": (
            "Driving: ask us first, and never drive after an opioid.\n"
            "Baths, pools and hot tubs: ask us first.\n"
            "Lifting: follow the limit we gave you."
        ),
        "expect": "Pain can be higher for a few days.",
        "source": "A published account of the procedure (S0); discharge sheets (S17, S23)",
    },
    {
        "code": "gradual_return",
        "order": 3,
        "first_day": 3,
        "last_day": 14,
        "patient_name": "Building up",
        "good_now": (
            "Do a little more each day, by the plan we gave you.\n"
            "Start physical therapy when we say so.\n"
            "Walk each day."
        ),
        "wait_with": "Heavy lifting and sport: ask us first.",
        "expect": "Some days are better than others.",
        "source": "A published account of the procedure (S0). Your clinic's own plan comes first",
    },
    {
        "code": "follow_up",
        "order": 4,
        "first_day": 15,
        "last_day": None,
        "patient_name": "Follow-up",
        "good_now": (
            "Go on with your exercises.\n"
            "Answer the check-ins. They show us how you are.\n"
            "Do not stop or change opioids on your own."
        ),
        "wait_with": "",
        "expect": "Relief can take up to a month. Not everyone gets better.",
        "source": "A published account of the procedure (S0); a clinic's aftercare page (S22)",
    },
]


def forwards(apps, schema_editor):
    pathway = apps.get_model("recovery", "Pathway").objects.create(
        version=1, plan=json.loads(PLAN.read_text(encoding="utf-8"))
    )
    phase = apps.get_model("recovery", "RecoveryPhase")
    # One by one and in their order: the trigger looks at the phase before.
    for fields in PHASES:
        phase.objects.create(pathway=pathway, review_on=REVIEW_ON, **fields)


def backwards(apps, schema_editor):
    apps.get_model("recovery", "Pathway").objects.filter(clinic=None, version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("recovery", "0002_phases_without_gap_or_overlap")]
    operations = [migrations.RunPython(forwards, backwards)]
