"""The head of the staff's pages."""

import re
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from recovery.models import Role

register = template.Library()

MOST = 99
# Stands in the template's place of a value; no value has a NUL, and no page.
MARK = "\0{}\0"
MARKED = re.compile("\0(\\w+)\0")


@register.simple_tag(takes_context=True)
def staff_head(context: Context) -> SafeString:
    """Menu, search and account. `here` names the entry of the menu, `waiting` is how many stand in
    the queue and `in_room` how many are in the observation room, for a page that counts them.

    The template is rendered once for all pages of a shape, and filled in for each: its many tags
    cost more than the rows of a list.
    """
    request, roles = context["request"], context["request"].roles
    waiting, in_room = context.get("waiting"), context.get("in_room")
    parts = _parts(
        get_language(),
        get_script_prefix(),
        clinical=Role.NURSE in roles or Role.CLINICIAN in roles,
        clinician=Role.CLINICIAN in roles,
        manager=Role.MANAGER in roles,
        here=context.get("here", ""),
        waiting=waiting is not None,
        in_room=in_room is not None,
        of_many="clinic" in request.session,
    )
    values = {
        "waiting": _count(waiting),
        "in_room": _count(in_room),
        "clinic": request.clinic.name,
        "name": request.user,
        "initials": request.user.initials,
        "csrf_token": context["csrf_token"],
    }
    # Text and the names of values take turns.
    said = [escape(str(values[part])) if at % 2 else part for at, part in enumerate(parts)]
    return mark_safe("".join(said))  # noqa: S308 - a template's text, and what was escaped


def _count(number: int | None) -> str:
    return f"{MOST}+" if number and number > MOST else str(number)


@lru_cache(maxsize=512)
def _parts(*_where: Any, waiting: bool, in_room: bool, **shape: Any) -> list[str]:
    given = {name: MARK.format(name) for name in ("clinic", "name", "initials", "csrf_token")}
    counts = {"waiting": waiting, "in_room": in_room}
    given |= {name: MARK.format(name) for name, shown in counts.items() if shown}
    return MARKED.split(render_to_string("staff/_head.html", shape | given))
