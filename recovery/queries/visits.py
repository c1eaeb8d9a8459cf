"""The sheet before a visit: what staff want to see on one page, in words for page and PDF."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recovery.models import Alert, Clinic, Contact, Recovery, VisitQuestion
from recovery.models.access import Relationship
from recovery.models.alerts import RANK_OF
from recovery.queries import corridors, glance
from recovery.queries.chart import draw
from recovery.queries.days import Day, by_day
from recovery.queries.medicines import medicines_told
from recovery.queries.pathways import phases_of
from recovery.queries.patients import Place, place
from recovery.queries.plot import Chart
from recovery.queries.record import record_of
from recovery.queries.scores import ScoreTable, score_table
from recovery.queries.timeline import alerts_of, current, logs_of

WORST_DAYS = 5
# A page lists no more of a kind; the rest is counted.
LISTED = 40
# The check-ins of one and three months; between and after them no visit is named.
ONE_MONTH, THREE_MONTHS = range(60), range(60, 136)
FACTS = {True: gettext_lazy("yes"), False: gettext_lazy("no"), None: gettext_lazy("not known")}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with rows of cells; `total` rows there are, of which some may not be listed."""

    title: str
    rows: list[tuple[str, ...]]
    total: int
    # What stands there without a row.
    empty: str
    note: str = ""

    @property
    def left_out(self) -> int:
        return self.total - len(self.rows)


class Fact(NamedTuple):
    label: str
    value: str
    # Changes how the patient is handled, or is not known: it stands out, as on the patient's page.
    is_flag: bool = False


@dataclass(frozen=True, slots=True)
class VisitSheet:
    recovery: Recovery
    place: Place
    visit: str
    facts: list[Fact]
    summary: tuple[str, str]
    chart: Chart
    scores: ScoreTable
    worst: Section
    medicines: Section
    alerts: Section
    questions: Section
    # As they stand, for the form that notes them as taken up.
    standing: list[VisitQuestion] = field(default_factory=list)
    waiting: int = 0
    in_room: int = 0


def visit_sheet(recovery: Recovery, clinic: Clinic, *, now: datetime) -> VisitSheet:
    """Eight statements, whatever the history."""
    days = by_day(current(logs_of(recovery)))
    alerts, record = alerts_of(recovery), record_of(recovery, now)
    where = place(recovery, now)
    after = [day for day in days if day.day >= 0]
    standing = list(VisitQuestion.objects.standing().filter(recovery=recovery).order_by("pk"))
    return VisitSheet(
        recovery=recovery,
        place=where,
        visit=_visit(where.day),
        facts=_facts(recovery),
        summary=glance.summary(recovery, days, record, alerts, where),
        chart=drawn(recovery, clinic, days, alerts, where),
        scores=score_table(recovery, now=now),
        worst=_worst(recovery, after),
        medicines=_medicines(after),
        alerts=_alerts(recovery, alerts),
        questions=_questions(standing),
        standing=standing,
        waiting=record.waiting,
        in_room=record.in_room,
    )


def drawn(
    recovery: Recovery,
    clinic: Clinic,
    days: list[Day],
    alerts: Iterable[Alert],
    where: Place,
) -> Chart:
    """The trend against the baseline, without what is planned."""
    zone = ZoneInfo(recovery.patient.zone)
    return draw(
        days=days,
        today=where.day,
        baseline=recovery.baseline_pain,
        baseline_mme=recovery.baseline_opioid_mme,
        phases=phases_of(recovery.pathway_id),
        alerts=[
            (recovery.day_on(alert.raised_at.astimezone(zone).date()), alert) for alert in alerts
        ],
        contacts=[],
        planned=[],
        corridor=partial(corridors.band_on, recovery, clinic),
    )


def _visit(day: int) -> str:
    if day in ONE_MONTH:
        return _("Before the one-month visit")
    return _("Before the three-month visit") if day in THREE_MONTHS else ""


def day_and_date(recovery: Recovery, day: int) -> str:
    """D12, Mar 4: the day and its date where the patient is."""
    return f"D{day}, {date_format(recovery.procedure_on + timedelta(days=day), _('M j'))}"


def _facts(recovery: Recovery) -> list[Fact]:
    base, opioids = recovery.baseline_pain, recovery.baseline_opioid_mme
    return [
        Fact(_("Procedure"), date_format(recovery.procedure_on, _("M j, Y"))),
        Fact(_("Levels"), recovery.levels or _("not given")),
        Fact(_("Surgeon"), recovery.surgeon or _("not given")),
        Fact(
            _("Baseline pain"),
            _("none") if base is None else _("%(n)d of 10") % {"n": base},
            is_flag=base is None,
        ),
        Fact(
            _("Opioids at baseline"),
            _("not known") if opioids is None else f"{glance.plain(opioids)} MME",
        ),
        _known(_("Osteoporosis"), recovery.osteoporosis),
        _known(_("Anticoagulant"), recovery.anticoagulated),
    ]


