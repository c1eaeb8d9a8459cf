"""The protocol as a page to read: every rule, threshold and text with its source, from the data.

docs/protocol.md is what `document` returns; a test holds the two together.
"""

from collections.abc import Iterator, Sequence

from recovery.clinical.counted import counted
from recovery.clinical.courses import courses
from recovery.clinical.logfields import FIELDS, SAFETY_FIELDS, Field, activity_note
from recovery.clinical.markdown import bullets, codes, table
from recovery.clinical.measures import measures
from recovery.clinical.medicines import MME_FACTORS
from recovery.clinical.observed import observed
from recovery.clinical.pathway import DEFAULT_PLAN, Slot
from recovery.clinical.prose import (
    FIELD_SOURCES,
    FORM_SOURCES,
    FREE_TEXTS,
    HANDLING,
    HOW_RULES_WORK,
    NEEDED_WHEN,
    OPEN_QUESTIONS,
    PATHWAY_NOTES,
    SHARED_THRESHOLDS,
)
from recovery.clinical.rules import (
    APPROVED_AT,
    APPROVED_BY,
    PLACEHOLDERS,
    RULE_SET_VERSION,
    RULES,
    THRESHOLDS,
    TIME_RULES,
    Rule,
    Severity,
    Threshold,
    TimeRule,
)
from recovery.clinical.sources import SOURCES, TAGS
from recovery.clinical.told import days, told

COMMAND = "python -m recovery.clinical protocol"
# The facts of a log that the product writes itself.
WRITTEN_BY_US = ("log_date", "entered_at", "entered_by", "opioid_mme", "opioid_total_unknown")
MEANING = {
    Severity.EMERGENCY: "Act now. Staff are told at once and again until somebody is reached.",
    Severity.URGENT: "The patient calls today. Staff see it at the top of the queue.",
    Severity.REVIEW: "Staff read it on the next working day.",
}


def document() -> str:
    """The whole page in Markdown; ends with a line break."""
    blocks = [
        *_head(),
        *_rules(),
        *_time_rules(),
        *_handling(),
        *_other_texts(),
        *_fields(),
        *_medicines(),
        *observed(),
        *counted(),
        *measures(),
        *_pathway(),
        *courses(),
        *told(),
        *_open_questions(),
        *_sources(),
    ]
    return "\n\n".join(blocks) + "\n"


def _head() -> Iterator[str]:
    yield "# The clinical protocol"
    yield f"<!-- Written by `{COMMAND} > docs/protocol.md`. Change the data, not this page. -->"
    if APPROVED_BY is None:
        yield (
            "**Not yet approved by a clinician.** These rules, thresholds and texts were drafted "
            "from published sources. Before real use a named clinician must check and sign them; "
            "the name and the date then stand in `APPROVED_BY` and `APPROVED_AT` of "
            "`recovery/clinical/rules/engine.py`."
        )
    else:
        yield f"Approved by {APPROVED_BY} on {APPROVED_AT}."
    yield (
        f"Rule set {RULE_SET_VERSION}, pathway {DEFAULT_PLAN.version}. Every stored log says which "
        "rule set judged it. We know of no study that tests following patients from afar after "
        "this procedure."
    )
    yield bullets(
        (
            (
                "D0 is the day of the procedure, D1 the day after it. Days are calendar days where "
                "the patient is."
            ),
            "A source mark is a tag and a source, like `V S24`. Both are explained at the end.",
            (
                "In what patients read, a word in braces is one of the clinic's numbers: "
                f"{codes(PLACEHOLDERS, braces=True)}. In what staff read it is a value of the log."
            ),
            "Questions and warning signs word for word: [wording.md](wording.md).",
            (
                "Try the rules and the scores without the web: `python -m recovery.clinical "
                "assess` and `score`; `--help` says what they read."
            ),
        )
    )
    yield "## How the rules work"
    yield HOW_RULES_WORK
    yield "## Thresholds that several rules share"
    yield table(("threshold", "value", "source"), SHARED_THRESHOLDS)
    yield "## Numbers that a rehearsal can ask about"
    yield (
        "Of urgent and review rules alone, never one that an emergency rule shares. A lower number "
        "makes the rule louder. None can be set. Ranges: `judgement`."
    )
    yield table(
        ("rule", "number", "today", "from", "to", "in steps of", "decides also on"),
        (_asked(one) for one in THRESHOLDS),
    )


def _asked(threshold: Threshold) -> Sequence[str]:
    numbers = (threshold.value, threshold.low, threshold.high, threshold.step)
    also = ", ".join(rule for rule in threshold.fires if rule != threshold.rule_id)
    return (threshold.rule_id, f"`{threshold.name}`", *map(str, numbers), also)


def _rules() -> Iterator[str]:
    for severity in Severity:
        ours = [rule for rule in RULES if rule.severity == severity]
        yield f"## {severity.capitalize()} rules: {ours[0].id} to {ours[-1].id}"
        yield MEANING[severity]
        for rule in ours:
            yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}"
    calls = f"`{{{rule.calls}}}`" if rule.calls else "nobody"
    early = rule.first_day is None and "before D0" not in rule.days
    before = ", and before D0" if early else ""
    facts = [f"Days: {rule.days}{before}", f"Fires when: `{rule.condition}`"]
    if rule.assumes_baseline:
        facts.append("Without a baseline it assumes one, and staff read that.")
    yield bullets((*facts, f"Button calls: {calls}"))
    yield f"Patient reads:\n\n> {rule.patient_text}"
    for variant in rule.variants:
        yield f"Instead, {variant.condition}:\n\n> {variant.patient_text}"
    yield bullets(
        (
            f"Staff headline: `{rule.headline}`",
            f"Staff read: `{rule.staff_text}`",
            f"Why: {rule.why}",
            f"Source: {codes(rule.sources)}",
        )
    )


