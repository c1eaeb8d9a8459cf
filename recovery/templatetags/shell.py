"""The head of the staff's pages."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from recovery.models import Role
from recovery.templatetags.filled import filled

register = template.Library()

MOST = 99


@register.simple_tag(takes_context=True)
def staff_head(context: Context) -> SafeString:
    """Menu, search and account. `here` names the entry of the menu, `waiting` is how many stand in
    the queue and `in_room` how many are in the observation room, for a page that counts them.
    """
    request, roles = context["request"], context["request"].roles
    waiting, in_room = context.get("waiting"), context.get("in_room")
    return filled(
        "staff/_head.html",
        {
            "waiting": _count(waiting),
            "in_room": _count(in_room),
            "clinic": request.clinic.name,
            "name": request.user,
            "initials": request.user.initials,
            "csrf_token": context["csrf_token"],
            "made_for": request.clinic.uuid,
        },
        clinical=Role.NURSE in roles or Role.CLINICIAN in roles,
        clinician=Role.CLINICIAN in roles,
        manager=Role.MANAGER in roles,
        here=context.get("here", ""),
        of_many="clinic" in request.session,
    )


def _count(number: int | None) -> str | None:
    if number is None:
        return None
    return f"{MOST}+" if number > MOST else str(number)
