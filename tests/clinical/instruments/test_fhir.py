"""Loading FHIR R4 Questionnaires: what is taken, and what is refused with its path."""

import copy
import json
import time
from decimal import Decimal

import pytest

from recovery.clinical.instruments import (
    Condition,
    Option,
    QuestionnaireError,
    Text,
    load,
    parse,
    read,
)
from recovery.clinical.instruments.fhir import MAX_BYTES

BASE = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"


def translated(*pairs):
    return {
        "extension": [
            {
                "url": f"{BASE}translation",
                "extension": [
                    {"url": "lang", "valueCode": language},
                    {"url": "content", "valueString": words},
                ],
            }
            for language, words in pairs
        ]
    }


def coding(code, display, *, ordinal=None, **more):
    found = {"system": "urn:ours", "code": code, "display": display, **more}
    if ordinal is not None:
        found["extension"] = [{"url": f"{BASE}ordinalValue", "valueDecimal": ordinal}]
    return {"valueCoding": found}


# One item of each kind, words of our own.
WALKING = {
    "resourceType": "Questionnaire",
    "id": "walking",
    "meta": {"profile": ["http://example.org/any"]},
    "url": "http://clinic.example/Questionnaire/walking",
    "version": "2026-01",
    "name": "Walking",
    "title": "How you walk",
    "_title": translated(("es", "Cómo camina")),
    "status": "active",
    "language": "en",
    "copyright": "(c) a clinic",
    "item": [
        {
            "linkId": "outside",
            "type": "choice",
            "text": "Do you go outside?",
            "_text": translated(("es", "¿Sale de casa?"), ("fr-CA", "Sortez-vous?")),
            "required": True,
            "code": [{"system": "http://loinc.org", "code": "0-0"}],
            "answerOption": [
                coding("often", "Often", ordinal=0, _display=translated(("es", "A menudo"))),
                coding("seldom", "Seldom", ordinal=1),
                coding("never", "Never", ordinal=2),
            ],
        },
        {
            "linkId": "walk",
            "type": "group",
            "text": "Walking outside",
            "enableWhen": [
                {"question": "outside", "operator": "!=", "answerCoding": {"code": "never"}}
            ],
            "item": [
                {
                    "linkId": "minutes",
                    "type": "integer",
                    "text": "How many minutes?",
                    "prefix": "2a",
                    "extension": [
                        {"url": f"{BASE}minValue", "valueInteger": 0},
                        {"url": f"{BASE}maxValue", "valueInteger": 600},
                    ],
                },
                {
                    "linkId": "km",
                    "type": "decimal",
                    "text": "How many kilometers?",
                    "enableBehavior": "any",
                    "enableWhen": [
                        {"question": "minutes", "operator": ">=", "answerInteger": 30},
                        {"question": "outside", "operator": "=", "answerCoding": {"code": "often"}},
                    ],
                    "extension": [
                        {"url": f"{BASE}minValue", "valueDecimal": 0.5},
                        {"url": f"{BASE}maxDecimalPlaces", "valueInteger": 1},
                    ],
                },
            ],
        },
        {
            "linkId": "aids",
            "type": "choice",
            "repeats": True,
            "text": "What helps you?",
            "answerOption": [{"valueString": "stick"}, {"valueString": "rail"}],
        },
        {
            "linkId": "floors",
            "type": "choice",
            "text": "Floors",
            "answerOption": [{"valueInteger": n} for n in range(3)],
        },
        {"linkId": "shoes", "type": "boolean", "text": "Do you have good shoes?"},
        {"linkId": "note", "type": "string", "text": "Anything else?", "maxLength": 80},
    ],
}


def changed(*path_and_value):
    """WALKING with one place set to a value, or taken out where the value is ...."""
    *path, value = path_and_value
    found = copy.deepcopy(WALKING)
    place = found
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return found


