"""What happens to single patients beyond their course, by record number.

What is still open when the demo begins is told in minutes before that moment; what is over, in
days of the recovery. What has an On is over by the evening before the demo begins, whatever the
hour of its beginning.
"""

from decimal import Decimal
from typing import Any

from recovery.management.demo.room import GONE, THERE
from recovery.management.demo.steps import (
    AddressFails,
    Ago,
    Claimed,
    Closed,
    Contacted,
    Correct,
    Enrolled,
    Form,
    Log,
    On,
    Scene,
    Silent,
    Snoozed,
    StateSet,
    TurnedOff,
    Unanswered,
)
from recovery.models import Alert, Contact, Recovery

Reason = Alert.ClosingReason
Outcome = Contact.Outcome
Kind = Contact.Kind
State = Recovery.State


def fahrenheit(degrees: str) -> dict[str, Any]:
    return {"temp_value": Decimal(degrees), "temp_unit": "F"}


def hydrocodone(doses: int) -> dict[str, Any]:
    return {"opioids": [{"drug": "hydrocodone", "mg": 5, "doses": doses}]}


def leg_pain(rating: int, side: str) -> dict[str, Any]:
    return {"leg_pain_status": "new_or_worse", "leg_pain": rating, "leg_side": side}


def rated(week: int, *peg: int, change: int) -> dict[str, Any]:
    """Pain of seven days, the three ratings of PEG, and PGIC."""
    ratings = dict(zip(("peg-average", "peg-enjoyment", "peg-activity"), peg, strict=True))
    return {"NRS": {"nrs-7d": week}, "PEG": ratings, "PGIC": {"pgic": change}}


def settled(
    rule: str, by: str, day: int, called: str, minutes: int, note: str
) -> tuple[Scene, ...]:
    """One call that reached the patient and ended it."""
    return (
        Contacted(On(day, called), by, Outcome.ADVISED, minutes, note),
        Closed(On(day, called), by, Reason.PHONE, rule),
    )


REDNESS: tuple[Scene, ...] = (
    Log(On(5, "07:50"), {"wound": ["redness_spreading", "swelling_or_warmth"]}),
    Claimed(On(5, "08:15"), "nurse1", "R13"),
    Contacted(On(5, "08:24"), "nurse1", Outcome.BOOKED, 8, "Comes today at 14:00."),
    Contacted(On(5, "14:10"), "clinician1", Outcome.ADVISED, 15, "Superficial, dry.", Kind.VISIT),
    Closed(On(5, "14:14"), "clinician1", Reason.SEEN, "R13"),
)
CALF: tuple[Scene, ...] = (
    Log(On(6, "09:12"), {"calf_one_leg": True}),
    Claimed(On(6, "09:20"), "nurse1", "R15"),
    Contacted(
        On(6, "09:31"), "nurse1", Outcome.EMERGENCY_DEPARTMENT, 9, "Told to have a scan today."
    ),
    Contacted(On(7, "10:02"), "nurse1", Outcome.ADVISED, 4, "Scan negative."),
    Closed(On(7, "10:05"), "nurse1", Reason.EMERGENCY_DEPARTMENT, "R15"),
)

# Not closed when the demo begins
# -------------------------------

