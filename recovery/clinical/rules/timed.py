"""R40 to R47: what time, silence and scores fire. Here are their words; services.escalation
keeps R47's clock, services.oncall says whom it tells, services.timing judges silence and misses,
services.checkins scores.
"""

from recovery.clinical.rules.rule import Severity, TimeRule

TIME_RULES = (
    TimeRule(
        id="R40",
        severity=Severity.REVIEW,
        condition="no log dated D1 when the D1 window closes (D2 12:00) and no staff contact "
        "recorded on D1 or D2",
        headline="No first-day log, no contact",
        staff_text="The first day was not logged, and nobody has spoken with the patient.",
        sources=("design",),
    ),
    TimeRule(
        id="R41",
        severity=Severity.REVIEW,
        condition="two expected daily logs in a row expired, D1-D14; once per run of misses; R40 "
        "already covers D1 alone",
        headline="Two daily logs missed in a row",
        staff_text="Two expected daily logs in a row expired. Try another channel.",
        sources=("design",),
    ),
    TimeRule(
        id="R42",
        severity=Severity.URGENT,
        condition="an emergency or urgent alert is not closed, 24 h have passed since it was "
        "raised, no staff contact is recorded, and no later log",
        headline="Silent for 24 h after an alert",
        staff_text="An emergency or urgent alert is 24 h old, without a contact or a later log.",
        sources=("design",),
    ),
    TimeRule(
        id="R43",
        severity=Severity.REVIEW,
        condition="a check-in form (D14, D30, D42, D90) expired unfilled",
        headline="Check-in form expired unfilled",
        staff_text="A check-in form expired unfilled.",
        sources=("V S51",),
    ),
    TimeRule(
        id="R44",
        severity=Severity.REVIEW,
        condition="D42 or D90 form: NRS fall < 2 and < 30% of baseline",
        headline="Limited response",
        staff_text="Limited response: pain fell by less than 2 points and less than 30%.",
        sources=("V S35", "V S22"),
    ),
    TimeRule(
        id="R45",
        severity=Severity.REVIEW,
        condition="any check-in: PEG raw sum up >= 3 from baseline, or RMDQ up >= 5, or PGIC 5-7",
        headline="Scores worse than at baseline",
        staff_text="A score is worse than at baseline.",
        sources=("V S32", "V S35", "V S36"),
    ),
    TimeRule(
        id="R46",
        severity=Severity.REVIEW,
        condition="D1 reached with no baseline form",
        headline="No baseline form at D1",
        staff_text="D1 reached with no baseline form.",
        sources=("design",),
    ),
    TimeRule(
        id="R47",
        severity=None,
        condition="emergency alert without a contact for 15 min: notify the next on call; 60 min: "
        "everybody, then hourly. Urgent: everybody after 2 clinic hours, none of it while the "
        "clinic is closed",
        headline="Still without a contact",
        staff_text="An alert waits for a contact.",
        sources=("design",),
    ),
)