def test_an_instrument_holds_what_the_file_says():
    walking = parse(WALKING)
    assert (walking.key, walking.version, walking.language) == ("Walking", "2026-01", "en")
    assert walking.title == Text("How you walk", (("es", "Cómo camina"),))
    assert walking.url == "http://clinic.example/Questionnaire/walking"
    assert str(walking.copyright) == "(c) a clinic"
    outside, walk, aids, floors, shoes, note = walking.items
    assert (outside.kind, outside.required, outside.repeats) == ("choice", True, False)
    assert outside.codes == (("http://loinc.org", "0-0"),)
    assert outside.options[0] == Option(
        "often", Text("Often", (("es", "A menudo"),)), system="urn:ours", number=0
    )
    assert [option.number for option in outside.options] == [0, 1, 2]
    assert walk.conditions == (Condition("outside", "!=", "Coding", "never"),)
    minutes, km = walk.items
    assert (minutes.low, minutes.high, str(minutes.prefix)) == (0, 600, "2a")
    assert (km.low, km.high, km.decimals) == (Decimal("0.5"), None, 1)
    assert (km.behavior, len(km.conditions)) == ("any", 2)
    assert aids.repeats
    assert aids.options[1] == Option("rail", Text("rail"))
    assert floors.options[2] == Option(2, Text("2"), number=2)
    assert (shoes.kind, note.kind, note.max_length) == ("boolean", "string", 80)
    assert [item.link_id for item in walking.questions] == [
        *("outside", "minutes", "km", "aids", "floors", "shoes", "note")
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "¿Sale de casa?"),
        ("es-MX", "¿Sale de casa?"),
        ("FR-ca", "Sortez-vous?"),
        ("fr", "Do you go outside?"),
        ("en", "Do you go outside?"),
        ("", "Do you go outside?"),
    ],
)
def test_words_are_in_the_readers_language_where_there_are_any(language, words):
    assert parse(WALKING).items[0].text.in_language(language) == words


def test_the_caller_names_the_instrument_and_binds_its_scorer():
    bound = parse(WALKING, key="MINE", scorer="sum")
    assert (bound.key, bound.scorer) == ("MINE", "sum")


def test_bytes_are_read_as_written():
    raw = json.dumps(WALKING, ensure_ascii=False).encode("utf-8-sig")
    assert load(raw) == parse(WALKING)


PEG_LIKE = {
    "resourceType": "Questionnaire",
    "name": "Three",
    "status": "draft",
    "item": [
        {
            "linkId": f"q{n}",
            "type": "integer",
            "text": f"Question {n}",
            "extension": [
                {"url": f"{BASE}minValue", "valueInteger": 0},
                {"url": f"{BASE}maxValue", "valueInteger": 10},
            ],
        }
        for n in range(3)
    ],
}
LINES = [{"linkId": f"line-{n}", "type": "boolean", "text": f"Line {n}"} for n in range(1, 25)]
SECTIONS = [
    {
        "linkId": f"section-{n}",
        "type": "choice",
        "text": f"Section {n}",
        "answerOption": [coding(f"{n}{v}", f"Statement {v}", ordinal=v) for v in range(6)],
    }
    for n in range(1, 11)
]
LIST_OF_LINES = [
    {
        "linkId": "lines",
        "type": "choice",
        "repeats": True,
        "text": "Which lines are true today?",
        "answerOption": [coding(str(n), f"Line {n}") for n in range(1, 25)],
    }
]


@pytest.mark.parametrize(
    ("items", "scorer"),
    [
        (PEG_LIKE["item"], "peg_mean"),
        (LINES, "rmdq_count"),
        (LIST_OF_LINES, "rmdq_count"),
        (SECTIONS, "odi_proportion"),
        (SECTIONS, "sum"),
        (SECTIONS, "mean"),
        (PEG_LIKE["item"], "entered"),
    ],
)
def test_a_scorer_is_bound_to_a_form_that_it_can_count(items, scorer):
    assert parse({**PEG_LIKE, "item": items}, scorer=scorer).scorer == scorer


@pytest.mark.parametrize(
    ("items", "scorer", "message"),
    [
        (LINES, "roland", ('scorer: "roland" is not one of peg_mean, rmdq_count, odi_proportion, '
         "sum, mean, entered")),
        (PEG_LIKE["item"][:2], "peg_mean",
         "item: peg_mean counts 3 questions from 0 to 10 and nothing else"),
        ([*PEG_LIKE["item"], LINES[0]], "peg_mean",
         "item: peg_mean counts 3 questions from 0 to 10 and nothing else"),
        (LINES[:23], "rmdq_count",
         "item: rmdq_count counts 24 boolean questions, or one repeating choice of 24"),
        (SECTIONS[:9], "odi_proportion",
         "item: odi_proportion counts 10 questions from 0 to 5 and nothing else"),
        (LINES, "sum", "item: sum needs a question with a number"),
        (LINES, "entered",
         "item: entered takes the first question as the score, which must be a number"),
    ],
)  # fmt: skip
def test_a_scorer_that_cannot_count_a_form_is_refused(items, scorer, message):
    with pytest.raises(QuestionnaireError) as refused:
        parse({**PEG_LIKE, "item": items}, scorer=scorer)
    assert str(refused.value) == message