OPEN: dict[str, tuple[Scene, ...]] = {
    # Emergency
    "NS-2075": (
        Log(
            Ago(8),
            {
                "pain_avg": 8,
                "pain_worst": 9,
                "pain_controlled": True,
                "bladder": "yes",
                "free_text": "I could not feel when I had to go this time.",
            },
        ),
    ),
    "NS-2080": (
        Log(Ago(52), {**fahrenheit("103.3"), "chills": True, "pain_avg": 6, "pain_worst": 7}),
        Claimed(Ago(38), "nurse1", "R05"),
        Contacted(Ago(31), "nurse1", Outcome.NO_ANSWER, 2, "No answer on the second try either."),
    ),
    # Urgent
    "NS-2066": (
        Log(
            Ago(57),
            {
                "pain_avg": 9,
                "pain_worst": 10,
                "pain_controlled": True,
                "sudden_new_back_pain": True,
                "fall": False,
                "free_text": "Sharp pain when I lifted a suitcase.",
                **hydrocodone(6),
            },
        ),
        Claimed(Ago(9), "nurse1", "R18"),
    ),
    "NS-2086": (Log(Ago(190), {"bowel": "unsure", "pain_avg": 6}),),
    "NS-2077": (Log(Ago(36), {"wound": ["redness_spreading"], "pain_avg": 4}),),
    "NS-2082": (
        Log(Ago(105), {**fahrenheit("100.8"), "pain_avg": 5}),
        Claimed(Ago(14), "nurse2", "R12"),
    ),
    # Told to call, called twice, and not heard of since (R42)
    "NS-2076": (
        Log(Ago(1590), {"leg_numbness": "new_or_worse", "leg_side": "right"}),
        Contacted(Ago(1561), "nurse2", Outcome.NO_ANSWER, 1, "No voicemail."),
        Contacted(Ago(1333), "nurse1", Outcome.NO_ANSWER, 2),
        Silent(after=6),
    ),
    # Review
    "NS-2072": (
        Log(On(9, "18:40"), {"pain_avg": 8, "pain_worst": 8, "pain_controlled": True}),
        Log(On(10, "18:52"), {"pain_avg": 8, "pain_worst": 9, "pain_controlled": True}),
    ),
    "NS-2051": (
        Log(On(41, "17:31"), {"pain_avg": 5, "pain_worst": 6}),
        Log(On(48, "17:44"), {"pain_avg": 6, "pain_worst": 7}),
        Log(On(54, "20:11"), {"pain_avg": 6, "free_text": "It is creeping back up."}, extra=True),
    ),
    "NS-2063": (Log(On(19, "17:05"), {"pain_avg": 6, **hydrocodone(9)}, extra=True),),
    "NS-2069": (
        Log(On(12, "19:22"), leg_pain(4, "left")),
        Claimed(Ago(12), "nurse2", "R33"),
    ),
    "NS-2084": (Log(On(3, "20:15"), fahrenheit("100.2")),),
    "NS-2089": (Log(On(1, "18:30"), {"pain_avg": 9, "pain_worst": 9, "pain_controlled": True}),),
    "NS-2059": (
        Log(On(27, "18:05"), {"acetaminophen_mg": 3500, "pain_avg": 5}, extra=True),
        Form(Ago(33), "C30", rated(6, 6, 6, 7, change=5)),
    ),
    "NS-2045": (
        Log(On(5, "19:15"), {"pain_avg": 9, "pain_worst": 9, "pain_controlled": True}),
        Log(On(6, "18:48"), {"pain_avg": 9, "pain_worst": 10, "pain_controlled": True}),
        *settled("R34", "clinician2", 7, "10:20", 10, "Long car rides. Rest, then as planned."),
        Form(Ago(75), "C90", rated(6, 6, 5, 6, change=4)),
    ),
    "NS-2064": (Unanswered("C14"),),
    "NS-2090": (Unanswered("BASE"),),
    "NS-2073": (
        Log(On(4, "07:12"), {"pain_avg": 7, "pain_worst": 8, "pain_controlled": True}, extra=True),
        Log(On(4, "13:05"), {"pain_avg": 6, "pain_worst": 8}, extra=True),
        Log(On(9, "21:38"), without=("bowel", "chest_or_breath")),
    ),
    # Contacted
    "NS-2081": (
        Log(Ago(260), {"pain_avg": 9, "pain_worst": 9, "pain_controlled": False}),
        Claimed(Ago(243), "nurse1", "R17"),
        Contacted(Ago(228), "nurse1", Outcome.ADVISED, 9, "Went through the plan. Call tomorrow."),
    ),
    "NS-2070": (
        Log(On(11, "19:10"), {"fall": True, "pain_avg": 4}),
        Contacted(Ago(80), "nurse2", Outcome.NO_ANSWER, 1),
    ),
    "NS-2055": (
        Log(On(37, "11:05"), {**leg_pain(8, "left"), "pain_avg": 5}),
        Claimed(On(37, "11:21"), "nurse1", "R20"),
        Contacted(On(37, "11:32"), "nurse1", Outcome.BOOKED, 6, "Visit with Samir Haddad."),
        Snoozed(On(37, "11:40"), "nurse1", "R20", 8, "Seen next week; the same leg as before."),
    ),
    # Not answered today, so that the check-in is open for whoever tries it
    "NS-2083": (Silent(after=3),),
    "NS-2067": (Unanswered("C14"),),
    # Begun, and kept for later
    "NS-2095": (Form(On(-2, "20:41"), "BASE", only=("NRS", "PEG")),),
    "NS-2054": (*REDNESS, Form(On(40, "21:12"), "C42", only=("NRS",))),
    "NS-2044": (*CALF, Form(On(87, "19:48"), "C90", only=("NRS", "PEG"))),
    # Silent, or out of reach
    "NS-2071": (Silent(after=7),),
    "NS-2085": (Silent(after=-1),),
    "NS-2049": (
        Form(On(41, "19:20"), "C42", rated(6, 6, 5, 6, change=4)),
        Contacted(On(43, "10:15"), "nurse1", Outcome.BOOKED, 8, "Wants to talk it over."),
        Closed(On(45, "15:30"), "clinician2", Reason.SEEN, "R44"),
        Silent(after=41),
    ),
    "NS-2048": (
        Unanswered("C42"),
        *settled("R43", "nurse2", 50, "10:05", 5, "Away for a month, answers the next one."),
        Silent(after=58),
    ),
    "NS-2060": (TurnedOff(On(18, "09:20")), Silent(after=17)),
    "NS-2078": (
        AddressFails(On(3, "12:00")),
        Contacted(On(4, "15:20"), "nurse1", Outcome.ADVISED, 4, "Is well. Mails bounce."),
        Silent(after=3),
    ),
    # Treated today
    "NS-2092": THERE,
    "NS-2093": GONE,
    "HS-119": (Log(Ago(50), {"wound": ["pus_or_smell"], "pain_avg": 5}),),
}

