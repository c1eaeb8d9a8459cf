"""Templates that are rendered once for all pages of a shape, and filled in for each page: their
many tags cost more than the rows of a list.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# Stands in the template's place of a value.
MARK = "\0{}\0"
MARKED = re.compile("\0(\\w+)\0")


def filled(template: str, values: Mapping[str, Any], **shape: Any) -> SafeString:
    """The template with its values, each escaped unless it is safe.

    It is rendered with `shape`, which is kept: nothing of it comes from people. Of a value it
    learns only whether there is one, so it prints a value as it is, and asks nothing else of it.
    """
    names = tuple(name for name, value in values.items() if value)
    parts = _parts(template, names, get_language(), get_script_prefix(), **shape)
    # Text and the names of values take turns.
    said = [conditional_escape(values[one]) if at % 2 else one for at, one in enumerate(parts)]
    return mark_safe("".join(said))  # noqa: S308 - a template's text, and what was escaped


@lru_cache(maxsize=2048)
def _parts(template: str, names: tuple[str, ...], *_where: Any, **shape: Any) -> list[str]:
    marks = {name: MARK.format(name) for name in names}
    return MARKED.split(render_to_string(template, shape | marks))
