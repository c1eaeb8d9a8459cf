"""The protocol's part on the activity ledger: which counts meet which test."""

from collections.abc import Iterator

from recovery.clinical import activity as a
from recovery.clinical.markdown import bullets, codes, table

NOTES = (
    "A report of what was counted, no advice on billing.",
    (
        "Days run in 30-day periods from the first day on which the patient entered a log or sent "
        "a form, a baseline before D0 too; two entries on a day count once, those of staff and "
        "caregivers do not count."
    ),
    (
        "Minutes run in calendar months: those of phone calls, whether or not they reached "
        "somebody, and of messages. At 20 minutes 98980 replaces 98979. Without a real-time "
        "contact no test on minutes is met."
    ),
    (
        f"D0 to D{a.GLOBAL_LAST_DAY} stand apart: the global period of 64628 is 10 days (M, not "
        "verified)."
    ),
    "98975 is not counted: its least number of days in 2026 is not verified.",
)
# The four pages that were read on the codes of 2026.
ALL = ("V S37", "V S38", "V S39", "V S40")


def counted() -> Iterator[str]:
    yield "## Activity ledger"
    yield bullets(NOTES)
    few, many, full = a.FEW_DAYS, a.MANY_DAYS, a.FULL_MINUTES
    yield table(
        ("code", "test", "source"),
        (
            (a.FEW_DAYS_CODE, f"{few} to {many - 1} days of 30", codes(ALL)),
            (a.MANY_DAYS_CODE, f"{many} to {a.DAYS_A_PERIOD} days of 30", codes(ALL)),
            (
                a.LEAST_CODE,
                f"{a.LEAST_MINUTES} to {full - 1} minutes of a month, one live contact or more",
                codes(ALL),
            ),
            (a.FIRST_CODE, f"the first {full} minutes", codes(("V S38", "V S40"))),
            (a.FURTHER_CODE, f"each further full {full} minutes", codes(("V S40",))),
        ),
    )