# Over and done with
# ------------------

DONE: dict[str, tuple[Scene, ...]] = {
    "NS-2101": (Enrolled(Ago(40)),),
    "NS-2094": (StateSet(On(-6, "15:02"), "clinician2", State.CANCELLED),),
    "NS-2062": (
        Silent(after=14),
        Contacted(On(15, "10:25"), "nurse2", Outcome.ADVISED, 3, "Abroad, asks for a pause."),
        StateSet(On(15, "10:31"), "nurse2", State.PAUSED),
    ),
    "NS-2053": (
        Silent(after=27),
        Form(On(27, "20:06"), "C30", rated(7, 7, 8, 8, change=6)),
        Contacted(On(31, "14:02"), "clinician2", Outcome.ADVISED, 8, "Goes on elsewhere."),
        Closed(On(31, "14:06"), "clinician2", Reason.PHONE, "R45"),
        StateSet(On(31, "14:10"), "clinician2", State.WITHDRAWN),
    ),
    "NS-2042": (Log(On(14, "08:10"), {"pt_done": True}, extra=True),),
    # Misses and silence, handled the next day
    "NS-2043": (
        Unanswered("C30"),
        *settled("R43", "nurse1", 38, "09:25", 6, "Forgot. Pain 4, walks daily."),
        Silent(after=62),
    ),
    "NS-2068": (
        Unanswered("BASE"),
        *settled("R46", "nurse1", 1, "10:12", 5, "Cannot say how it was before."),
    ),
    "NS-2039": (
        Unanswered("BASE"),
        *settled("R46", "nurse2", 1, "11:40", 3, "Pain 8 before, as typed at the visit."),
    ),
    # Not answered yet
    "NS-2097": (Unanswered("BASE"),),
    "NS-2098": (Unanswered("BASE"),),
    "NS-2058": (
        Log(On(1, "18:20"), {"pain_avg": 9, "pain_worst": 9, "pain_controlled": True}),
        *settled("R32", "nurse1", 2, "08:52", 7, "Expected on day 1. Ice, walking, the plan."),
    ),
    "NS-2056": (
        Log(On(1, "18:40"), {"wound": ["drainage_clear_or_bloody"]}),
        *settled("R31", "nurse2", 2, "09:40", 4, "A pink spot on the dressing, dry now."),
    ),
    "NS-2046": (
        Log(On(4, "20:30"), fahrenheit("100.1")),
        Log(On(5, "07:30"), fahrenheit("98.4")),
        *settled("R30", "nurse1", 5, "09:04", 3, "Normal this morning."),
    ),
    "NS-2047": (
        Log(On(2, "08:35"), {"bladder": "unsure"}),
        Claimed(On(2, "08:41"), "nurse2", "R10"),
        *settled("R10", "nurse2", 2, "08:53", 12, "All questions of the card asked: no to each."),
    ),
    "NS-2061": (
        Log(On(1, "16:20"), {"headache": "worse_upright"}),
        Claimed(On(1, "16:31"), "nurse1", "R16"),
        Contacted(On(1, "16:40"), "nurse1", Outcome.ADVISED, 11, "Lie flat, drink. No fever."),
        Log(On(2, "10:05"), {"headache": "mild"}),
        Closed(On(3, "09:10"), "clinician1", Reason.PHONE, "R16"),
    ),
    "NS-2040": (
        Log(On(8, "18:45"), fahrenheit("100.9")),
        Claimed(On(8, "18:58"), "nurse2", "R12"),
        Contacted(On(8, "19:05"), "nurse2", Outcome.ADVISED, 6, "A cold in the family. Site dry."),
        Log(On(9, "08:10"), fahrenheit("98.8")),
        Closed(On(9, "08:31"), "nurse2", Reason.PHONE, "R12"),
    ),
    "NS-2052": (
        Log(On(3, "08:05"), {"chest_or_breath": True}, tag="slip"),
        Claimed(On(3, "08:08"), "nurse2", "R04"),
        Correct(On(3, "08:11"), "slip", {"chest_or_breath": False}),
        Contacted(On(3, "08:16"), "nurse2", Outcome.ADVISED, 5, "Touched the wrong answer."),
        Closed(On(3, "08:18"), "nurse2", Reason.FALSE_ENTRY, "R04"),
    ),
    "NS-2050": (
        Log(On(9, "12:30"), leg_pain(7, "right")),
        Claimed(On(9, "12:44"), "nurse2", "R20"),
        Contacted(On(9, "12:50"), "nurse2", Outcome.NO_ANSWER, 1),
        Claimed(On(9, "13:35"), "nurse2", "R20"),
        Contacted(On(9, "13:41"), "nurse2", Outcome.BOOKED, 7, "Comes on day 11."),
        Contacted(
            On(11, "11:00"), "clinician2", Outcome.ADVISED, 20, "No deficit. Eases.", Kind.VISIT
        ),
        Closed(On(11, "11:20"), "clinician2", Reason.SEEN, "R20"),
    ),
    "NS-2057": (
        Log(On(10, "20:02"), leg_pain(3, "right")),
        Contacted(On(11, "09:30"), "nurse1", Outcome.NO_ANSWER, 1),
        Contacted(On(11, "13:40"), "nurse1", Outcome.ADVISED, 5, "Same side as years ago."),
        Closed(On(11, "13:43"), "nurse1", Reason.OTHER, "R33", "Known before the procedure."),
    ),
    "NS-2041": (
        Log(On(20, "13:15"), {"fall": True, "pain_avg": 9, "pain_controlled": True}),
        Claimed(On(20, "13:25"), "nurse2", "R19"),
        Contacted(On(20, "13:33"), "nurse2", Outcome.BOOKED, 8, "X-ray tomorrow at 9:30."),
        Contacted(
            On(21, "09:48"), "clinician2", Outcome.ADVISED, 20, "No fracture seen.", Kind.VISIT
        ),
        Closed(On(21, "09:52"), "clinician2", Reason.SEEN, "R19"),
    ),
}

SCENES = {**OPEN, **DONE}
