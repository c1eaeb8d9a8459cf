"""The instruments that come with the product, in words that may be shipped.

ODI, RMDQ, PROMIS and EQ-5D are score entry alone: their questions belong to others. A clinic that
holds a license loads its own copy, which takes the place of the entry under the same key.
"""

from collections.abc import Mapping

from recovery.clinical.instruments.instrument import Instrument, Threshold
from recovery.clinical.instruments.items import Item, Option, Text
from recovery.clinical.instruments.scoring import (
    NRS_MAX,
    ODI_SECTIONS,
    PEG_MAX,
    RMDQ_LINES,
)

WEEK, SINCE, TODAY = "the past 7 days", "since the procedure", "today"


def _rating(link_id: str, words: str, recall: str, high: int) -> Item:
    return Item(link_id, "integer", Text(words), required=True, recall=recall, low=0, high=high)


NRS = Instrument(
    key="NRS",
    title=Text("Pain rating"),
    version="1",
    items=(
        _rating(
            "nrs-7d",
            "Rate your back pain over the past 7 days, on average. 0 = no pain, 10 = the worst "
            "pain you can imagine.",
            WEEK,
            NRS_MAX,
        ),
    ),
    scorer="sum",
    recall=WEEK,
    licence="A generic rating without an owner; words of our own.",
    source="V S29",
    thresholds=(
        Threshold("improved: a fall of 2 points or more; worse: a rise of as much", "V S35"),
        Threshold("a fall of 30% or more, beside the points and never instead", "V S35"),
        Threshold("a fall of 50% or more is substantial: the trials' own cut", "V S10"),
    ),
)

_INTERFERES = "0 = does not interfere, 10 = completely interferes."
PEG = Instrument(
    key="PEG",
    title=Text("Pain, enjoyment, general activity (PEG)"),
    version="1",
    items=(
        _rating(
            "peg-average",
            "Average pain over the past week. 0 = none, 10 = as bad as you can imagine.",
            "the past week",
            PEG_MAX,
        ),
        _rating(
            "peg-enjoyment",
            f"Interference with enjoyment of life over the past week. {_INTERFERES}",
            "the past week",
            PEG_MAX,
        ),
        _rating(
            "peg-activity",
            f"Interference with general activity over the past week. {_INTERFERES}",
            "the past week",
            PEG_MAX,
        ),
    ),
    scorer="peg_mean",
    recall="the past week",
    citation="PEG: Krebs and others, 2009, doi 10.1007/s11606-009-0981-1.",
    licence=(
        "Labels with the citation. Public files call the scale free to use; it derives from the "
        "Brief Pain Inventory, whose owner licenses that. Read the copyright line of LOINC "
        "91148-7 before release."
    ),
    source="V S32",
    thresholds=(
        Threshold(
            "improved: the raw sum falls by 3 points or more; worse: it rises by as much", "V S32"
        ),
        Threshold("a fall of 30% or more of the raw sum", "judgement"),
        Threshold("a fall of 50% or more of the raw sum", "judgement"),
    ),
)

_STATES = (
    "Very Much Improved",
    "Much Improved",
    "Minimally Improved",
    "No Change",
    "Minimally Worse",
    "Much Worse",
    "Very Much Worse",
)
PGIC = Instrument(
    key="PGIC",
    title=Text("Overall change"),
    version="1",
    items=(
        Item(
            "pgic",
            "choice",
            Text("Since your procedure, my overall status is:"),
            required=True,
            recall=SINCE,
            options=tuple(
                Option(number, Text(words), number=number)
                for number, words in enumerate(_STATES, start=1)
            ),
        ),
    ),
    scorer="sum",
    recall=SINCE,
    citation="PGIC: patient global impression of change, wording of PhenX, stem adapted.",
    licence="In the public domain.",
    source="V S36",
    thresholds=(
        Threshold("responder: 1 or 2", "V S35"),
        Threshold("worse: 5, 6 or 7", "V S36"),
    ),
)

