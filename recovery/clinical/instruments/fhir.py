"""FHIR R4 Questionnaires: from a clinic's own file to an instrument.

What this product cannot ask as the file means it is refused rather than asked otherwise: an
unknown type, an answer filled in beforehand, a formula that decides what is shown.
"""

import json
from collections.abc import Mapping
from typing import Any

from recovery.clinical.instruments.elements import ELEMENT, get, one_of, only, text
from recovery.clinical.instruments.fhir_items import items_of, no_formula
from recovery.clinical.instruments.instrument import Instrument
from recovery.clinical.instruments.items import NO_TEXT, QuestionnaireError, Text
from recovery.clinical.logfields import LogError
from recovery.clinical.strictjson import STRICT_DECODER

MAX_BYTES = 1024 * 1024

QUESTIONNAIRE = ELEMENT | {
    *("resourceType", "meta", "implicitRules", "language", "text", "contained", "url"),
    *("identifier", "version", "name", "title", "derivedFrom", "status", "experimental"),
    *("subjectType", "date", "publisher", "contact", "description", "useContext", "jurisdiction"),
    *("purpose", "copyright", "approvalDate", "lastReviewDate", "effectivePeriod", "code", "item"),
}
STATUSES = ("draft", "active", "retired", "unknown")


def read(raw: bytes) -> dict[str, Any]:
    """The JSON object of a file; raises QuestionnaireError for one that is too large or is none."""
    if len(raw) > MAX_BYTES:
        raise QuestionnaireError("", f"the file has {len(raw)} bytes, more than {MAX_BYTES}")
    try:
        data = STRICT_DECODER.decode(raw.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise QuestionnaireError("", f"not JSON: {error}") from error
    except UnicodeDecodeError as error:
        raise QuestionnaireError("", "not UTF-8") from error
    except RecursionError as error:
        raise QuestionnaireError("", "nested too deep") from error
    except LogError as error:
        raise QuestionnaireError("", error.message) from error
    except (ArithmeticError, ValueError) as error:
        raise QuestionnaireError("", "a number is out of range") from error
    if not isinstance(data, dict):
        raise QuestionnaireError("", "a questionnaire must be a JSON object")
    return data


def parse(data: object, *, key: str = "", scorer: str = "") -> Instrument:
    """The instrument that a Questionnaire describes; raises QuestionnaireError with the path.

    `key` names the instrument that the file is a version of, else the file's own name does. FHIR
    has no place for a scorer, so the caller binds one by its name.
    """
    if not isinstance(data, Mapping):
        raise QuestionnaireError("", "a questionnaire must be a JSON object")
    if data.get("resourceType") != "Questionnaire":
        raise QuestionnaireError("resourceType", 'is not "Questionnaire"')
    only(data, "", QUESTIONNAIRE)
    one_of(data, "status", STATUSES, "")
    no_formula(data, "")
    name = get(data, "name", str, "")
    title = text(data, "title", "") or Text(name or key)
    if not (key or name):
        raise QuestionnaireError("name", "is missing")
    return Instrument(
        key=key or str(name),
        title=title,
        version=get(data, "version", str, "") or "",
        items=items_of(data, "", 0),
        scorer=scorer,
        language=get(data, "language", str, "") or "en",
        copyright=text(data, "copyright", "") or NO_TEXT,
        url=get(data, "url", str, "") or "",
        source=get(data, "publisher", str, "") or "",
    )


def load(raw: bytes, *, key: str = "", scorer: str = "") -> Instrument:
    return parse(read(raw), key=key, scorer=scorer)
