"""Which clinic a form of staff was made for, beside the token that every form has."""

from typing import Any

from django import template
from django.template import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from recovery.access import MADE_FOR

register = template.Library()


class _Token(CsrfTokenNode):
    def render(self, context: Context) -> str:
        """`made_for` is the clinic's UUID, which recovery.context gives the pages of staff."""
        token = super().render(context)
        clinic = context.get("made_for")
        if not clinic:
            return token
        return token + format_html('<input type="hidden" name="{}" value="{}">', MADE_FOR, clinic)


@register.tag
def csrf_token(parser: Any, token: Any) -> _Token:
    """Django's own, and the clinic: so no form can be written without it (settings TEMPLATES)."""
    return _Token()
