"""Questionnaire files of our own, as a clinic might bring them."""

import copy
import json
from pathlib import Path
from typing import Any

# 30 items in English and Spanish, all kinds of them, some asked only after certain answers.
BACK_AND_DAY = Path(__file__).parent / "data" / "back_and_day.json"
BASE = "http://hl7.org/fhir/StructureDefinition/"


def back_and_day() -> dict[str, Any]:
    return json.loads(BACK_AND_DAY.read_text(encoding="utf-8"))


def file(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def questionnaire(*items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """`fields` set to None are left out."""
    found = {
        "resourceType": "Questionnaire",
        "status": "active",
        "name": "Own",
        "title": "Our own copy",
        "version": "2026-01",
        "copyright": "© a clinic",
        "item": copy.deepcopy(list(items)),
    } | fields
    return {name: value for name, value in found.items() if value is not None}


def question(link_id: str, kind: str = "boolean", **more: Any) -> dict[str, Any]:
    return {"linkId": link_id, "type": kind, "text": f"Question {link_id}"} | more


def rated(link_id: str, low: int, high: int) -> dict[str, Any]:
    limits = [
        {"url": f"{BASE}minValue", "valueInteger": low},
        {"url": f"{BASE}maxValue", "valueInteger": high},
    ]
    return question(link_id, "integer", required=True, extension=limits)


def rmdq(**fields: Any) -> dict[str, Any]:
    """24 lines to tick, in words of our own: not those of the RMDQ."""
    lines = [question(f"line-{n}", text=f"Line {n} is true today") for n in range(1, 25)]
    return questionnaire(*lines, **{"name": "RMDQ", "title": "Lines to tick"} | fields)


def odi(**fields: Any) -> dict[str, Any]:
    sections = [rated(f"section-{n}", 0, 5) for n in range(1, 11)]
    return questionnaire(*sections, **{"name": "ODI", "title": "Ten sections"} | fields)


def sleep(**fields: Any) -> dict[str, Any]:
    """Two questions under a key that ships with nothing."""
    asked = rated("nights", 0, 7), question("nap")
    return questionnaire(*asked, **{"name": "Sleep", "title": "Your sleep"} | fields)
