from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.fields import Choice, YesNo
from recovery.forms.logs import LogForm
from recovery.models import DailyLog

MODES = [(mode.value, mode.label) for mode in (DailyLog.Mode.PHONE, DailyLog.Mode.PAPER)]


class StaffLogForm(LogForm):
    """What a patient told by phone or wrote on paper, about any day since 30 days before D0."""

    mode = Choice(required=False, label=_("How did the patient tell it?"), choices=MODES)
    still_happening = YesNo(
        required=False,
        label=_("Is this still happening now?"),
        help_text=_("This day is more than 48 hours ago. Ask before you save."),
    )
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    @property
    def asks_whether_still(self) -> bool:
        return self.today - (self.reported_on or self.today) > DailyLog.RECENT

    def clean(self) -> None:
        super().clean()
        given: dict[str, Any] = self.cleaned_data
        if given.get("mode") is None and not self.has_error("mode"):
            self.add_error("mode", _("Choose by phone or on paper."))
        if not self.asks_whether_still:
            given["still_happening"] = None
        elif given.get("still_happening") is None and not self.has_error("still_happening"):
            self.add_error("still_happening", _("Ask, and choose yes or no."))
