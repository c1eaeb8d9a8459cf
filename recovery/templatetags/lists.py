"""The rows of the queue and of the list of patients as HTML.

Filled in here and not by a template: a page has fifty, and each of the forty tags of a row costs
as much as filling in all of it at once.
"""

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()

TO_ESCAPE = re.compile("[&<>\"']").search
SEVERITY = (
    '<span class="ic-sev ic-sev--{severity}"><svg class="ic-i" aria-hidden="true">'
    '<use href="#i-{shape}"/></svg>{word}</span>'
)
PAIN = (
    '<td role="cell"><div class="ic-pain ic-num"><b>{pain}</b><small>{base}{change}</small>{spark}'
    '</div></td>\n<td class="is-log" role="cell">{log_time}<small>{log_ago}</small></td>\n'
)
OPEN = (
    '" href="{url}" aria-label="{say_open} {name}"><svg class="ic-i" aria-hidden="true">'
    '<use href="#i-right"/></svg></a></div></td></tr>'
)
QUEUE_ROW = (
    '<tr class="is-row {shade}" role="row" data-row="{uuid}">'
    f'<td role="cell">{SEVERITY}</td>\n'
    '<td class="is-why" role="cell"><b>{headline}</b>{whys}</td>\n'
    '<th role="rowheader" scope="row"><a class="ic-name" href="{url}" data-key="open">{name}</a>'
    "<small>{where}</small>{reach}</th>\n"
    f"{PAIN}"
    '<td role="cell"><div class="ic-clock{late}"><b>{clock_left}</b><small>{clock_at}</small>{bar}'
    '</div></td>\n<td class="is-own" role="cell">{own}</td>\n'
    '<td role="cell"><div class="ic-acts"><a class="btn btn-quiet btn-icon" href="{handling}" '
    'aria-label="{say_assign}: {name}" title="{say_assign}" data-key="assign">'
    '<svg class="ic-i" aria-hidden="true"><use href="#i-pen"/></svg></a>'
    f'<a class="btn {{opens}} btn-icon{OPEN}'
)
PHONE = (
    '<a class="ic-phone" href="{tel}" aria-label="{say_call} {name}, {phone}" data-key="call">'
    "{phone}</a>"
)
HOLDER = '<small class="ic-on">{held_by} {say_until} {held_until}</small>'
OWNER = (
    '<span class="ic-own"><span class="ic-avatar{me}" aria-hidden="true">{initials}</span>'
    "<span>{held_by}<small>{say_until} {held_until}</small></span></span>"
)
CLAIM = (
    '<button class="btn btn-quiet" form="act" formaction="{claim}" name="alert" value="{alert}" '
    'data-key="claim">{say_claim}'
    '<span class="visually-hidden"> {name}</span></button>'
)
BAR = (
    '<svg viewBox="0 0 84 4" aria-hidden="true"><rect class="tr" width="84" height="4" rx="2"/>'
    '<rect class="fi" width="{bar}" height="4" rx="2"/></svg>'
)
GROUP = (
    '<tbody role="rowgroup"><tr class="is-group" role="row"><th colspan="6" role="rowheader" '
    'scope="colgroup"><b>{label}, {count}</b>{note}</th><td class="is-log" role="cell"></td>'
    '<td class="is-own" role="cell"></td></tr>\n{rows}</tbody>\n'
)
CHIP = '<a class="ic-chip{kind}" href="{here}{query}"{current}>{icon}{label}{counted}</a>'
ICON = '<svg class="ic-i" aria-hidden="true"><use href="#i-{shape}"/></svg>'
PATIENT_ROW = (
    '<tr class="is-row" role="row"><th class="is-who" role="rowheader" scope="row">'
    '<a class="ic-name" href="{url}">{listed}</a><small>{who}</small></th>\n'
    '<td role="cell">{state}<small>{where}</small></td>\n'
    f"{PAIN}"
    '<td class="is-queue" role="cell">{whys}</td>\n'
    '<td role="cell"><div class="ic-acts">{reach}'
    f'<a class="btn btn-quiet btn-icon{OPEN}\n'
)
CALL = (
    '<a class="btn btn-quiet btn-icon" href="{tel}" aria-label="{say_call} {name}, {phone}" '
    'title="{phone}"><svg class="ic-i" aria-hidden="true"><use href="#i-phone"/></svg></a>'
)


