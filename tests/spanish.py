"""A clinic that offers Spanish, as its manager would come to do so."""

from typing import Any

from recovery.models import Clinic, LanguageApproval, User
from recovery.queries.language_state import language_state
from recovery.services import languages, questionnaires
from tests.cast import NOW
from tests.questionnaires import file, questionnaire, rated

TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"


def in_spanish(words: str) -> dict[str, Any]:
    return {
        "extension": [
            {
                "url": TRANSLATION,
                "extension": [
                    {"url": "lang", "valueCode": "es"},
                    {"url": "content", "valueString": words},
                ],
            }
        ]
    }


def three_scales(**fields: Any) -> dict[str, Any]:
    """What stands in the place of PEG: three scales in words of our own, which are not PEG's."""
    scales = [
        rated(f"scale-{n}", 0, 10) | {"text": f"Scale {n}", "_text": in_spanish(f"Escala {n}")}
        for n in (1, 2, 3)
    ]
    words = {"name": "PEG", "title": "Three scales", "_title": in_spanish("Tres escalas")}
    return questionnaire(*scales, **words | fields)


def load_scales(clinic: Clinic, **fields: Any) -> None:
    questionnaires.load(clinic=clinic, raw=file(three_scales(**fields)), now=NOW)


def approve(clinic: Clinic, user: User, language: str = "es") -> LanguageApproval:
    state = language_state(clinic, language)
    return languages.approve(
        clinic=clinic,
        language=language,
        digest=state.digest,
        user=user,
        name="Max",
        note="",
        now=NOW,
    )


def offer_spanish(clinic: Clinic, user: User) -> LanguageApproval:
    load_scales(clinic)
    return approve(clinic, user)
