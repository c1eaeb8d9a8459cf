"""What each phase tells a patient, in the version that ships with the product.

A recovery reads the rows that a migration copied from here; clinics may have versions of their own.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhaseText:
    """One sentence or short point an entry. `expect` holds what can be expected: it is left out
    while an emergency or urgent alert is not closed.
    """

    code: str
    name: str
    good_now: tuple[str, ...]
    wait_with: tuple[str, ...]
    expect: tuple[str, ...]
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
            "Your legs can feel numb from the local medicine for a few hours.",
            (
                "New weakness at home is not part of this. Do not wait. "
                "Get help now: see Warning signs."
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
            "Driving: ask us first, and never drive after an opioid.",
            "Baths, pools and hot tubs: ask us first.",
            "Lifting: follow the limit we gave you.",
        ),
        expect=("Pain can be higher for a few days.",),
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
        source="A published account of the procedure (S0). Your clinic's own plan comes first",
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
        source="A published account of the procedure (S0); a clinic's aftercare page (S22)",
    ),
)