def queue_groups(groups: Iterable[Mapping[str, Any]]) -> SafeString:
    """Each group with its `rows` as views.staff.queue_words says them."""
    escaped = Escaped()
    says = escaped.of(
        {
            "say_call": _("Call"),
            "say_open": _("Open"),
            "say_claim": _("Claim"),
            "say_until": _("until"),
            "say_assign": _("Assign, note"),
            "say_no_log_yet": _("no log yet"),
        }
    )
    said = []
    for group in groups:
        rows = "".join(_queue_row(escaped.of(row) | says) for row in group["rows"])
        words = escaped.of({name: group[name] for name in ("label", "count", "note")})
        said.append(GROUP.format_map(words | {"rows": rows}))
    return mark_safe("".join(said))  # noqa: S308


def queue_chips(chips: Iterable[Mapping[str, Any]]) -> SafeString:
    """The filters of the queue; one of somebody's own has no shade, no shape and no count."""
    escaped, here = Escaped(), {"here": reverse("queue"), "shade": "", "shape": "", "count": ""}
    return mark_safe("".join(_chip(escaped.of(here | chip)) for chip in chips))  # noqa: S308


def _chip(chip: dict[str, str]) -> str:
    return CHIP.format_map(
        chip
        | {
            "kind": chip["shade"] and f" ic-chip--{chip['shade']}",
            "current": chip["current"] and ' aria-current="true"',
            "icon": chip["shape"] and ICON.format_map(chip),
            "counted": chip["count"] and f" <b>{chip['count']}</b>",
        }
    )


@register.filter
def patient_rows(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Rows as views.staff.patients says them."""
    escaped = Escaped()
    says = escaped.of(
        {
            "say_call": _("Call"),
            "say_open": _("Open"),
            "say_course": _("Course:"),
            "say_no_log_yet": _("no log yet"),
        }
    )
    return mark_safe("".join(_patient_row(escaped.of(row) | says) for row in rows))  # noqa: S308


class Escaped(dict[Any, str]):
    """Words as HTML; what the rows of a page share is escaped once."""

    def of(self, words: Mapping[str, Any]) -> dict[str, str]:
        """As `format_html` does it; nothing reaches a row but through here."""
        # What is safe is never looked up, since text that is not safe may equal it.
        return {
            name: text if type(text) is SafeString else self[text] for name, text in words.items()
        }

    def __missing__(self, text: Any) -> str:
        said = str(text) if text else ""
        # Most words have nothing to escape, and to look is cheaper.
        self[text] = escape(said) if TO_ESCAPE(said) else said
        return self[text]


def _queue_row(row: dict[str, str]) -> str:
    whys = (
        _small("ic-wait", row["wait"])
        + (f"<small>{row['why']}</small>" if row["why"] else "")
        + _small("ic-course", row["course"])
        + _small("ic-marks", row["marks"])
        + (_small("ic-left", f"“{row['note']}”") if row["note"] else "")
    )
    reach = (
        (PHONE.format_map(row) if row["tel"] else "")
        + (f"<small>{row['contact']}</small>" if row["contact"] else "")
        + (HOLDER.format_map(row) if row["held_by"] else "")
    )
    own = (OWNER if row["held_by"] else CLAIM).format_map(row)
    if row["assigned"]:
        own += f"<small>{row['assigned']}</small>"
    bar = BAR.format_map(row) if row["bar"] else ""
    return QUEUE_ROW.format_map(
        row | _pain(row) | {"whys": whys, "reach": reach, "own": own, "bar": bar}
    )


def _patient_row(row: dict[str, str]) -> str:
    course = row["course"] and f"{row['say_course']} {row['course']}"
    whys = (
        (SEVERITY.format_map(row) if row["word"] else "")
        + _small("ic-reason", row["reason"])
        + _small("ic-course", course)
        + _small("ic-marks", row["marks"])
    )
    reach = CALL.format_map(row) if row["tel"] else ""
    return PATIENT_ROW.format_map(row | _pain(row) | {"whys": whys, "reach": reach})


def _pain(row: Mapping[str, str]) -> dict[str, str]:
    return {
        "change": row["change"] and f"<br>{row['change']}",
        "log_time": row["log_time"] or "–",
        "log_ago": row["log_ago"] if row["log_time"] else row["say_no_log_yet"],
    }


def _small(name: str, text: str) -> str:
    return f'<small class="{name}">{text}</small>' if text else ""
