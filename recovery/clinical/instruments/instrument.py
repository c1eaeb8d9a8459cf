"""An instrument as data: shipped with the product, or loaded from a clinic's own file."""

from dataclasses import dataclass

from recovery.clinical.instruments.items import NO_TEXT, Item, Text, questions
from recovery.clinical.instruments.scorers import check_fit
from recovery.clinical.instruments.structure import check_structure


@dataclass(frozen=True, slots=True)
class Threshold:
    """A mark on a score or its change, in words, and the source mark that stands behind it."""

    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of a questionnaire. Raises QuestionnaireError when its items do not hold
    together or its scorer cannot count them.

    `key` names the instrument over all its versions. `copyright` stands under the form,
    `citation` names the paper, `licence` says what the product may ship and why. Without a
    `scorer` there is no score.
    """

    key: str
    title: Text
    version: str
    items: tuple[Item, ...]
    scorer: str = ""
    recall: str = ""
    language: str = "en"
    copyright: Text = NO_TEXT
    citation: str = ""
    licence: str = ""
    source: str = ""
    url: str = ""
    staff_only: bool = False
    thresholds: tuple[Threshold, ...] = ()

    def __post_init__(self) -> None:
        check_structure(self.items)
        if self.scorer:
            check_fit(self.scorer, self.items)

    @property
    def questions(self) -> tuple[Item, ...]:
        return questions(self.items)
