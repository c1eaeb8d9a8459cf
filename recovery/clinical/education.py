"""What each phase tells a patient, in the version that ships with the product.

A recovery reads the rows that a migration copied from here; clinics may have versions of their own.
"""

from dataclasses import dataclass

# To this day Today and History say what can be expected: relief may be noticed by then (S22), and
# the last phase has no end.
EXPECT_TO = 30


@dataclass(frozen=True, slots=True)
class PhaseText:
    """One sentence or short point an entry. `expect` holds what can be expected: it is left out
    while an emergency or urgent alert is not closed, and on Today and History after `EXPECT_TO`.
    `about` stands on the phase's own page alone.
    """

    code: str
    name: str
    good_now: tuple[str, ...]
    wait_with: tuple[str, ...]
    expect: tuple[str, ...]
    about: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class BeforeText:
    """What is told before the procedure. A risk is a name, a colon, and how often it happens;
    `benefits` are left out as `expect` is.
    """

    name: str
    steps: tuple[str, ...]
    suits: tuple[str, ...]
    benefits: tuple[str, ...]
    risks: tuple[str, ...]
    choices: tuple[str, ...]
    good_now: tuple[str, ...]
    wait_with: tuple[str, ...]
    about: tuple[str, ...]
    source: str


PHASE_TEXTS: tuple[PhaseText, ...] = (
    PhaseText(
        code="immediate",
        name="In the clinic",
        good_now=(
            "Rest. Staff watch you for 1 to 2 hours.",
            "Ask staff for help when you first stand up.",
            "Have someone drive you home.",
        ),
        wait_with=("Do not drive today.",),
        expect=(
            (
                "Your legs can feel numb from the local medicine for a few hours. "
                "In the clinic, tell staff about it."
            ),
            (
                "New weakness at home is not part of this, nor is numbness in both legs at home. "
                "Do not wait. "
                "Get help now: see Warning signs."
            ),
        ),
        about=(
            "Staff look at your pain, your legs and the spot on your back.",
            "You go home when staff say so. Someone else drives.",
            "Medicine to relax you can make you sleepy for the rest of the day.",
            (
                "Your first check-in opens this evening. "
                "If you answer one in the clinic, it opens tomorrow."
            ),
        ),
        source="A published account of the procedure (S0); pain clinics' sheets (S23)",
    ),
    PhaseText(
        code="short_term",
        name="First 2 days",
        good_now=(
            "Take short, slow walks.",
            "Keep the spot on your back clean and dry.",
            "Take pain medicine only as your label or your doctor says.",
        ),
        wait_with=(
            "Driving: not on the day itself. Then ask us first. Never drive after an opioid.",
            "Baths, pools and hot tubs: ask us first.",
            "Lifting: follow the limit we gave you.",
        ),
        expect=("Pain can be higher for a few days.",),
        about=(
            "We ask you once a day how you are. It takes about 1 minute.",
            "Acetaminophen is also called Tylenol. Cold and flu medicines can hold it too.",
            "Print the card with the warning signs. Put it where you see it.",
            "Show the card to whoever looks after you.",
        ),
        source="A published account of the procedure (S0); discharge sheets (S17, S23)",
    ),
    PhaseText(
        code="gradual_return",
        name="Building up",
        good_now=(
            "Do a little more each day, by the plan we gave you.",
            "Start physical therapy when we say so.",
            "Walk each day.",
        ),
        wait_with=("Heavy lifting and sport: ask us first.",),
        expect=("Some days are better than others.",),
        about=(
            "The plan we gave you says how much to walk and lift. It comes first.",
            "Fluid from the spot is not expected after day 2. Call us today if you see any.",
            "An infection can start days or weeks later.",
            "Around day 14 we ask you more: about the spot, your days and your pain.",
        ),
        source=(
            "A published account of the procedure (S0); leaflets on wounds (S25). "
            "Your clinic's own plan comes first"
        ),
    ),
    PhaseText(
        code="follow_up",
        name="Follow-up",
        good_now=(
            "Go on with your exercises.",
            "Answer the check-ins. They show us how you are.",
            "Do not stop or change opioids on your own.",
        ),
        wait_with=(),
        expect=("Relief can take up to a month. Not everyone gets better.",),
        about=(
            "We ask you every few days, then once a week.",
            "At 1 month, 6 weeks and 3 months we ask you more.",
            "PEG is 3 questions: your pain, and what it keeps you from.",
            "RMDQ is a list of 24 lines. You check the ones that fit you that day.",
            "Never stop opioids all at once. Ask us first.",
            "A new fall or a fever still matters. Call us.",
        ),
        source="A published account of the procedure (S0); a clinic's aftercare page (S22)",
    ),
)

BEFORE_TEXT = BeforeText(
    name="Before the day",
    steps=(
        "You get ready. This takes about 30 minutes.",
        "You get medicine against the pain. Ask us which kind you will get.",
        "The doctor puts a thin needle into the bone of your low back. It takes 10 to 20 minutes.",
        "Heat treats a nerve inside the bone. It takes about 15 minutes.",
        "You rest with us for 1 to 2 hours. Then someone takes you home.",
        "Your times can be longer or shorter. Ask us.",
    ),
    suits=(
        "Your low back has hurt for 6 months or more.",
        "You tried other care for 6 months or more, and it did not help enough.",
        "A scan shows a change in the bone. Doctors call it Modic type 1 or 2.",
    ),
    benefits=(
        "Some people have less pain and can do more. Not everyone gets better.",
        "Some people can take less pain medicine.",
        "The cut is small.",
    ),
    risks=(
        "Infection: the risk is low",
        "Bleeding: rare",
        "Harm to a nerve: rare",
        "More pain for a while: at times",
        "New pain in a leg: it happens, we do not know how often",
        "A break in a bone of the back: more often with weak bones",
    ),
    choices=(
        "Physical therapy",
        "Medicines",
        "Shots near the nerves of the back",
        "Surgery",
        "More time to think. Ask us all you want to know.",
    ),
    good_now=(
        "Answer the first form before the day. It shows where you start.",
        "Tell us all the medicines you take, above all blood thinners.",
        "Do not stop any medicine on your own. Ask us first.",
        "Ask someone to take you home.",
        "Call us if you get ill, or if your pain changes, before the day.",
    ),
    wait_with=("Driving: not on the day. Ask us about the days after.",),
    about=(
        (
            "Your first check-in opens that evening. "
            "If you answer one in the clinic, it opens a day later."
        ),
        "For 2 weeks we ask you once a day, then less and less often.",
        "You can log more at any time, even if we did not ask.",
        "No one watches your answers day and night. If it cannot wait, see “Whom to call”.",
    ),
    source=(
        "A published account of the procedure (S0); a study of broken bones (S12); "
        "a clinic's page on risks (S22)"
    ),
)
