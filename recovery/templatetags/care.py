"""Drawings and phone links for every template."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Own drawings: 24 grid, 2 px stroke, colour of the text. Printed into the page instead of a sprite,
# so that a page needs no further request and a severity's shape is there before any style.
ICONS = {
    "ask": (
        '<path d="M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5v.1"/><circle '
        'cx="12" cy="12" r="9.2"/>'
    ),
    "bath": (
        '<path d="M3 12h18v2.5A4.5 4.5 0 0 1 16.5 19h-9A4.5 4.5 0 0 1 3 14.5zM6 '
        '12V6.5A2.5 2.5 0 0 1 11 6M7 19v2M17 19v2"/>'
    ),
    "bounce": (
        '<path d="M20.5 12V7a2 2 0 0 0-2-2h-13a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2H13M4 7.5l8 5.5 '
        '8-5.5M16.5 16.5l5 5M21.5 16.5l-5 5"/>'
    ),
    "car": ('<path d="M4 16.5v-4l2-5.5h12l2 5.5v4zM4 12.5h16M6.5 16.5V19M17.5 16.5V19"/>'),
    "check": '<path d="M4.5 12.5l5 5 10-11"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.3l3.3 2"/>',
    "dot": '<circle cx="12" cy="12" r="2.5" fill="currentColor"/>',
    "em": (
        '<path d="M8.2 2.5h7.6l5.7 5.7v7.6l-5.7 5.7H8.2l-5.7-5.7V8.2z"/><path d="M12 7.2v5.6M12 '
        '16.6v.2"/>'
    ),
    "find": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
    "flow": '<path d="M4 18l5-6 4 3 7-9"/><path d="M15 6h5v5"/>',
    "left": '<path d="M15 5l-7 7 7 7"/>',
    "lock": (
        '<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8.5 10.5V7.5a3.5 3.5 '
        '0 0 1 7 0v3"/>'
    ),
    "mail": '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M3.5 7l8.5 6 8.5-6"/>',
    "no": '<circle cx="12" cy="12" r="8.5"/><path d="M6 6l12 12"/>',
    "pause": '<path d="M8 5v14M16 5v14"/>',
    "pen": '<path d="M4 20l1-4.5L16.5 4 20 7.5 8.5 19z"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>',
    "phone": (
        '<path d="M6.5 3h3l1.6 4.6-2.2 1.7a13 13 0 0 0 5.8 5.8l1.7-2.2L21 14.5v3A3.5 3.5 0 0 1 '
        '17.5 21C9.5 21 3 14.5 3 6.5A3.5 3.5 0 0 1 6.5 3z"/>'
    ),
    "pill": '<rect x="2.8" y="8.2" width="18.4" height="7.6" rx="3.8"/><path d="M12 8.2v7.6"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "print": (
        '<path d="M7 8V3.5h10V8M7 17H4V8.5h16V17h-3"/><rect x="7" y="13.5" width="10" height="7"/>'
    ),
    "re": '<circle cx="12" cy="12" r="8.5"/><path d="M12 12v.1"/>',
    "right": '<path d="M9 5l7 7-7 7"/>',
    "saved": (
        '<path d="M6 3h12v18l-2.4-1.6L13.2 21 12 20l-1.2 1-2.4-1.6L6 21z"/><path d="M9 '
        '9.5l2.2 2.2L15.2 7.5"/>'
    ),
    "send": '<path d="M3 11.5L21 3l-6.5 18-3.5-7.5z"/>',
    "silent": '<path d="M4 5h16v11h-8l-4 4v-4H4z"/><path d="M9 10.5h6"/>',
    "spot": (
        '<rect x="3.5" y="8" width="17" height="8" rx="4"/><path d="M9 8v8M15 8v8M12 11v.1M12 '
        '13v.1"/>'
    ),
    "ur": '<path d="M12 3.2 22 20.5H2z"/><path d="M12 10v4.6M12 17.6v.1"/>',
    "walk": (
        '<circle cx="13" cy="4" r="1.7"/><path d="M8 21l3-6.5M11 14.5l3 2V21M12.5 8l-1.5 '
        '6.5M12.5 8L8.5 10.5V14M12.5 8l2 3.2 3 1.3"/>'
    ),
    "wave": '<path d="M2.5 15c2 0 2.5-7 5-7s3 9 5.5 9 3-5 4.5-5 2 1.5 4 1.5"/>',
    "weight": '<path d="M6 8v8M3.5 10v4M18 8v8M20.5 10v4M6 12h12"/>',
}

MARK = (
    '<rect x="10" y="2.5" width="15" height="7.5" rx="3"/>'
    '<rect x="6.5" y="12.2" width="15" height="7.5" rx="3"/>'
    '<rect x="9" y="22" width="15" height="7.5" rx="3"/>'
    '<circle class="ic-mark-dot" cx="14" cy="16" r="2"/>'
)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A drawing that always stands beside a word, so screen readers skip it."""
    return format_html(
        '<svg class="ic-i{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        f" {extra}" if extra else "",
        mark_safe(ICONS[name]),  # noqa: S308 - a constant of this module
    )


@register.simple_tag
def mark() -> SafeString:
    """The three bones of the product's mark."""
    return format_html(
        '<svg class="ic-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(MARK),  # noqa: S308 - a constant of this module
    )


@register.filter
def unbroken(number: str) -> SafeString:
    """A phone number that no line break divides: half a number cannot be dialled."""
    return format_html('<span class="ic-nowrap">{}</span>', number)


@register.filter
def tel(number: str) -> str:
    """The number as a link's target: digits and a leading plus, whatever it looks like."""
    digits = "".join(filter(str.isdigit, str(number)))
    return f"tel:+{digits}" if str(number).strip().startswith("+") else f"tel:{digits}"
