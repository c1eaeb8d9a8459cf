"""Sentences of the protocol page that no rule, field or plan carries itself.

Where a sentence names a number that code outside this package decides, a test compares the two.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from recovery.clinical.logfields.fields import STRONG_PAIN
from recovery.clinical.pathway import AFTER_DISCHARGE, AFTER_PROCEDURE, TIME_TO_ANSWER
from recovery.clinical.plan import FIRST_REMINDER, LAST_REMINDER
from recovery.clinical.plan import USUAL as UNANSWERED
from recovery.clinical.rules import (
    ASSUMED_BASELINE,
    DISCLAIMER,
    FREE_TEXT_NOTE,
    MILDER_THAN,
    NEUTRAL_TEXT,
    RED_FLAGS,
)
from recovery.clinical.rules.emergency import VERY_HIGH_FEVER
from recovery.clinical.rules.facts import FEVER, MAX_PAIN
from recovery.clinical.rules.levels import LEVELS
from recovery.clinical.rules.review import LOW_GRADE
from recovery.clinical.rules.urgent import MAX_ACETAMINOPHEN


def hours(span: timedelta) -> str:
    return f"{span // timedelta(hours=1)} h"


RED_FLAG_RULES = f"{min(RED_FLAGS)} to {max(RED_FLAGS)}"
WORSE_SIGNS = ", ".join(f"{milder} not above {worse}" for milder, worse in MILDER_THAN)

HOW_RULES_WORK = f"""\
- Every rule looks at one log, the patient's profile (baseline pain, baseline opioids,
  anticoagulant, osteoporosis) and earlier logs. It knows no clock: the same answers give the same
  result.
- Missing is missing. A question without an answer fires no rule and never counts as no. R39
  catches missing safety answers.
- Questions ask what is "new or worse than before your procedure". The answer `usual` keeps a
  long-standing sign silent.
- All rules that fire are stored, and staff see all. The patient sees one text: that of the
  highest severity, then of the lowest number. R39's sentence does not compete: it stands beneath
  the text, but not under an emergency.
- Before D0 only R01 to R08 and R10 to R12 run. The others begin on D0.
- R01 to R08 also run on the clean answers of a form that is refused. If one fires, the emergency
  text is shown and those answers are stored. So does a rule that the clinic's own pathway raises to
  an emergency, unless it needs earlier logs.
- Without a baseline pain, {ASSUMED_BASELINE} is assumed, and staff read that none is known.
- A rise of n points means: pain is at least baseline + n, but no more than {MAX_PAIN} is asked
  for, and it is above the baseline.
- A temperature comes with its unit. It is turned into C, rounded half up to 0.1, and then
  compared.
- Of the back pain, R17 takes the larger of average and worst; every other rule the average.
- R34 looks at the last log of an earlier day that has an average pain. R38 compares means of
  three such logs in a row, exactly, without rounding.
- A correction is judged again. It can raise alerts; it never closes one.
- Rules run in every state of a recovery, also when it is paused or has ended.
- A clinic's own pathway may raise a severity and replace a text, with the number to call in it. It
  cannot lower one, nor change {RED_FLAG_RULES}, R39 or R47, nor whether a rule fires. A rule is
  not raised above one that tells of a worse sign: {WORSE_SIGNS}.
- The numbers in the conditions are the same for every clinic. A rehearsal over past logs can ask
  what another number would have fired, and changes nothing."""

SHARED_THRESHOLDS: Sequence[tuple[str, str, str]] = (
    ("fever", f"from {FEVER} C (100.4 F)", "`V S17`, `V S19`"),
    ("very high fever", f"from {VERY_HIGH_FEVER} C", "`M`"),
    ("slightly raised temperature", f"from {LOW_GRADE} C", "`V S19`"),
    ("pain baseline where none is known", f"{ASSUMED_BASELINE}, below the trials' mean", "`V S5`"),
    ("smallest change of pain that matters", "2 points or 30%", "`V S35`"),
    ("acetaminophen in 24 h", f"{MAX_ACETAMINOPHEN} mg", "`M`"),
    ("new weakness in a leg is an emergency", "to D14, after that urgent", "`judgement`"),
    ("flare after the procedure", "to D3", "`S0`, `V S23`"),
    ("fever is urgent", "to D90, after that review", "`M`"),
)

SNOOZABLE = ", ".join(LEVELS)

HANDLING = f"""\
- An alert is open, acknowledged, contacted, snoozed or closed. A recovery has one alert not closed
  per rule; a later log that fires the rule again feeds it.
- An emergency or urgent rule that fires again tells staff again. If they had acted on its alert, it
  is open again and its clock starts anew.
- A claim says who has it. It lasts 30 minutes, stops no clock, and a colleague may take it over,
  which is recorded.
- A clinic has an on-call order of its nurses and clinicians. Who is not in it comes behind those
  who are. Emergency: the first gets a mail at once, the next after 15 minutes, everybody after 60,
  then every hour until a contact, at any hour of the day.
- Urgent: the first gets a mail at once, everybody after 2 hours in which the clinic is open. While
  the clinic is closed, on its holidays too, an urgent mail waits for the opening. Review: no mail.
- Without an order everybody is told at each step. Each person can switch kinds of mail off; an
  emergency always has somebody who is told. A rule that fires again tells those whom its alert has
  told so far.
- One mail a person, log and step, for the highest severity. It holds no detail, only a link to
  sign in.
- Reached and advised, visit booked, and sent to the emergency department are contacts. No answer
  and wrong number are not: an emergency or urgent alert stays open and goes on telling staff, a
  review alert comes back in 4 hours.
