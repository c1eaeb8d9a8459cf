"""Templates that are rendered once for all pages of a shape, and filled in for each: their many
tags cost more than what they say.
"""

import re
import uuid
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# Stands in the template's place of a value; no value has a NUL, and no page.
MARK = "\0{}\0"
MARKED = re.compile("\0(\\w+)\0")
# The same of the value `uuid`, which addresses are made of.
NOBODY = uuid.UUID(int=0)
TO_ESCAPE = re.compile("[&<>\"']").search


def filled(template: str, values: Mapping[str, Any], **shape: Any) -> SafeString:
    """`values` are whatever a template prints as it is; for a value that is None or empty it finds
    nothing under that name, so that it may ask whether there is one. By `shape` it decides all the
    rest. Shapes are kept, so they are few and say nothing of a patient.
    """
    said = {name: escaped(value) for name, value in values.items() if value not in (None, "")}
    where = get_language(), get_script_prefix()
    # Text and the names of values take turns.
    parts = _parts(template, where, tuple(said), **shape).copy()
    parts[1::2] = [said[name] for name in parts[1::2]]
    return mark_safe("".join(parts))  # noqa: S308 - a template's text, and what was escaped


def escaped(text: Any) -> str:
    """As `format_html` does it."""
    if isinstance(text, SafeString):
        return text
    said = str(text)
    # Most words have nothing to escape, and to look is cheaper.
    return escape(said) if TO_ESCAPE(said) else said


@lru_cache(maxsize=1024)
def _parts(template: str, _where: Any, names: tuple[str, ...], **shape: Any) -> list[str]:
    marks: dict[str, Any] = {name: MARK.format(name) for name in names}
    if "uuid" in marks:
        marks["uuid"] = NOBODY
    text = render_to_string(template, shape | marks)
    return MARKED.split(text.replace(str(NOBODY), MARK.format("uuid")))
