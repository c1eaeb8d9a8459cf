"""What stands around the chart on a patient's page, each part a template that is filled in."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.template.defaultfilters import floatformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from recovery.forms.contacts import ContactForm
from recovery.models import Recovery
from recovery.models.channels import Channels
from recovery.models.recoveries import Modic
from recovery.queries.glance import Bone, Strip
from recovery.templatetags.care import tel
from recovery.templatetags.entries import entries
from recovery.templatetags.filled import MARK, escaped, filled
from recovery.templatetags.ledger import checkin_name
from recovery.templatetags.pathways import pathway_title
from recovery.templatetags.staff import (
    contact_kind,
    contact_outcome,
    day_label,
    full_time,
    time_there,
)
from recovery.templatetags.timeline import milestone_name, milestone_on, newest_name, state_name
from recovery.templatetags.times import Times

register = template.Library()

DATE, SHORT_DATE = "M j, Y", "M j"
# As many entries of the timeline fit one column.
ONE_COLUMN = 4
# As nobody has filled it in yet: the same on every page but for the number of the page.
BLANK = ContactForm(initial={"client_id": MARK.format("client_id")})


@register.simple_tag(takes_context=True)
def top(context: Context) -> SafeString:
    """Who it is, the planned logs, what staff do most, and the summary."""
    recovery: Recovery = context["recovery"]
    patient, spine, born = recovery.patient, context["spine"], recovery.patient.birth_date
    lead, more = context["summary"]
    return filled(
        "staff/_top.html",
        {
            "uuid": recovery.uuid,
            "name": patient.name,
            "state": None if recovery.state == "active" else state_name(recovery.state),
            "age": context["place"].age,
            "number": patient.record_number,
            "born": born and date_format(born, DATE),
            "surgeon": recovery.surgeon,
            "language": None
            if patient.language == "en"
            else get_language_info(patient.language)["name_local"],
            **_strip(spine),
            "phone": patient.phone,
            "tel": tel(patient.phone),
            "lead": lead,
            "more": more,
        },
    )


def _strip(spine: Strip) -> dict[str, Any]:
    bones = mark_safe("".join(map(_bone, spine.bones)))  # noqa: S308 - numbers, words of our own
    counts = {"done": spine.done, "late": spine.late, "missed": spine.missed}
    return {"bones": bones, "width": spine.width, **counts}


def _bone(bone: Bone) -> str:
    if bone.shape:
        return f'<rect class="is-{bone.shape}" x="{bone.x}" y="4" width="9" height="14"/>'
    return f'<rect x="{bone.x}" y="8" width="9" height="6"/>'


@register.simple_tag(takes_context=True)
def facts(context: Context) -> SafeString:
    """What is known of the recovery, how the patient is reached, and what is not known."""
    recovery: Recovery = context["recovery"]
    patient, where, mme = recovery.patient, context["place"], recovery.baseline_opioid_mme
    record, now = context["record"], context["request"].now
    return filled(
        "staff/_facts.html",
        {
            "uuid": recovery.uuid,
            "day": day_label(where.day),
            "phase": where.phase and str(where.phase).lower(),
            "procedure_on": date_format(recovery.procedure_on, DATE),
            "levels": recovery.levels,
            "baseline": recovery.baseline_pain,
            "mme": floatformat(mme) if mme else None,
            "channels": Channels(patient.channels).label,
            "paused": date_format(patient.paused_until, SHORT_DATE) if context["paused"] else None,
            "time": time_there(now, patient.zone),
            "caregivers": ", ".join(row.person for row in context["caregivers"]),
            "missing": ", ".join(context["missing_facts"]),
            "pain": recovery.pain_months,
            "care": recovery.care_months,
            "modic": str(Modic(recovery.modic).label).lower() if recovery.modic else None,
            "code": recovery.icd10,
        },
        osteoporosis=recovery.osteoporosis,
        anticoagulated=recovery.anticoagulated,
        mme_known=mme is not None,
        reached=context["mailed"] or context["texted"],
        reminders_off=bool(patient.reminders_off_at),
        logs_off=bool(patient.logs_off_at),
        forms_off=bool(patient.forms_off_at),
        address_fails=bool(patient.address_fails_at),
        mobile_fails=bool(patient.mobile_fails_at),
        told=bool(record.consents),
        has_access=bool(record.accesses),
    )


@register.simple_tag(takes_context=True)
def timeline_card(context: Context, *, wide: bool) -> SafeString:
    """The newest entries, in the column that has room: beside an open alert, else under the chart
    (`wide`).
    """
    values = {
        "uuid": context["recovery"].uuid,
        "told": context["told"],
        "entries": entries(context),
    }
    columns = wide and len(context["events"]) > ONE_COLUMN
    return filled("staff/_timeline.html", values, columns=columns)


@register.simple_tag(takes_context=True)
def contacts_card(context: Context) -> SafeString:
    """What staff did, and the form for more where no alert has it beside it."""
    recovery: Recovery = context["recovery"]
    times, form = Times(context["request"].now), context["contact"]
    return filled(
        "staff/_contacts.html",
        {
            "uuid": recovery.uuid,
            "csrf_token": context["csrf_token"],
            "minutes": context["minutes"] or None,
            "contacts": _pairs(
                (
                    f"{times.day_and_time(row.at)}, {contact_kind(row.kind)}, {row.person}",
                    contact_outcome(row.code) + _minutes(row),
                )
                for row in context["contacts"]
            ),
            "form": None if context["case"] else _form(form),
        },
        open=bool(recovery.queue_rank or (form and form.errors)),
    )


def _form(form: ContactForm | None) -> SafeString:
    if form is None:
        return filled("staff/_contact.html", {"client_id": uuid.uuid4()}, contact=BLANK)
    return render_to_string("staff/_contact.html", {"contact": form})


def _minutes(row: Any) -> str:
    return "" if row.number is None else ", " + _("%(n)s min") % {"n": row.number}


@register.simple_tag(takes_context=True)
def again(context: Context) -> SafeString:
    """What the patient does again, and the way to the observation room."""
    record = context["record"]
    marks = ngettext("Observation, %(n)s mark", "Observation, %(n)s marks", record.marks)
    return filled(
        "staff/_again.html",
        {
            "uuid": context["recovery"].uuid,
            "milestones": _pairs(
                (milestone_name(row), date_format(milestone_on(row), SHORT_DATE))
                for row in context["milestones"]
            ),
            "marks": marks % {"n": record.marks} if record.rooms else None,
        },
        observed=bool(context["observed"]),
    )


@register.simple_tag(takes_context=True)
def follow_up(context: Context) -> SafeString:
    """What comes next, and the follow-up itself: its state, pathway and procedures."""
    recovery: Recovery = context["recovery"]
    record = context["record"]
    return filled(
        "staff/_follow_up.html",
        {
            "uuid": recovery.uuid,
            "csrf_token": context["csrf_token"],
            "state": state_name(recovery.state),
            "upcoming": _pairs(
                (checkin_name(one), full_time(one.opens_at)) for one in context["upcoming"]
            ),
            "others": mark_safe("".join(map(_other, record.others))),  # noqa: S308 - escaped there
            "pathway": pathway_title(recovery.pathway),
            "newest": newest_name(record.newest),
        },
        sends=recovery.sends,
        moves=tuple(context["moves"]),
        movable=context["movable"],
        cancellable=context["cancellable"],
        in_use=recovery.pathway_id == record.newest.number,
        followed=recovery.state in recovery.FOLLOWED,
    )


def _other(row: Any) -> str:
    """Another procedure of the patient, with the way to its page."""
    url = reverse("staff_recovery", args=[uuid.UUID(row.code)])
    on = date_format(localtime(row.at), DATE)
    name = escaped(_("Procedure of %(on)s") % {"on": on})
    return f'<dt><a href="{url}">{name}</a></dt><dd>{escaped(state_name(row.kind))}</dd>'


def _pairs(rows: Iterable[tuple[str, str]]) -> SafeString:
    said = (f"<dt>{escaped(name)}</dt><dd>{escaped(value)}</dd>" for name, value in rows)
    return mark_safe("".join(said))  # noqa: S308 - escaped