def _known(label: str, told: bool | None) -> Fact:
    return Fact(label, str(FACTS[told]), is_flag=told is not False)


# Sections
# --------


def _worst(recovery: Recovery, days: Sequence[Day]) -> Section:
    """From the day of the procedure on; of equal ones the latest."""
    rated = [(day.worst if day.worst is not None else day.average, day) for day in days]
    known = [(pain, day) for pain, day in rated if pain is not None]
    known.sort(key=lambda one: (-one[0], -one[1].day))
    rows = [
        (day_and_date(recovery, day.day), _pain(day), _how(day)) for _p, day in known[:WORST_DAYS]
    ]
    return Section(
        title=_("Worst days"), rows=rows, total=len(rows), empty=_("No pain answer yet.")
    )


def _pain(day: Day) -> str:
    told = []
    if day.worst is not None:
        told.append(_("worst %(n)d") % {"n": day.worst})
    if day.average is not None:
        told.append(_("average %(n)d") % {"n": day.average})
    return ", ".join(told)


def _how(day: Day) -> str:
    told = [_("entered later")] if day.late else []
    return ", ".join([*told, *([_("by staff")] if day.by_staff else [])])


def _medicines(days: Sequence[Day]) -> Section:
    rows: list[tuple[str, ...]] = [*medicines_told(days)]
    return Section(
        title=_("Medicines, as told"),
        rows=rows,
        total=len(rows),
        empty="",
        note=_("Days without an answer are not counted as none."),
    )


def _alerts(recovery: Recovery, alerts: Sequence[Alert]) -> Section:
    zone = ZoneInfo(recovery.patient.zone)
    contacts = _contacts_by_alert(recovery)

    def on(at: datetime) -> date:
        return at.astimezone(zone).date()

    newest = sorted(alerts, key=lambda alert: (alert.raised_at, alert.rule), reverse=True)
    # Where the page ends, what is left out is the least serious.
    shown = sorted(newest, key=lambda alert: RANK_OF[alert.severity])
    rows = [
        (
            day_and_date(recovery, recovery.day_on(on(alert.raised_at))),
            alert.get_severity_display(),
            f"{alert.rule} {alert.headline}",
            _done(alert, contacts.get(alert.pk, []), on),
        )
        for alert in shown[:LISTED]
    ]
    return Section(
        title=_("Alerts and what was done"),
        rows=rows,
        total=len(alerts),
        empty=_("No alert."),
        note=_("The most serious first, then the newest."),
    )


def _contacts_by_alert(recovery: Recovery) -> Mapping[int, list[Contact]]:
    found: dict[int, list[Contact]] = defaultdict(list)
    through = Contact.alerts.through.objects.filter(contact__recovery=recovery)
    for row in through.select_related("contact__by").order_by("contact__at", "pk"):
        found[row.alert_id].append(row.contact)
    return found


def _done(alert: Alert, contacts: Sequence[Contact], on: Callable[[datetime], date]) -> str:
    """The last contact, how many there were, and how it stands."""
    words = []
    if contacts:
        last = contacts[-1]
        words.append(
            _("%(on)s %(kind)s by %(name)s: %(outcome)s.")
            % {
                "on": date_format(on(last.at), _("M j")),
                "kind": last.get_kind_display().lower(),
                "name": last.by,
                "outcome": last.get_outcome_display().lower(),
            }
        )
        if earlier := len(contacts) - 1:
            words.append(
                ngettext("%(n)d contact before.", "%(n)d contacts before.", earlier)
                % {"n": earlier}
            )
    if alert.closed_at:
        reason = alert.closing_text or alert.get_closing_reason_display()
        words.append(
            _("Closed %(on)s: %(reason)s.")
            % {"on": date_format(on(alert.closed_at), _("M j")), "reason": _short(reason)}
        )
    else:
        words.append(_("Not closed: %(state)s.") % {"state": alert.get_state_display().lower()})
    return " ".join(words)


def _short(text: str, most: int = 90) -> str:
    """A free text in one line of a table; the alert's own page has the whole."""
    line = " ".join(text.split()).removesuffix(".")
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _questions(standing: Sequence[VisitQuestion]) -> Section:
    return Section(
        title=_("The patient's own questions"),
        rows=[(question.text, _asked(question)) for question in standing],
        total=len(standing),
        empty=_("None written down."),
    )


def _asked(question: VisitQuestion) -> str:
    on = date_format(question.changed_at or question.asked_at, _("M j"))
    caregiver = question.source == Relationship.CAREGIVER
    return _("%(on)s, by a caregiver") % {"on": on} if caregiver else on
