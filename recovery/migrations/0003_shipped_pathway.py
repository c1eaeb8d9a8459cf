"""Version 1 of the pathway that ships with the product, its four phases and the time before it.

Plan and texts are a copy made when this migration was written, so that later defaults cannot change
what a recovery began with. Sources: S0 is the article that describes the procedure and its
recovery, S12 a study of broken bones, S17 to S23 are published discharge sheets, S25 leaflets on
wounds (docs/protocol.md). No clinician has approved it yet.
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
            "New weakness at home is not part of this. Do not wait. Get help now: see Warning "
            "signs."
        ),
        "source": "A published account of the procedure (S0); pain clinics' sheets (S23)",
        "about": (
            "Staff look at your pain, your legs and the spot on your back.\n"
            "You go home when staff say so. Someone else drives.\n"
            "Medicine to relax you can make you sleepy for the rest of the day.\n"
            "Your first check-in opens this evening. It takes about 1 minute."
        ),
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
        "about": (
            "We ask you once a day how you are. It takes about 1 minute.\n"
            "Acetaminophen is also called Tylenol. Cold and flu medicines can hold it too.\n"
            "Print the card with the warning signs. Put it where you see it.\n"
            "Show the card to whoever looks after you."
        ),
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
        "source": (
            "A published account of the procedure (S0); leaflets on wounds (S25). Your "
            "clinic's own plan comes first"
        ),
        "about": (
            "The plan we gave you says how much to walk and lift. It comes first.\n"
            "Fluid from the spot is not expected after day 2. Call us today if you see any.\n"
            "An infection can start days or weeks later.\n"
            "Around day 14 we ask you more: about the spot, your days and your pain."
        ),
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
        "about": (
            "We ask you every few days, then once a week.\n"
            "At 1 month, 6 weeks and 3 months we ask you more.\n"
            "PEG is 3 questions: your pain, and what it keeps you from.\n"
            "RMDQ is a list of 24 lines. You tick the ones that fit you that day.\n"
            "Never stop opioids all at once. Ask us first.\n"
            "A new fall or a fever still matters. Call us."
        ),
    },
]

PREPARATION = {
    "patient_name": "Before the day",
    "steps": (
        "You get ready. This takes about 30 minutes.\n"
        "You get medicine against the pain. Ask us which kind you will get.\n"
        "The doctor puts a thin needle into the bone of your low back. It takes 10 to 20 minutes.\n"
        "Heat treats a nerve inside the bone. It takes about 15 minutes.\n"
        "You rest with us for 1 to 2 hours. Then someone takes you home.\n"
        "Your times can be longer or shorter. Ask us."
    ),
    "suits": (
        "Your low back has hurt for 6 months or more.\n"
        "You tried other care for 6 months or more, and it did not help enough.\n"
        "A scan shows a change in the bone. Doctors call it Modic type 1 or 2."
    ),
    "benefits": (
        "Some people have less pain and can do more. Not everyone gets better.\n"
        "Some people can take less pain medicine.\n"
        "The cut is small."
    ),
    "risks": (
        "Infection: the risk is low\n"
        "Bleeding: rare\n"
        "Harm to a nerve: rare\n"
        "More pain for a while: at times\n"
        "New pain in a leg: it happens, we do not know how often\n"
        "A break in a bone of the back: more often with weak bones"
    ),
    "choices": (
        "Physical therapy\n"
        "Medicines\n"
        "Shots near the nerves of the back\n"
        "Surgery\n"
        "More time to think. Ask us all you want to know."
    ),
    "good_now": (
        "Answer the first form before the day. It shows where you start.\n"
        "Tell us all the medicines you take, above all blood thinners.\n"
        "Do not stop any medicine on your own. Ask us first.\n"
        "Ask someone to take you home.\n"
        "Call us if you get ill, or if your pain changes, before the day."
    ),
    "wait_with": "Driving: not on the day. Ask us about the days after.",
    "about": (
        "Your first check-in opens that evening. It takes about 1 minute.\n"
        "For 2 weeks we ask you once a day, then less and less often.\n"
        "You can log more at any time, even if we did not ask.\n"
        "No one watches your answers day and night. If it cannot wait, call us."
    ),
    "source": (
        "A published account of the procedure (S0); a study of broken bones (S12); a clinic's "
        "page on risks (S22)"
    ),
}


def forwards(apps, schema_editor):
    pathway = apps.get_model("recovery", "Pathway").objects.create(
        version=1, plan=json.loads(PLAN.read_text(encoding="utf-8"))
    )
    phase = apps.get_model("recovery", "RecoveryPhase")
    # One by one and in their order: the trigger looks at the phase before.
    for fields in PHASES:
        phase.objects.create(pathway=pathway, review_on=REVIEW_ON, **fields)
    apps.get_model("recovery", "Preparation").objects.create(
        pathway=pathway, review_on=REVIEW_ON, **PREPARATION
    )


def backwards(apps, schema_editor):
    apps.get_model("recovery", "Pathway").objects.filter(clinic=None, version=1).delete()


class Migration(migrations.Migration):
    # Steps before the first release, see 0001_tables.
    replaces = [
        ("recovery", "0003_default_pathway"),
        ("recovery", "0006_new_weakness_is_not_waited_out"),
        ("recovery", "0012_phase_pages_filled"),
        ("recovery", "0025_the_time_before_in_plain_words"),
    ]
    dependencies = [("recovery", "0002_triggers_and_beginnings")]
    operations = [migrations.RunPython(forwards, backwards)]
