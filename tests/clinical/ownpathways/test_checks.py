"""What a clinic's own pathway may be: every refusal with the place that it names."""

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery.clinical.ownpathways import (
    SCHEMA,
    PathwayError,
    from_data,
    problems,
    read_yaml,
    to_data,
    write_yaml,
)
from recovery.clinical.ownpathways.structure import problems as shape_problems
from tests.clinical.ownpathways.shipped import SHIPPED, data, form, place

Data = dict[str, Any]
Spoil = Callable[[Data], object]


def said(spoilt: Data) -> list[str]:
    return [str(one) for one in problems(spoilt) if not one.warning]


def spoilt(spoil: Spoil) -> list[str]:
    given = data()
    spoil(given)
    return said(given)


def set_form(key: str, /, **changed: Any) -> Spoil:
    return lambda given: form(given, key).update(changed)


def drop(key: str) -> Spoil:
    return lambda given: given["forms"].remove(form(given, key))


def rules(*changes: Data) -> Spoil:
    return lambda given: given.update(rules=list(changes))


def rule(rule_id: str, severity: str = "", text: str = "") -> Data:
    change = {"rule": rule_id, "severity": severity, "patient_text": text}
    return {name: value for name, value in change.items() if value}


def test_the_shipped_pathway_has_no_problem_and_nothing_to_look_at() -> None:
    assert problems(data()) == []
    assert from_data(data()) == SHIPPED
    assert to_data(from_data(data())) == data()


CALL_US = "Call us today at {clinic_phone}."
CALL_911 = "Your skin may be infected. Call {emergency_number} now."

ALLOWED: dict[str, Spoil] = {
    "another reminder": set_form("DAY-05", reminders=["D5 08:00", "D5 20:59"]),
    "no reminder": set_form("DAY-05", reminders=[]),
    "a window that opens later": set_form("C30", opens="D29 06:00", reminders=["D30 10:00"]),
    "another day of a check-in form": set_form("C42", day=45, due="D45 20:00"),
    "the six months asked": set_form("C180", asked=True),
    "a form left out": drop("C14"),
    "a form kept but not asked": set_form("PULSE-17", asked=False),
    "daily logs left out from D4 on": drop("DAY-04"),
    "a pulse in the place of a day": lambda given: form(given, "DAY-10").update(
        key="PULSE-10", expires="D10 23:59"
    ),
    "phases of other days": lambda given: (
        given["phases"][1].update(last_day=4),
        given["phases"][2].update(first_day=5, last_day=20),
        given["phases"][3].update(first_day=21),
    ),
    "a corridor": lambda given: given.update(
        corridor=[
            {"first_day": 0, "last_day": 3, "low": 3, "high": 8},
            {"first_day": 10, "last_day": None, "low": 1, "high": 5},
        ]
    ),
    "a rule raised with a text": rules(rule("R13", "emergency", CALL_911)),
    "a review raised to urgent": rules(rule("R35", "urgent", CALL_US)),
    "the other line of the clinic": rules(rule("R35", "urgent", "Call {after_hours_phone} today.")),
    "a text alone": rules(rule("R13", text=CALL_US)),
    "a review's text without a number": rules(rule("R35", text="Tell us if it gets worse.")),
    "a rule that staff alone hear of": rules(rule("R43", "urgent"), rule("R40", "emergency")),
    "the milder one raised with the worse": rules(
        rule("R30", "urgent", CALL_US), rule("R29", "urgent", CALL_US)
    ),
    "the poison line": rules(rule("R21", text="Call {poison_phone} now. Do not take more today.")),
}


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_what_a_clinic_may_change(change: Spoil) -> None:
    assert spoilt(change) == []


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_what_it_changed_survives_data_and_file(change: Spoil) -> None:
    given = data()
    change(given)
    document = from_data(given)
    assert from_data(to_data(document)) == document
    assert read_yaml(write_yaml(document).encode()) == document


FIVE, C30 = place(data(), "DAY-05"), place(data(), "C30")

