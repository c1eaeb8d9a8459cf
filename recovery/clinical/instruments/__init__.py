"""Questionnaires: what they ask, how answers become a score, what a change of it means.

An instrument is data: shipped here, or loaded from a clinic's own FHIR Questionnaire. Modules
import downwards only: numbers < items < structure < scoring < response < scorers < instrument
< answers < shipped < elements < fhir_items < fhir.
"""

from recovery.clinical.instruments.answers import Evaluation, clean_answer, evaluate, score
from recovery.clinical.instruments.fhir import load, parse, read
from recovery.clinical.instruments.instrument import Instrument, Threshold
from recovery.clinical.instruments.items import (
    Condition,
    Item,
    Option,
    QuestionnaireError,
    Text,
)
from recovery.clinical.instruments.numbers import Amount, rounded
from recovery.clinical.instruments.response import (
    Response,
    RmdqMarks,
    composite,
    odi_falls,
    pain_free,
    pgic_responder,
    pgic_worse,
    response,
    rmdq_marks,
)
from recovery.clinical.instruments.scorers import SCORERS, Answer
from recovery.clinical.instruments.scoring import NO_SCORE, Score
from recovery.clinical.instruments.shipped import SHIPPED

__all__ = [
    "NO_SCORE",
    "SCORERS",
    "SHIPPED",
    "Amount",
    "Answer",
    "Condition",
    "Evaluation",
    "Instrument",
    "Item",
    "Option",
    "QuestionnaireError",
    "Response",
    "RmdqMarks",
    "Score",
    "Text",
    "Threshold",
    "clean_answer",
    "composite",
    "evaluate",
    "load",
    "odi_falls",
    "pain_free",
    "parse",
    "pgic_responder",
    "pgic_worse",
    "read",
    "response",
    "rmdq_marks",
    "rounded",
    "score",
]
