"""The texts of the phase pages, for the pathway that ships with the product.

Copied here when this was written, so that later defaults change no recovery. Only the shipped
pathway is filled, and only what is still empty or still as it came. No clinician has approved it
yet.
"""

from datetime import date

from django.db import migrations

REVIEW_ON = date(2027, 5, 1)

ABOUT = {
    "immediate": (
        "Staff look at your pain, your legs and the spot on your back.\n"
        "You go home when staff say so. Someone else drives.\n"
        "Medicine to relax you can make you sleepy for the rest of the day.\n"
        "Your first check-in opens this evening. It takes about 1 minute."
    ),
    "short_term": (
        "We ask you once a day how you are. It takes about 1 minute.\n"
        "Acetaminophen is also called Tylenol. Cold and flu medicines can hold it too.\n"
        "Print the card with the warning signs. Put it where you see it.\n"
        "Show the card to whoever looks after you."
    ),
    "gradual_return": (
        "The plan we gave you says how much to walk and lift. It comes first.\n"
        "Fluid from the spot is not expected after day 2. Call us today if you see any.\n"
        "An infection can start days or weeks later.\n"
        "Around day 14 we ask you more: about the spot, your days and your pain."
    ),
    "follow_up": (
        "We ask you every few days, then once a week.\n"
        "At 1 month, 6 weeks and 3 months we ask you more.\n"
        "PEG is 3 questions: your pain, and what it keeps you from.\n"
        "RMDQ is a list of 24 lines. You tick the ones that fit you that day.\n"
        "Never stop opioids all at once. Ask us first.\n"
        "A new fall or a fever still matters. Call us."
    ),
}

# The page now speaks of infections too, which another source does.
OLD_SOURCE = "A published account of the procedure (S0). Your clinic's own plan comes first"
NEW_SOURCE = (
    "A published account of the procedure (S0); leaflets on wounds (S25). "
    "Your clinic's own plan comes first"
)

PREPARATION = {
    "patient_name": "Before the day",
    "steps": (
        "You get ready. This takes about 30 minutes.\n"
        "You get medicine so that it does not hurt. Ask us which kind you will get.\n"
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
        "Ask someone to take you home.\n"
        "Call us if you get ill, or if your pain changes, before the day."
    ),
    "wait_with": (
        "Driving: not on the day. Ask us about the days after.\n"
        "Medicines: do not stop any on your own. Ask us first."
    ),
    "about": (
        "Your first check-in opens that evening. It takes about 1 minute.\n"
        "For 2 weeks we ask you once a day, then less and less often.\n"
        "You can log more at any time, even if we did not ask.\n"
        "No one watches your answers day and night. If it cannot wait, call."
    ),
    "source": (
        "A published account of the procedure (S0); a study of broken bones (S12); "
        "a clinic's page on risks (S22)"
    ),
}


def forwards(apps, schema_editor):
    shipped = apps.get_model("recovery", "Pathway").objects.filter(clinic=None, version=1)
    phases = apps.get_model("recovery", "RecoveryPhase").objects.filter(pathway__in=shipped)
    for code, about in ABOUT.items():
        phases.filter(code=code, about="").update(about=about)
    phases.filter(code="gradual_return", source=OLD_SOURCE).update(source=NEW_SOURCE)
    preparation = apps.get_model("recovery", "Preparation")
    for pathway in shipped:
        preparation.objects.get_or_create(
            pathway=pathway, defaults={"review_on": REVIEW_ON, **PREPARATION}
        )


class Migration(migrations.Migration):
    dependencies = [("recovery", "0011_phase_pages_and_milestones")]
    # Going back, 0011 takes the tables and the column away.
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