- An emergency or urgent alert cannot be closed without a contact. Only a named person closes,
  with a reason: resolved by phone, seen in clinic, sent to the emergency department, false entry,
  duplicate, or other with a text.
- Who closes may say of which kind a complication was: infection, bleeding, new leg pain
  (radicular), nerve damage, vertebral fracture, pain flare that passed, or another complication.
  The kinds are the risks that a clinic names for the procedure (`V S22`). Nothing said is not
  "none": on the page of outcomes it is counted apart.
- The queue shows emergency, urgent, review; within each those whose patient said that it cannot
  wait until tomorrow, then those who said nothing, then those who said that it can; within each the
  oldest clock. Patients are asked on the page of a log that fed an alert, never while an emergency
  stands. The answer moves no clock and no mail.
- A symptom may be expected for a while: {SNOOZABLE}. Its alert then sleeps, up to a level of 0 to
  10 and with a reason, until the phase ends, 30 days at most; an urgent one only after a contact.
  What is stronger wakes it at once. The rule fires and the patient reads its text as before. An
  emergency rule is never snoozed.
- Of a call about answers that did not come, "agreed to answer" is a contact; "call later" and
  "taken off the list" are not.
- While an emergency or urgent alert is not closed, its text stays on the patient's first page.
  When the clinic is closed, the button of an urgent text calls `{{after_hours_phone}}` (R21: always
  `{{poison_phone}}`), and beneath the unaltered text stands when it opens.
- Sources: `design`; the waits are a `judgement`."""

# What it is, the text, its mark.
FREE_TEXTS: Sequence[tuple[str, str, str]] = (
    ("When no rule fires, the patient reads:", NEUTRAL_TEXT, "design"),
    ("The disclaimer. Pages and mails show its beginning:", DISCLAIMER, "V S60"),
    ("Beside the box for a note:", FREE_TEXT_NOTE, "V S60"),
)

NEEDED_WHEN: Mapping[str, str] = {
    "pain_controlled": f"when `pain_avg` is {STRONG_PAIN} or more",
    "leg_side": "when a leg sign is new or worse",
    "chills": "when no temperature is given",
}

# Fields whose form was not ours to choose; the rest are `design`.
FIELD_SOURCES: Mapping[str, str] = {
    "pain_avg": "V S29",
    "pain_worst": "V S29",
    "leg_pain": "V S29",
    "saddle": "V S24",
    "bladder": "V S24",
    "bowel": "V S24",
    "temp_c": "V S19",
    "temp_f": "V S19",
    "wound": "V S25",
    "bleeding": "V S23",
    "headache": "V S18",
    "calf_one_leg": "V S27",
    "chest_or_breath": "V S27",
    "opioids": "V S55",
    "activity_level": "S0",
}

PATHWAY_NOTES = f"""\
- All times are the patient's own time of day. A time that a clock change skips becomes the first
  minute after it; one that comes twice is the first.
- No reminder before {FIRST_REMINDER:%H:%M} or from {LAST_REMINDER:%H:%M} on, and at most two a
  day. An answer stops those still to come.
- `BASE` ends when the procedure begins, if its hour is known.
- `EVE0` opens {hours(AFTER_DISCHARGE)} after the discharge; while none is known, at the time
  below or {hours(AFTER_PROCEDURE)} after the procedure, whichever is later. It is due no sooner
  than {hours(TIME_TO_ANSWER)} after it opens.
- If the forms that wait remind at more than two times of a day, the first and the last are kept.
  One mail a time names every form that is open then.
- A patient may ask for narrower hours and another time of a day's first reminder; one that falls in
  quiet hours comes at their end, while the form is open. A pause of at most 14 days stops reminders
  alone.
- After {UNANSWERED.next_channel_after} reminders in a row without an answer the next comes by the
  patient's next channel, where there is one. After {UNANSWERED.call_after} of one form another
  never goes: staff call instead, until a contact or an answer. (M)
- A check-in form can be stopped and gone on with, also on another device. What was typed after it
  closed is kept, and staff may take it as a late entry.
- Those marked off are left out unless they are named in `include`, or a clinic's own pathway asks
  them."""

FORM_SOURCES: Sequence[tuple[str, str, str]] = (
    ("daily", "each day for two weeks: most people answered a daily survey of ten days.", "V S48"),
    ("daily", "then twice a week, then once a week: weekly reports went on for long.", "V S50"),
    ("evening", "the first evening at home.", "design"),
    ("baseline", "a comparison needs a time before.", "design"),
    ("two_week", "the end of the third phase.", "S0"),
    ("one_month", "the time by which relief may be noticed.", "V S22"),
    ("six_week", "a visit of the trials.", "V S2"),
    ("three_month", "a visit of the trials.", "V S4"),
    ("six_month", "later comparisons, off by default.", "judgement"),
    ("one_year", "later comparisons, off by default.", "judgement"),
    ("two_year", "later comparisons, off by default.", "judgement"),
)

OPEN_QUESTIONS = """\
- Every rule marked `M` or `judgement`, and every text that a patient reads.
- R02 and R11: new weakness is an emergency to D14 and urgent from D15.
- R12 and R29: fever is urgent to D90 and review from D91.
- R05: pain counts from D4 on; the cut at 39.4 C.
- R17 rests on one yes-or-no answer.
- No rule watches mood or self-harm. What a patient writes freely is not scanned: the box says
  that staff may not read it until the next working day, and names a crisis line.
- No rule for a measured amount of urine left in the bladder.
- With a baseline of 10 no rise can be seen: R18, R32 and R34 cannot fire. R17 and R19 can.
- How often new leg pain or infection follows this procedure was not found in the sources.
- Driving, baths and lifting: each clinic has its own sheet, and those texts are the clinic's."""