REFUSED: dict[str, tuple[Spoil, list[str]]] = {
    # Forms
    "a first evening that a late discharge would leave without hours": (
        set_form("EVE0", expires="D1 04:59"),
        [
            (
                "forms[1].expires: D1 04:59 leaves less than 3 hours after D1 02:00, when it opens "
                "for who leaves at midnight"
            )
        ],
    ),
    "a reminder before the window": (
        set_form("DAY-05", reminders=["D4 17:00"]),
        [
            (
                f"forms[{FIVE}].reminders[0]: D4 17:00 is outside the form's window, "
                "D5 06:00 to D6 12:00"
            )
        ],
    ),
    "a reminder as the window ends": (
        set_form("DAY-05", reminders=["D5 17:00", "D6 12:00"]),
        [
            (
                f"forms[{FIVE}].reminders[1]: D6 12:00 is outside the form's window, "
                "D5 06:00 to D6 12:00"
            )
        ],
    ),
    "a reminder at night": (
        set_form("DAY-05", reminders=["D5 07:59", "D5 21:00"]),
        [
            f"forms[{FIVE}].reminders[0]: D5 07:59 is not from 08:00 to before 21:00",
            f"forms[{FIVE}].reminders[1]: D5 21:00 is not from 08:00 to before 21:00",
        ],
    ),
    "three reminders in a day": (
        set_form("DAY-05", reminders=["D5 09:00", "D5 12:00", "D5 18:00"]),
        [f"forms[{FIVE}].reminders[2]: a third reminder on D5; two a day are the most"],
    ),
    "the same reminder twice": (
        set_form("DAY-05", reminders=["D5 17:00", "D5 17:00"]),
        [f"forms[{FIVE}].reminders[1]: D5 17:00 is not after D5 17:00, the reminder before it"],
    ),
    "an unknown form": (
        set_form("C30", form="ten_week"),
        [
            (
                f'forms[{C30}].form: "ten_week" is not one of daily, evening, baseline, two_week, '
                "one_month, six_week, three_month, six_month, one_year, two_year"
            )
        ],
    ),
    "two forms with one key": (
        lambda given: given["forms"].insert(C30, dict(form(given, "C30"))),
        [f"forms[{C30 + 1}].key: C30 stands twice, first at forms[{C30}]"],
    ),
    "another key of a check-in form": (
        set_form("C30", key="C31"),
        [f"forms[{C30}].key: C31 is not the key of one_month: C30 is"],
    ),
    "a day that is not its key's": (
        set_form("DAY-05", day=6, opens="D6 06:00", due="D6 20:00", expires="D7 12:00"),
        [
            f"forms[{FIVE}].key: DAY-05 is not the key of a log of D6: DAY-06 or PULSE-06 is",
            (
                f"forms[{FIVE}].reminders[0]: D5 17:00 is outside the form's window, "
                "D6 06:00 to D7 12:00"
            ),
            (
                f"forms[{FIVE}].reminders[1]: D5 20:00 is outside the form's window, "
                "D6 06:00 to D7 12:00"
            ),
            f"forms[{FIVE + 1}].day: a log of D6 would answer DAY-05 and DAY-06",
        ],
    ),
    "due as it opens": (
        set_form("DAY-05", due="D5 06:00"),
        [f"forms[{FIVE}].due: D5 06:00 is not after D5 06:00, when the form opens"],
    ),
    "no time to answer": (
        set_form("DAY-05", due="D5 08:59"),
        [f"forms[{FIVE}].due: D5 08:59 leaves less than 3 hours after D5 06:00"],
    ),
    "over before it is due": (
        set_form("C30", expires="D30 19:59", reminders=[]),
        [f"forms[{C30}].expires: D30 19:59 is before D30 20:00, when the form is due"],
    ),
    "a day that nobody may log any more": (
        set_form("DAY-05", expires="D7 12:00"),
        [f"forms[{FIVE}].expires: D7 12:00 is not on D5 to D6"],
    ),
    "a log of a day to come": (
        set_form("DAY-05", opens="D4 20:00"),
        [f"forms[{FIVE}].opens: D4 20:00 is not on D5"],
    ),
    "pulses that overlap": (
        set_form("PULSE-17", expires="D20 20:00"),
        [
            (
                f"forms[{place(data(), 'PULSE-20')}].day: a log of D20 would answer PULSE-17 and "
                "PULSE-20"
            )
        ],
    ),
    "a response judged too early": (
        set_form("C42", day=41, due="D41 20:00"),
        [
            (
                f"forms[{place(data(), 'C42')}].day: R44 judges the response by this form, and not "
                "before D42"
            )
        ],
    ),
    "a check-in form that opens after its day": (
        set_form("C30", opens="D31 06:00", due="D32 20:00", reminders=[]),
        [f"forms[{C30}].opens: D31 06:00 is not from D0 to D30, the form's day"],
    ),
    "the baseline after the procedure": (
        set_form("BASE", due="D0 20:00"),
        ["forms[0].due: D0 20:00 is not on D-30 to D-1"],
    ),
    "the baseline reminded on the day": (
        set_form("BASE", reminders=["D0 08:00"]),
        ["forms[0].reminders[0]: D0 08:00 may come after the procedure has begun"],
    ),
    "a first evening that a late discharge would lose": (
        set_form("EVE0", expires="D0 22:00"),
        ["forms[1].expires: D0 22:00 is not on D1"],
    ),
    **{
        f"without {key}": (drop(key), [f"forms: {key} is missing, and cannot be left out"])
        for key in ("BASE", "EVE0", "DAY-01", "DAY-02", "DAY-03")
    },
    "a first day that is not asked": (
        set_form("DAY-01", asked=False),
        ["forms[2].asked: DAY-01 cannot be left out"],
    ),
    # Rules
    "an emergency rule": (
        rules(rule("R01", text=CALL_911)),
        ["rules[0].rule: R01 is an emergency rule: it cannot be changed"],
    ),
    "a rule that asks for answers": (
        rules(rule("R39", "urgent", CALL_US)),
        ["rules[0].rule: R39 cannot be changed"],
    ),
    "a number that is no rule": (
        rules(rule("R22", "urgent", CALL_US)),
        ["rules[0].rule: R22 is no rule"],
    ),
    "a rule twice": (
        rules(rule("R13", text=CALL_US), rule("R13", text=CALL_US)),
        ["rules[1].rule: R13 is changed twice, first at rules[0]"],
    ),
    "nothing changed": (
        rules(rule("R13")),
        ["rules[0]: says nothing of R13: a severity, a text, or both"],
    ),
    "the severity that it has": (
        rules(rule("R13", "urgent")),
        ["rules[0].severity: R13 is urgent already: leave this out"],
    ),
    "a severity lowered": (
        rules(rule("R13", "review", CALL_US)),
        ['rules[0].severity: "review" is not one of urgent, emergency'],
    ),
    "raised without a text": (
        rules(rule("R13", "emergency")),
        [
            (
                "rules[0].patient_text: R13 is raised to emergency, so it needs a text that says "
                "whom to call"
            )
        ],
    ),
    "an emergency that names the clinic alone": (
        rules(rule("R13", "emergency", CALL_US)),
        ["rules[0].patient_text: an emergency's text names {emergency_number}"],
    ),
    "an urgent text that names nobody": (
        rules(rule("R13", text="Call us today.")),
        ["rules[0].patient_text: an urgent text names {clinic_phone} or {after_hours_phone}"],
    ),
    "too much medicine without the poison line": (
        rules(rule("R21", text=CALL_US)),
        ["rules[0].patient_text: the text of R21 names {poison_phone}"],
    ),
    "a word in braces that is no number": (
        rules(rule("R35", text="Call {surgeon} or {clinic_phone!r}.")),
        [
            (
                "rules[0].patient_text: {surgeon} is not one of {emergency_number}, "
                "{clinic_phone}, {after_hours_phone}, {poison_phone}, {crisis_phone}"
            ),
            (
                "rules[0].patient_text: a brace that belongs to none of {emergency_number}, "
                "{clinic_phone}, {after_hours_phone}, {poison_phone}, {crisis_phone}"
            ),
        ],
    ),
    "a text of a rule that staff alone hear of": (
        rules(rule("R43", "urgent", CALL_US)),
        ["rules[0].patient_text: patients hear nothing of R43, so it has no text"],
    ),
    "a milder sign above a worse one": (
        rules(rule("R30", "emergency", CALL_911)),
        [
            (
                "rules[0].severity: R30 would be emergency and R12, a worse sign, urgent: raise "
                "R12 too"
            ),
            (
                "rules[0].severity: R30 would be emergency and R29, a worse sign, review: raise "
                "R29 too"
            ),
        ],
    ),
    # Phases, corridor, texts
    "a gap between phases": (
        lambda given: given["phases"][2].update(first_day=4),
        [
            "phases[2].first_day: D4 leaves a gap or an overlap: this phase begins on D3",
        ],
    ),
    "phases in another order": (
        lambda given: given["phases"].reverse(),
        ["phases[0].code: follow_up stands where immediate must"],
    ),
    "three phases": (
        lambda given: given["phases"].pop(),
        ["phases: has 3 entries and must have 4"],
    ),
    "a last phase with an end": (
        lambda given: given["phases"][3].update(last_day=90),
        ["phases[3].last_day: the last phase has no end: null"],
    ),
    "a first phase of two days": (
        lambda given: given["phases"][0].update(last_day=1),
        ["phases[0].last_day: the first phase is D0 alone"],
    ),
    "a corridor upside down": (
        lambda given: given.update(
            corridor=[
                {"first_day": 3, "last_day": None, "low": 8, "high": 3},
                {"first_day": 9, "last_day": 8, "low": 0, "high": 3},
            ]
        ),
        [
            "corridor[0].low: 8 is above 3",
            "corridor[1].first_day: D9 is covered by the step before",
            "corridor[1].last_day: D8 is before D9",
        ],
    ),
    "two lines in one": (
        lambda given: given["phases"][1]["good_now"].append("Walk.\nRest."),
        ["phases[1].good_now[3]: has a line break or a control character: one line, plain letters"],
    ),
    "a number in braces where none is filled in": (
        lambda given: given["phases"][1]["good_now"].append("Call {clinic_phone}."),
        ["phases[1].good_now[3]: has braces, which only texts of rules may have"],
    ),
    "words that few can read": (
        lambda given: given["phases"][1]["about"].append(
            "Postoperative immobilisation necessitates anticoagulation considerations."
        ),
        ["phases[1].about[4]: reads at grade 47.7; 8 is the most there may be"],
    ),
    "a risk without how often": (
        lambda given: given["before"]["risks"].append("Pain"),
        ["before.risks[6]: is not a risk, a colon, and how often it is"],
    ),
    "no source": (
        lambda given: given["phases"][1].pop("source"),
        ["phases[1].source: is missing"],
    ),
    "a day that no calendar has": (
        lambda given: given["before"].update(review_on="2027-02-30"),
        ["before.review_on: 2027-02-30 is no day of the calendar"],
    ),
    # The whole
    "a key that is not known": (
        lambda given: given.update(colour="red"),
        ["colour: is not known here"],
    ),
    "a number for a text": (
        lambda given: given.update(title=5),
        ["title: must be a text"],
    ),
    "no title": (lambda given: given.update(title=""), ["title: is empty"]),
    "another format": (
        lambda given: given.update(format=2),
        ["format: is not 1, the only format there is"],
    ),
}


