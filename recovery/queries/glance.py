"""What one look must tell: a sentence for the surgeon, and the strip of the planned logs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recovery.clinical.checkinforms import LOG_FORMS
from recovery.clinical.pathway import Occasion
from recovery.models import Alert, CheckIn, Recovery
from recovery.queries.days import Day
from recovery.queries.pathways import phases_of
from recovery.queries.patients import Place
from recovery.queries.record import Record

THREE = 3
# The facts of candidacy as the source names them: known or missing, never judged.
CANDIDACY = {
    "pain_months": gettext_lazy("months of back pain"),
    "care_months": gettext_lazy("months of conservative care"),
    "modic": gettext_lazy("Modic type"),
    "levels": gettext_lazy("levels"),
    "icd10": gettext_lazy("diagnosis code"),
}
BONE, GAP = 12, 6


def summary(
    recovery: Recovery,
    days: Sequence[Day],
    record: Record,
    alerts: Sequence[Alert],
    where: Place,
) -> tuple[str, str]:
    """One sentence for the surgeon, and what stands behind it."""
    rated = [day for day in days if day.average is not None]
    if rated:
        last = rated[-1]
        day = _("today") if last.day == where.day else _("on D%(day)d") % {"day": last.day}
        lead = _("Pain %(pain)d %(day)s") % {"pain": last.average, "day": day}
    else:
        lead = _("No pain answer yet")
    base = recovery.baseline_pain
    lead += ", " + (_("no baseline") if base is None else _("baseline %(n)d") % {"n": base}) + "."
    rest = [_best_mean(rated), _answered(record), _opioids(recovery, days)]
    open_alerts = [alert for alert in alerts if alert.state != Alert.State.CLOSED]
    n = len(open_alerts)
    rest.append(
        ngettext("%(n)d alert not closed.", "%(n)d alerts not closed.", n) % {"n": n}
        if n
        else _("No open alert.")
    )
    return lead, " ".join(filter(None, rest))


def missing_facts(recovery: Recovery) -> list[str]:
    return [str(name) for fact, name in CANDIDACY.items() if getattr(recovery, fact) in (None, "")]


def _best_mean(rated: Sequence[Day]) -> str:
    """From D1 on: what was before the procedure, or on its day, is no effect of it."""
    rated = [day for day in rated if day.day >= 1]
    windows = [rated[i : i + THREE] for i in range(len(rated) - THREE + 1)]
    if not windows:
        return ""
    best = min(windows, key=lambda window: sum(day.average or 0 for day in window))
    mean = Decimal(sum(day.average or 0 for day in best)) / THREE
    return _("Best mean of three logs %(mean).1f (D%(first)d to D%(last)d).") % {
        "mean": mean,
        "first": best[0].day,
        "last": best[-1].day,
    }


def _answered(record: Record) -> str:
    states = [row.code for row in record.checkins if row.kind in LOG_FORMS]
    done = states.count(CheckIn.State.COMPLETED)
    due = done + states.count(CheckIn.State.EXPIRED)
    return _("%(done)d of %(due)d planned logs.") % {"done": done, "due": due} if due else ""


def _opioids(recovery: Recovery, days: Sequence[Day]) -> str:
    told = [day for day in days if day.mme is not None or day.mme_unknown]
    if not told:
        return ""
    last = told[-1]
    if last.mme_unknown:
        text = _("Opioids: total not known on D%(day)d") % {"day": last.day}
    elif last.mme or recovery.baseline_opioid_mme:
        text = _("Opioids %(n)s MME on D%(day)d") % {"n": plain(last.mme), "day": last.day}
    else:
        # Who took none before and takes none now needs no sentence.
        return ""
    if recovery.baseline_opioid_mme is not None:
        text += _(", baseline %(n)s") % {"n": plain(recovery.baseline_opioid_mme)}
    return text + "."


def plain(number: Decimal | None) -> str:
    """30 for 30.0, 7.5 as it is."""
    return "" if number is None else f"{number.normalize():f}"


@dataclass(frozen=True, slots=True)
class Bone:
    """A planned log: done, late, miss, today, or empty for one to come."""

    x: int
    shape: str


@dataclass(frozen=True, slots=True)
class Strip:
    bones: list[Bone]
    width: int

    def count(self, shape: str) -> int:
        return sum(bone.shape == shape for bone in self.bones)

    @property
    def done(self) -> int:
        return self.count("done")

    @property
    def late(self) -> int:
        return self.count("late")

    @property
    def missed(self) -> int:
        return self.count("miss")


def strip(
    recovery: Recovery,
    record: Record,
    days: Sequence[Day],
    planned: Sequence[Occasion],
    now: datetime,
) -> Strip:
    states = {row.text: row.code for row in record.checkins}
    late = {day.day: day.late for day in days}
    bones: list[Bone] = []
    x, phase = 0, None
    phases = phases_of(recovery.pathway_id)[1:]
    for occasion in planned:
        stage = next((p for p in reversed(phases) if occasion.day >= p.first_day), None)
        x += GAP if phase and stage is not phase else 0
        phase = stage
        bones.append(Bone(x, _bone(occasion, states.get(occasion.key), late, now)))
        x += BONE
    return Strip(bones, x)


def _bone(occasion: Occasion, state: str | None, late: dict[int, bool], now: datetime) -> str:
    """`late`: of the days with a log, whether it was entered later, as on the chart."""
    if state == CheckIn.State.COMPLETED:
        return "late" if late.get(occasion.day) else "done"
    if occasion.opens_at <= now < occasion.expires_at:
        return "today"
    if occasion.expires_at <= now and occasion.day in late:
        return "late"
    return "miss" if state == CheckIn.State.EXPIRED else ""