ODI = Instrument(
    key="ODI",
    title=Text("Oswestry Disability Index, score entry"),
    version="1",
    items=(
        Item(
            "odi-percent",
            "decimal",
            Text("ODI score in percent"),
            required=True,
            recall=TODAY,
            low=0,
            high=100,
            decimals=1,
        ),
        Item("odi-answered", "integer", Text("Sections answered"), low=1, high=ODI_SECTIONS),
    ),
    scorer="entered",
    recall=TODAY,
    copyright=Text("Oswestry Disability Index (c) Jeremy Fairbank 1980. All rights reserved."),
    licence="Score entry only. A license for the questions comes from ePROVIDE.",
    source="V S30",
    staff_only=True,
    thresholds=(
        Threshold("improved: a fall of 10 or more; worse: a rise of as much", "V S35"),
        Threshold("a fall of 15 or more, as the trials of this procedure count", "V S4"),
        Threshold("a fall of 20 or more, as they count too", "V S2"),
        Threshold("a fall of 30% or more", "V S35"),
        Threshold("a fall of 50% or more", "judgement"),
        Threshold("the trials' composite: ODI falls by 15 or more and pain by 2 or more", "V S5"),
    ),
)

RMDQ = Instrument(
    key="RMDQ",
    title=Text("Roland-Morris Disability Questionnaire, score entry"),
    version="1",
    items=(
        Item(
            "rmdq-count",
            "integer",
            Text("Number of lines ticked"),
            required=True,
            recall=TODAY,
            low=0,
            high=RMDQ_LINES,
        ),
        # Two English versions exist, which must never be mixed.
        Item("rmdq-version", "string", Text("Version of the form"), max_length=100),
    ),
    scorer="entered",
    recall=TODAY,
    licence=(
        "Score entry only; the lines come from the clinic's own copy. Its owner is quoted as "
        "asking for no permission; read the owner's page before release."
    ),
    source="V2 S33",
    staff_only=True,
    thresholds=(
        Threshold("improved: a fall of 5 or more; worse: a rise of as much", "V S35"),
        Threshold("a fall of 30% or more", "V S35"),
        Threshold("a fall of 50% or more", "judgement"),
        Threshold("functional target: 4 or less", "V S34"),
        Threshold("feels recovered: 2 or less", "V S34"),
        Threshold("hard to measure: a baseline below 4, or above 20 for worsening", "V S34"),
    ),
)


def _promis(part: str, name: str, recall: str) -> Instrument:
    """T has a mean of 50 and a standard deviation of 10. The sources name no range, so none is
    asked for: any number that can be stored is taken.
    """
    return Instrument(
        key=f"PROMIS-{part}",
        title=Text(f"PROMIS {name}, T score entry"),
        version="1",
        items=(
            Item(
                f"promis-{part.lower()}-t",
                "decimal",
                Text(f"PROMIS {name}, T score"),
                required=True,
                recall=recall,
            ),
        ),
        scorer="entered",
        recall=recall,
        copyright=Text("PROMIS is copyrighted by its owners."),
        licence="Score entry only: putting it into software needs a written permission.",
        source="V S56",
        staff_only=True,
    )


PROMIS_PF = _promis("PF", "Physical Function", "")
PROMIS_PI = _promis("PI", "Pain Interference", WEEK)


def _eq5d(part: str, item: Item) -> Instrument:
    return Instrument(
        key=f"EQ-5D-{part}",
        title=Text(f"EQ-5D-5L {part}, score entry"),
        version="1",
        items=(item,),
        scorer="entered",
        recall=TODAY,
        copyright=Text("EQ-5D is copyrighted by EuroQol."),
        licence="Score entry only: digital use needs a license and approved screens.",
        source="V S57",
        staff_only=True,
    )


EQ5D_VAS = _eq5d(
    "VAS",
    Item("eq5d-vas", "integer", Text("EQ VAS"), required=True, recall=TODAY, low=0, high=100),
)
# The sources name no range of the index, which depends on the value set of the country.
EQ5D_INDEX = _eq5d(
    "INDEX", Item("eq5d-index", "decimal", Text("EQ-5D-5L index"), required=True, recall=TODAY)
)

SHIPPED: Mapping[str, Instrument] = {
    instrument.key: instrument
    for instrument in (
        NRS,
        PEG,
        RMDQ,
        PGIC,
        ODI,
        PROMIS_PF,
        PROMIS_PI,
        EQ5D_VAS,
        EQ5D_INDEX,
    )
}