@pytest.mark.parametrize(("spoil", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_and_where(spoil: Spoil, expected: list[str]) -> None:
    assert spoilt(spoil) == expected


def test_every_problem_is_said_at_once() -> None:
    def spoil(given: Data) -> None:
        for _spoil, expected in REFUSED.values():
            if expected == ["title: must be a text"] or "leaves a gap" in expected[0]:
                _spoil(given)
        set_form("DAY-05", reminders=["D4 17:00"])(given)
        given["rules"] = [rule("R01", "emergency")]

    assert [one.partition(":")[0] for one in spoilt(spoil)] == [
        "title",
        f"forms[{FIVE}].reminders[0]",
        "rules[0].rule",
        "phases[2].first_day",
    ]
    given = data()
    spoil(given)
    with pytest.raises(PathwayError) as caught:
        from_data(given)
    assert len(caught.value.problems) == 4


LONG = (
    "It is normal to feel tired for a few days after you go home from the clinic with your family."
)


def test_a_text_above_grade_six_is_to_be_looked_at_but_may_stay() -> None:
    given = data()
    given["phases"][1]["about"] = [LONG]
    found = problems(given)
    assert [one.warning for one in found] == [True]
    assert found[0].key == "phases[1].about"


@pytest.mark.parametrize("value", [None, 5, "pathway", [], True, {1: 2}, {"forms": {"a": 1}}])
def test_what_is_no_pathway_at_all_is_refused(value: object) -> None:
    assert any(not one.warning for one in problems(value))


# The schema
# ----------

STANDARD = jsonschema.Draft202012Validator(SCHEMA)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-9999, 9999) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def test_the_schema_is_one_of_the_standard() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    STANDARD.validate(data())


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            found += paths(one, (*path, name))
    return found


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(where=st.sampled_from(paths(data())), junk=JUNK, removed=st.booleans())
def test_our_reading_of_the_schema_refuses_what_the_standard_refuses(
    where: tuple[Any, ...], junk: Any, removed: bool
) -> None:
    given = data()
    parent: Any = given
    for part in where[:-1]:
        parent = parent[part]
    if removed:
        del parent[where[-1]]
    else:
        parent[where[-1]] = junk
    ours = list(shape_problems(given))
    theirs = list(STANDARD.iter_errors(given))
    if theirs:
        assert ours
    # Ours says more of texts: no control character, no space at the ends.
    elif ours:
        assert all("space" in one.message or "control" in one.message for one in ours)


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(where=st.sampled_from(paths(data())), junk=JUNK)
def test_whatever_a_draft_holds_it_is_refused_or_can_be_used(
    where: tuple[Any, ...], junk: Any
) -> None:
    given = data()
    parent: Any = given
    for part in where[:-1]:
        parent = parent[part]
    parent[where[-1]] = junk
    if not said(given):
        document = from_data(given)
        assert read_yaml(write_yaml(document).encode()) == document