KM = ("item", 1, "item", 1)
TRANSLATION = ("item", 0, "_text", "extension", 0)
LONG = {"linkId": "x", "type": "string", "text": "x"}
for _ in range(12):
    LONG = {"linkId": "x", "type": "group", "item": [LONG]}

REFUSED = [
    (changed("resourceType", "Bundle"), 'resourceType: is not "Questionnaire"'),
    (changed("resourceType", ...), 'resourceType: is not "Questionnaire"'),
    (changed("status", ...), "status: is missing"),
    (changed("status", "done"), 'status: "done" is not one of draft, active, retired, unknown'),
    (changed("name", ...), "name: is missing"),
    (changed("title", 7), "title: 7 is not text"),
    (changed("itme", []), "itme: is not known here"),
    (
        changed("modifierExtension", []),
        "modifierExtension: is not supported, and must not be passed over",
    ),
    (changed("item", ...), "item: there is no item"),
    (changed("item", []), "item: there is no item"),
    (changed("item", {}), "item: an object is not a list"),
    (changed("item", 4, "shoes"), 'item[4]: "shoes" is not an object'),
    (changed("item", 4, "linkId", ...), "item[4].linkId: is missing"),
    (changed("item", 4, "linkId", ""), "item[4].linkId: is empty"),
    (changed("item", 4, "linkId", 4), "item[4].linkId: 4 is not text"),
    (changed("item", 4, "linkId", "x" * 256), "item[4].linkId: is longer than 255"),
    (changed("item", 4, "linkId", "km"), 'item[4].linkId: "km" is given twice'),
    (changed("item", 4, "type", ...), "item[4].type: is missing"),
    (
        changed("item", 4, "type", "attachment"),
        'item[4].type: "attachment" is not one of choice, integer, decimal, boolean, string, group',
    ),
    (changed("item", 4, "text", ...), "item[4].text: is missing"),
    (changed("item", 4, "requird", True), "item[4].requird: is not known here"),
    (changed("item", 4, "required", "yes"), 'item[4].required: "yes" is not true or false'),
    (
        changed("item", 4, "repeats", True),
        "item[4].repeats: only a choice may have several answers",
    ),
    (changed("item", 4, "readOnly", True), "item[4].readOnly: a question that cannot be answered"),
    (
        changed("item", 4, "initial", [{"valueBoolean": True}]),
        "item[4].initial: an answer filled in beforehand",
    ),
    (changed("item", 4, "item", [LINES[0]]), "item[4].item: only a group holds items"),
    (changed("item", 1, "item", []), "item[1].item: a group without items"),
    (
        changed("item", 4, "extension", [{"valueInteger": 1}]),
        "item[4].extension[0].url: is missing",
    ),
    (
        changed(
            "item", 4, "extension", [{"url": f"{BASE}questionnaire-hidden", "valueBoolean": True}]
        ),
        "item[4].extension[0].url: questionnaire-hidden is not supported",
    ),
    (
        changed("item", 4, "extension", [{"url": f"{SDC}enableWhenExpression"}]),
        "item[4].extension[0].url: sdc-questionnaire-enableWhenExpression is not supported",
    ),
    (changed("item", 5, "maxLength", 0), "item[5].maxLength: 0 is below 1"),
    (changed("item", 5, "maxLength", "80"), 'item[5].maxLength: "80" is not a whole number'),
    (
        changed("item", 3, "answerValueSet", "#floors"),
        "item[3].answerValueSet: is not supported: list the options as answerOption",
    ),
    (changed("item", 3, "answerOption", ...), "item[3].answerOption: a choice without options"),
    (
        changed("item", 4, "answerOption", [{"valueString": "yes"}]),
        "item[4].answerOption: only a choice has options",
    ),
    (
        changed("item", 0, "answerOption", 0, "valueCoding", "code", ...),
        "item[0].answerOption[0].valueCoding.code: is missing",
    ),
    (
        changed("item", 0, "answerOption", 1, "valueCoding", "code", "often"),
        'item[0].answerOption[1]: "often" is given twice',
    ),
    (
        changed("item", 0, "answerOption", 0, "valueCoding", "dispaly", "Often"),
        "item[0].answerOption[0].valueCoding.dispaly: is not known here",
    ),
    (
        changed("item", 0, "answerOption", 0, "valueCoding", "extension", 0, "valueDecimal", "0"),
        'item[0].answerOption[0].valueCoding.extension[0].valueDecimal: "0" is not a number',
    ),
    (
        changed("item", 0, "answerOption", 0, {"valueDate": "2026-01-01"}),
        "item[0].answerOption[0].valueDate: is not supported",
    ),
    (changed("item", 0, "answerOption", 0, {}), "item[0].answerOption[0].value[x]: is missing"),
    (
        changed("item", 0, "answerOption", 0, {"valueString": "a", "valueInteger": 1}),
        "item[0].answerOption[0].value[x]: valueString and valueInteger are both given",
    ),
    (
        changed("item", 3, "answerOption", 2, {"valueInteger": 1000000}),
        "item[3].answerOption[2].valueInteger: 1000000 has more than 6 digits or 4 decimals",
    ),
    (
        changed("item", 0, "answerOption", 0, {"valueString": "often"}),
        "item[0].answerOption: its options are not of one type",
    ),
    (
        changed("item", 0, "answerOption", 0, "initialSelected", True),
        "item[0].answerOption[0].initialSelected: an answer filled in beforehand",
    ),
    (
        changed(*TRANSLATION, "extension", 1, ...),
        "item[0]._text.extension[0]: a translation without its content",
    ),
    (
        changed(*TRANSLATION, "extension", 0, {"url": "lang", "valueString": "es"}),
        "item[0]._text.extension[0].extension[0].valueCode: is missing",
    ),
    (
        changed("item", 0, "_text", translated(("es", "a"), ("es", "b"))),
        'item[0]._text.extension[1]: a second translation into "es"',
    ),
    (
        changed("item", 1, "item", 0, "extension", 0, {"url": f"{BASE}minValue"}),
        "item[1].item[0].extension[0].valueInteger: is missing",
    ),
    (
        changed("item", 1, "item", 0, "extension", 0, "valueInteger", 700),
        "item[1].item[0]: its smallest value 700 is above 600",
    ),
    (
        changed(*KM, "extension", 0, "valueDecimal", 10**7),
        "item[1].item[1].extension[0].valueDecimal: 10000000 has more than 6 digits or 4 decimals",
    ),
    (
        changed(*KM, "extension", 0, "valueDecimal", Decimal("1e999999999")),
        (
            "item[1].item[1].extension[0].valueDecimal: 1E+999999999 has more than 6 digits or "
            "4 decimals"
        ),
    ),
    (
        changed(*KM, "extension", 0, "valueDecimal", float("nan")),
        "item[1].item[1].extension[0].valueDecimal: nan has more than 6 digits or 4 decimals",
    ),
    (
        changed(*KM, "extension", 1, "valueInteger", 9),
        "item[1].item[1].extension[1].valueInteger: 9 is outside 0-4",
    ),
    (changed(*KM, "enableBehavior", ...), "item[1].item[1].enableBehavior: is missing"),
    (
        changed(*KM, "enableBehavior", "some"),
        'item[1].item[1].enableBehavior: "some" is not one of all, any',
    ),
    (
        changed(*KM, "enableWhen", 0, "question", "minute"),
        'item[1].item[1].enableWhen[0].question: no item has linkId "minute"',
    ),
    (
        changed(*KM, "enableWhen", 0, "question", "walk"),
        'item[1].item[1].enableWhen[0].question: "walk" is a group',
    ),
    (
        changed(*KM, "enableWhen", 0, "operator", "=="),
        'item[1].item[1].enableWhen[0].operator: "==" is not one of exists, =, !=, >, <, >=, <=',
    ),
    (
        changed(*KM, "enableWhen", 0, {"question": "minutes", "operator": "="}),
        "item[1].item[1].enableWhen[0].answer[x]: is missing",
    ),
    (
        changed(*KM, "enableWhen", 0, "answerDate", "2026-01-01"),
        ("item[1].item[1].enableWhen[0].answer[x]: answerInteger and answerDate are both given"),
    ),
    (
        changed(
            *KM,
            "enableWhen",
            0,
            {"question": "minutes", "operator": "=", "answerDate": "2026-01-01"},
        ),
        "item[1].item[1].enableWhen[0].answerDate: is not supported",
    ),
    (
        changed(
            *KM, "enableWhen", 0, {"question": "minutes", "operator": ">", "answerString": "30"}
        ),
        (
            'item[1].item[1].enableWhen[0].answerString: "minutes" is compared by answerInteger or '
            "answerDecimal"
        ),
    ),
    (
        changed(*KM, "enableWhen", 0, "operator", "exists"),
        'item[1].item[1].enableWhen[0].answerInteger: "minutes" is compared by answerBoolean',
    ),
    (
        changed(*KM, "enableWhen", 1, "answerCoding", "code", "oftn"),
        'item[1].item[1].enableWhen[1].answerCoding.code: "oftn" is no option of "outside"',
    ),
    (
        changed(*KM, "enableWhen", 1, "operator", ">"),
        'item[1].item[1].enableWhen[1].operator: ">" needs a number, "outside" has none',
    ),
    (
        changed(
            "item",
            0,
            "enableWhen",
            [{"question": "minutes", "operator": "exists", "answerBoolean": True}],
        ),
        'item[0].enableWhen: "outside" waits for an answer that waits for it',
    ),
    (
        changed(
            "item",
            4,
            "enableWhen",
            [{"question": "shoes", "operator": "=", "answerBoolean": True}],
        ),
        'item[4].enableWhen: "shoes" waits for an answer that waits for it',
    ),
    (changed("item", [LONG]), f"item[0]{'.item[0]' * 10}: groups are nested deeper than 10"),
    ([], "a questionnaire must be a JSON object"),
    (None, "a questionnaire must be a JSON object"),
]


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_wrong_is_refused_with_its_path(data, message):
    with pytest.raises(QuestionnaireError) as refused:
        parse(data)
    assert str(refused.value) == message
    if refused.value.path:
        assert message == f"{refused.value.path}: {refused.value.message}"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{", ("not JSON: Expecting property name enclosed in double quotes: line 1 column 2 "
         "(char 1)")),
        (b"[]", "a questionnaire must be a JSON object"),
        (b"\xff{}", "not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"item": [], "item": []}', "item is given twice"),
        (b'{"item": NaN}', "NaN is not a number"),
        (b'{"item": 1e99999999999999999999}', "a number is out of range"),
        (b'{"item": ' + b"1" * 5000 + b"}", "a number is out of range"),
        (b" " * (MAX_BYTES + 1), "the file has 1048577 bytes, more than 1048576"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(raw, message):
    with pytest.raises(QuestionnaireError) as refused:
        read(raw)
    assert (refused.value.path, str(refused.value)) == ("", message)


def test_a_file_of_exactly_one_mebibyte_is_read():
    raw = json.dumps(WALKING).encode()
    assert load(raw + b" " * (MAX_BYTES - len(raw))).key == "Walking"


def test_many_conditions_on_many_options_take_no_longer_than_the_file_is():
    options = [{"valueInteger": n} for n in range(15_000)]
    waiting = [
        {
            "linkId": f"q{n}",
            "type": "string",
            "text": "?",
            "enableWhen": [{"question": "c", "operator": "=", "answerInteger": 14_999}],
        }
        for n in range(4000)
    ]
    asked = {"linkId": "c", "type": "choice", "text": "?", "answerOption": options}
    raw = json.dumps({**PEG_LIKE, "item": [asked, *waiting]}).encode()
    before = time.process_time()
    assert len(load(raw).questions) == 4001
    assert time.process_time() - before < 5


def test_a_long_chain_of_conditions_is_followed_to_its_end():
    """As many as a file may hold; nothing in it grows faster than the file."""
    chain = [{"linkId": "0", "type": "boolean", "text": "?"}] + [
        {
            "linkId": str(n),
            "type": "boolean",
            "text": "?",
            "enableWhen": [{"question": str(n - 1), "operator": "=", "answerBoolean": True}],
        }
        for n in range(1, 7000)
    ]
    raw = json.dumps({**PEG_LIKE, "item": chain[::-1]}).encode()
    assert len(raw) < MAX_BYTES
    assert len(load(raw).questions) == 7000