def _time_rules() -> Iterator[str]:
    yield f"## Time and score rules: {TIME_RULES[0].id} to {TIME_RULES[-1].id}"
    yield (
        "Time, silence and scores fire these, not a log. Patients read nothing of them. "
        "Misses are judged when a check-in expires, scores when a form is sent. A contact that "
        "reached somebody quiets R40 to R42: on D1 or D2, since the run of misses began, since the "
        "alert was last fed. A missed check-in shows in the queue as overdue as well."
    )
    for rule in TIME_RULES:
        yield f"### {rule.id}"
        yield bullets(_time_rule(rule))


def _time_rule(rule: TimeRule) -> Iterator[str]:
    yield f"Severity: {rule.severity or 'that of the alert'}"
    yield f"Fires when: `{rule.condition}`"
    yield f"Staff headline: `{rule.headline}`"
    yield f"Staff read: `{rule.staff_text}`"
    yield f"Source: {codes(rule.sources)}"


def _handling() -> Iterator[str]:
    yield "## How staff handle alerts"
    yield HANDLING


def _other_texts() -> Iterator[str]:
    yield "## Texts that belong to no rule"
    for title, text, source in FREE_TEXTS:
        yield f"{title} Source: {codes((source,))}\n\n> {text}"


def _fields() -> Iterator[str]:
    yield "## The daily log"
    yield (
        "A field that is empty is a question without an answer; nothing is filled in. A value out "
        "of range is refused, never clipped. Outside its days a question stands in a closed "
        '"Anything else?", and its answer is judged all the same. In the table "must be answered" '
        "means: asked again once, then the log may be saved without it."
    )
    asked = [field for field in FIELDS.values() if field.name not in WRITTEN_BY_US]
    yield table(
        ("field", "values", "must be answered", "source"),
        (
            (f"`{f.name}`", _values(f), _when(f), codes((FIELD_SOURCES.get(f.name, "design"),)))
            for f in asked
        ),
    )
    yield (
        f"Written by the product, never asked: {codes(WRITTEN_BY_US)}. A page asks for the "
        "temperature as `temp_value` with `temp_unit`; `temp_c` and `temp_f` are for the command "
        "line."
    )
    yield f"The safety questions that R39 watches: {codes(SAFETY_FIELDS)}."
    notes = [(day, level, activity_note(day, level)) for day, level in ((2, "full"), (15, "rest"))]
    yield "A note for staff, no alert, where activity does not fit the phase:"
    yield bullets(f"`{level}` on D{day}: {note}" for day, level, note in notes)


def _values(field: Field) -> str:
    unit = f" {field.unit}" if field.unit else ""
    if field.choices:
        several = "any of " if field.kind == "set" else ""
        return several + ", ".join(f"`{choice}`" for choice in field.choices)
    if field.low is not None:
        return f"{field.kind} {field.range}{unit}"
    if field.high is not None:
        return f"{field.kind}, at most {field.high}{unit}"
    return "yes or no" if field.kind == "bool" else f"{field.kind}{unit}"


def _when(field: Field) -> str:
    if field.days is None:
        return "no"
    first, last = field.days
    days = "every day" if last is None else f"D{first} to D{last}"
    return f"{days}, {NEEDED_WHEN[field.name]}" if field.needed else days


def _medicines() -> Iterator[str]:
    yield "## Opioids: factors for morphine equivalents"
    yield (
        "For staff only, never a guide for a dose, never for changing from one drug to another. "
        "A drug without a factor leaves the day without a total and fires R36. A fentanyl patch "
        f"counts its mcg/h. Source: {codes(('V S55',))}"
    )
    yield table(("drug", "factor"), ((drug, f"{n}") for drug, n in MME_FACTORS.items()))


def _pathway() -> Iterator[str]:
    yield f"## The pathway, version {DEFAULT_PLAN.version}"
    yield PATHWAY_NOTES
    yield table(
        ("key", "form", "opens", "due", "ends", "reminders", "answered by logs about"),
        (_slot(slot) for slot in DEFAULT_PLAN.slots),
    )
    yield "Why these days:"
    yield bullets(f"`{form}`: {why} Source: {codes((s,))}" for form, why, s in FORM_SOURCES)


def _slot(slot: Slot) -> Sequence[str]:
    key = f"`{slot.key}`" + (" (off)" if slot.optional else "")
    answered = "" if slot.answered_by is None else days(*slot.answered_by)
    reminders = ", ".join(str(reminder) for reminder in slot.reminders)
    return (key, slot.form, str(slot.opens), str(slot.due), str(slot.expires), reminders, answered)


def _open_questions() -> Iterator[str]:
    yield "## Known weak points, for the clinician who reviews this"
    yield OPEN_QUESTIONS


def _sources() -> Iterator[str]:
    yield "## Source marks"
    yield table(("tag", "means"), ((f"`{tag}`", means) for tag, means in TAGS.items()))
    yield table(
        ("source", "what", "address of the copy"),
        ((key, what, f"`{address}`") for key, (what, address) in SOURCES.items()),
    )
