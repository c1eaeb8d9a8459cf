"""What a row of the staff's lists says of a recovery."""

import uuid
from datetime import datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recovery.models import Contact
from recovery.models.recoveries import QueueRank
from recovery.templatetags.care import tel
from recovery.templatetags.sparkline import sparkline
from recovery.templatetags.staff import day_label, signed
from recovery.templatetags.times import Times

NOBODY = uuid.UUID(int=0)

# What came of a contact, where a row has room for two words.
OUTCOMES = {
    Contact.Outcome.ADVISED: gettext_lazy("Advised"),
    Contact.Outcome.BOOKED: gettext_lazy("Visit booked"),
    Contact.Outcome.EMERGENCY_DEPARTMENT: gettext_lazy("Sent to ED"),
    Contact.Outcome.NO_ANSWER: gettext_lazy("No answer"),
    Contact.Outcome.WRONG_NUMBER: gettext_lazy("Wrong number"),
    Contact.Outcome.AGREED: gettext_lazy("Agreed"),
    Contact.Outcome.LATER: gettext_lazy("Call later"),
    Contact.Outcome.REMOVED: gettext_lazy("Taken off"),
}
# By rank in the queue: the classes of row and label, the shape, the word, the button's class.
LOOK = ("shade", "severity", "shape", "word", "opens")
LOOKS = {
    QueueRank.EMERGENCY: ("is-em", "emergency", "em", gettext_lazy("Emergency"), "btn-primary"),
    QueueRank.URGENT: ("is-ur", "urgent", "ur", gettext_lazy("Urgent"), "btn-primary"),
    QueueRank.REVIEW: ("is-re", "review", "re", gettext_lazy("Review"), "btn-quiet"),
    QueueRank.CALL: ("is-quiet", "plain", "bounce", gettext_lazy("To call"), "btn-quiet"),
    QueueRank.OVERDUE: ("is-quiet", "plain", "silent", gettext_lazy("Overdue"), "btn-quiet"),
    QueueRank.CONTACTED: ("is-done", "done", "phone", gettext_lazy("Contacted"), "btn-quiet"),
    QueueRank.HANDLED: ("is-done", "done", "check", gettext_lazy("Handled"), "btn-quiet"),
}
NO_LOOK = [""] * len(LOOK)
NO_REMINDERS = gettext_lazy("No reminders")


class RowWords:
    """The words of the rows of one page, which has fifty: what rows share is looked up, and
    escaped, once.
    """

    def __init__(self, now: datetime) -> None:
        self.times = Times(now)
        self._bases: dict[int | None, str] = {None: escape(_("no base"))}
        self._phases: dict[str, str] = {}
        self._looks: dict[int | None, dict[str, str]] = {}
        self._addresses: dict[str, tuple[str, str]] = {}

    def of(self, recovery: Any) -> dict[str, Any]:
        """What a row of any list says."""
        patient, pain, base = recovery.patient, recovery.last_pain, recovery.baseline_pain
        if base not in self._bases:
            self._bases[base] = escape(_("base %(n)d") % {"n": base})
        log_time, log_ago = self._last_log(recovery)
        return {
            "name": patient.name,
            "pain": "–" if pain is None else str(pain),
            "base": self._bases[base],
            "change": "" if pain is None or base is None else signed(pain - base),
            "spark": sparkline(recovery.pain_trend, base),
            "log_time": log_time,
            "log_ago": log_ago,
            "tel": tel(patient.phone) if patient.phone else "",
            "phone": patient.phone,
            "url": self.address("staff_recovery", recovery),
            **self._look(recovery.queue_rank),
        }

    def address(self, name: str, recovery: Any) -> str:
        """As `reverse` gives it, which would take as long as a row's words together."""
        if name not in self._addresses:
            before, after = reverse(name, args=[NOBODY]).split(str(NOBODY))
            self._addresses[name] = before, after
        before, after = self._addresses[name]
        return SafeString(f"{before}{recovery.uuid}{after}")  # safe: a UUID

    def day_and_phase(self, place: Any) -> str:
        """D16 follow-up. `place` has the day and the phase, which is None before D0."""
        code = place.phase.code if place.phase else ""
        if code not in self._phases:
            self._phases[code] = str(place.phase).lower() if place.phase else _("before")
        return f"{day_label(place.day)} {self._phases[code]}"

    def last_contact(self, recovery: Any) -> str:
        """Last contact Tue 16:20, no answer; empty without one."""
        if recovery.last_contact_at is None:
            return ""
        return _("Last contact %(time)s, %(outcome)s") % {
            "time": self.times.day_and_time(recovery.last_contact_at),
            "outcome": str(OUTCOMES[Contact.Outcome(recovery.last_contact_outcome)]).lower(),
        }

    def mail_marks(self, recovery: Any, *, calls: bool = True) -> str:
        """What keeps the patient from being reminded; `calls` says whether to name why to call.

        `recovery` carries `agreed` and `reachable` (queries.listed.with_mail_marks).
        """
        patient = recovery.patient
        marks = call_marks(recovery) if calls else []
        if patient.reminders_off_at or not (recovery.agreed and recovery.reachable):
            marks.append(self.times.once(NO_REMINDERS))
        elif patient.paused_until and patient.paused_until > self.times.today:
            marks.append(_("Reminders paused"))
        return ". ".join(marks)

    def _look(self, rank: int | None) -> dict[str, str]:
        if rank not in self._looks:
            looks = [escape(str(one)) for one in LOOKS[QueueRank(rank)]] if rank else NO_LOOK
            self._looks[rank] = dict(zip(LOOK, looks, strict=True))
        return self._looks[rank]

    def _last_log(self, recovery: Any) -> tuple[str, str]:
        """When the last log came; where it is about another day than it came on, that day."""
        at, day = recovery.last_log_at, recovery.last_log_day
        if at is None or day is None:
            return "", ""
        on, times = recovery.procedure_on + timedelta(days=day), self.times
        if on == times.on(at):
            return times.day_and_time(at), times.ago(at)
        past = times.ago(datetime.combine(on, time.min, times.zone))
        return times.short_date(on), f"{day_label(day)}, {past}"


def call_marks(recovery: Any) -> list[str]:
    """Why staff should call, beside any alert."""
    patient, marks = recovery.patient, []
    if recovery.call_since:
        marks.append(_("Call: no answer to reminders"))
    if patient.address_fails_at:
        marks.append(_("Call: address fails"))
    if patient.mobile_fails_at:
        marks.append(_("Call: mobile number fails"))
    return marks
