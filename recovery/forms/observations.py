"""What the observation room's pages take in: one mark, and two times by the clinic's clock."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recovery.clinical.observation import FIELDS, FULL_STRENGTH, LAST_MINUTE, STEP
from recovery.forms.fields import Choice, Rating
from recovery.forms.places import ask_plainly
from recovery.forms.procedures import wall_time
from recovery.models import Clinic, DischargeCheck, Observation

BEFORE = "before"
STRENGTH = [(str(n), str(n)) for n in range(FULL_STRENGTH, -1, -1)]
FEELING = (
    ("full", _("Full")),
    ("dull_left", _("Dull left")),
    ("dull_right", _("Dull right")),
    ("dull_both", _("Dull both")),
)
SITE = (
    ("dry", _("Dry")),
    ("ooze", _("Ooze")),
    ("bleeding", _("Bleeding")),
    ("swelling", _("Swelling")),
)
URINE = (("passed", _("Passed")), ("not_yet", _("Not yet")), ("cannot", _("Cannot")))
MOBILITY = (
    ("not_yet", _("Not yet")),
    ("sat", _("Sat")),
    ("stood", _("Stood")),
    ("walked", _("Walked")),
)


class Strength(Choice):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=STRENGTH, **kwargs)

    def clean(self, value: Any) -> int | None:
        answer = super().clean(value)
        return None if answer is None else int(answer)


class ObservationForm(forms.Form):
    """One mark. Nothing is required and nothing is chosen beforehand, but for a correction, which
    begins with what stands.
    """

    use_required_attribute = False

    mark = forms.CharField(required=False, widget=forms.HiddenInput)
    revision = forms.CharField(required=False, widget=forms.HiddenInput)

    pain = Rating(label=_("Back pain"), required=False)
    strength_left = Strength(label=_("Strength, left"), required=False)
    strength_right = Strength(label=_("Strength, right"), required=False)
    feeling = Choice(label=_("Leg feeling"), required=False, choices=FEELING)
    site = Choice(label=_("Site"), required=False, choices=SITE)
    urine = Choice(label=_("Urine"), required=False, choices=URINE)
    mobility = Choice(label=_("Stood, walked"), required=False, choices=MOBILITY)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="%s", **kwargs)

    def clean_mark(self) -> str:
        """The code of a mark, "before" or minutes."""
        code = self.cleaned_data["mark"]
        known = code == BEFORE or (
            re.fullmatch(r"\d{1,4}", code) and int(code) <= LAST_MINUTE and int(code) % STEP == 0
        )
        if not known:
            raise forms.ValidationError(_("There is no such mark."))
        return BEFORE if code == BEFORE else str(int(code))

    @property
    def rows(self) -> list[forms.BoundField]:
        return [self[name] for name in FIELDS]

    @property
    def minute(self) -> int | None:
        """None is before the procedure."""
        code = self.cleaned_data["mark"]
        return None if code == BEFORE else int(code)

    @property
    def values(self) -> dict[str, Any]:
        given = {name: self.cleaned_data.get(name) for name in FIELDS}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def filled_from(self) -> int | None:
        """The stored revision the page was filled from; None for a blank page."""
        typed = str(self["revision"].value() or "")
        return int(typed) if re.fullmatch(r"\d{1,4}", typed) else None


def filled_with(row: Observation) -> ObservationForm:
    """The form of a correction: what stands, and the revision it is."""
    values = {name: str(value) for name, value in row.values.items()}
    code = BEFORE if row.minute is None else str(row.minute)
    return ObservationForm(initial=values | {"mark": code, "revision": row.revision})


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))


class ClockForm(forms.Form):
    """A time of the room's day, by the clinic's clock, not before `first` nor after now."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, clinic: Clinic, first: datetime, now: datetime) -> None:
        super().__init__(data, auto_id=f"{type(self).__name__.lower()}_%s")
        self.clinic, self.first, self.now = clinic, first, now
        self.moment: datetime | None = None
        ask_plainly(self)

    def clean(self) -> None:
        at = self.cleaned_data.get("at")
        if at is None:
            return
        try:
            moment = wall_time(timezone.localdate(self.now), at, self.clinic.zone)
        except forms.ValidationError as refusal:
            self.add_error("at", refusal)
            return
        # The clock shows whole minutes: one that has begun is not in the future.
        first = self.first.replace(second=0, microsecond=0)
        if not first <= moment <= self.now:
            span = (timezone.localtime(first), timezone.localtime(self.now))
            self.add_error(
                "at",
                _("Write a time from %(first)s to %(last)s.")
                % {"first": f"{span[0]:%H:%M}", "last": f"{span[1]:%H:%M}"},
            )
            return
        self.moment = max(moment, self.first)


class RoomForm(ClockForm):
    at = _time(_("Back in the room at"))


class LeavingForm(ClockForm):
    at = _time(_("Discharged at"))


class CheckForm(forms.Form):
    """One point of the checklist: ticked, or its tick taken back."""

    done = forms.ChoiceField(choices=DischargeCheck.Code.choices, required=False)
    undone = forms.ChoiceField(choices=DischargeCheck.Code.choices, required=False)

    def clean(self) -> None:
        if bool(self.cleaned_data.get("done")) == bool(self.cleaned_data.get("undone")):
            raise forms.ValidationError(_("Choose one point of the list."))

    @property
    def point(self) -> tuple[DischargeCheck.Code, bool]:
        done = self.cleaned_data.get("done")
        return DischargeCheck.Code(done or self.cleaned_data["undone"]), bool(done)
