"""How a patient wants to be reminded: as asked at enrolment, by the patient, and by staff."""

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from recovery.clinical.plan import FIRST_REMINDER, LAST_REMINDER
from recovery.forms.meanwhile import Meanwhile, as_shown, since_shown
from recovery.forms.places import ZONES, a_zone, ask_plainly, mobile_number, shown_number
from recovery.models import Channels, Consent, Patient
from recovery.queries.languages import NAMES, offered_languages

# Whatever is chosen of these, an hour is left in which a reminder can come.
MORNINGS = tuple(time(hour) for hour in range(8, 14))
EVENINGS = tuple(time(hour) for hour in range(15, 22))
TIMES = tuple(time(hour, minute) for hour in range(8, 21) for minute in (0, 30))
PAUSES = (1, 2, 3, 5, 7, 10, 14)
# What came after the page was made.
CHANGED = _("%(which)s: changed after you opened the page. That stays so.")
TURNED_OFF = _("%(which)s: turned off after you opened the page. That stays so.")
CLASHES = _(
    "This was changed after you opened the page. It is now: %(now)s. Save again if you want yours."
)
BY_TEXT = (Channels.SMS, Channels.EMAIL_SMS, Channels.SMS_EMAIL)


def _clock(times: Iterable[time]) -> list[tuple[str, str]]:
    return [(f"{at:%H:%M}", time_format(at, "g:i\u00a0A")) for at in times]


def _hour(label: Any, times: tuple[time, ...], *, usual: time) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        required=False,
        choices=lambda: _clock(times),
        coerce=time.fromisoformat,
        empty_value=usual,
        initial=f"{usual:%H:%M}",
    )


class WishesForm(forms.Form):
    """By what and at what hours; `for_patient` is the patient's columns."""

    use_required_attribute = False

    # Left out, as by a page that was open before there was a choice: by e-mail, in the usual hours.
    channels = forms.ChoiceField(
        label=_("Remind by"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("By e-mail, if nothing is chosen."),
    )
    mobile = forms.CharField(
        label=_("Mobile number"),
        required=False,
        max_length=32,
        widget=forms.TelInput({"autocomplete": "tel"}),
        help_text=_("Text messages go here. Like +1 202 555 0142."),
    )
    sms_ok = forms.BooleanField(label=_("The patient agrees to text messages"), required=False)
    remind_at = forms.TypedChoiceField(
        label=_("Time of the first reminder"),
        required=False,
        choices=lambda: [("", _("As planned")), *_clock(TIMES)],
        coerce=time.fromisoformat,
        empty_value=None,
    )
    quiet_until = _hour(_("Nothing before"), MORNINGS, usual=FIRST_REMINDER)
    quiet_from = _hour(_("Nothing after"), EVENINGS, usual=LAST_REMINDER)

    def __init__(self, *args: Any, by_staff: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_staff = by_staff
        if by_staff:
            # Their clock has 24 hours.
            for name in ("remind_at", "quiet_until", "quiet_from"):
                choices = self.fields[name].choices
                self.fields[name].choices = [(key, key or label) for key, label in choices]
        offered = Channels.choices if settings.SMS_BACKEND else [Channels.choices[0]]
        self.fields["channels"].choices = offered
        # Where no texts are sent, nothing about them is asked.
        if not settings.SMS_BACKEND:
            del self.fields["mobile"], self.fields["sms_ok"]
        ask_plainly(self)

    @property
    def asks_of_texts(self) -> bool:
        return "mobile" in self.fields

    def clean_channels(self) -> str:
        return self.cleaned_data["channels"] or Channels.EMAIL

    def clean_mobile(self) -> str:
        typed: str = self.cleaned_data["mobile"].strip()
        return mobile_number(typed) if typed else ""

    def settle_wishes(self) -> None:
        """What only the fields together can tell; for `clean`."""
        given = self.cleaned_data
        at, first, last = (given.get(name) for name in ("remind_at", "quiet_until", "quiet_from"))
        if at and first and last and not first <= at < last:
            self.add_error("remind_at", _("This is in the quiet hours. Choose another time."))
        if given.get("channels") in BY_TEXT:
            if not given.get("mobile") and not self.has_error("mobile"):
                self.add_error("mobile", _("Write the number that text messages go to."))
            if not given.get("sms_ok"):
                self.add_error("sms_ok", _("Check this, or choose e-mail alone."))

    @property
    def for_patient(self) -> dict[str, Any]:
        """Once the form is valid. A number that is not asked for is not given either."""
        names = ("channels", "mobile", "remind_at", "quiet_until", "quiet_from")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class PreferencesForm(WishesForm):
    """The same of a patient who is enrolled, and which reminders come, in which language and zone.

    By staff, what the patient agrees to is ticked as told; `by_staff` says that it is they. While
    the patient is `untold` they are not asked here: the text comes first (`enrolment.ConsentForm`).
    What was changed since the page was made stays where the page left it alone, and `left` says so.
    """

    logs_on = forms.BooleanField(label=_("The daily log"), required=False)
    forms_on = forms.BooleanField(label=_("Check-in forms"), required=False)
    language = forms.ChoiceField(label=_("Language"))
    zone = forms.CharField(label=_("Time zone"), max_length=64, validators=[a_zone])
    email_ok = forms.BooleanField(label=_("The patient agrees to e-mails"), required=False)
    told = forms.BooleanField(label=_("The patient asked for this"), required=False)

    def __init__(
        self, data: Any = None, *, patient: Patient, agreed: Consent | None, by_staff: bool
    ) -> None:
        off = patient.reminders_off_at
        self.on = {
            "logs_on": not (off or patient.logs_off_at),
            "forms_on": not (off or patient.forms_off_at),
        }
        self.agreed = {
            name: bool(agreed and getattr(agreed, name)) for name in ("email_ok", "sms_ok")
        }
        # What nobody agreed to has not been chosen.
        self.not_agreed = by_staff and agreed is not None and not agreed.email_ok
        untouched = self.not_agreed and patient.channels == Channels.EMAIL
        now = {
            "channels": "" if untouched else patient.channels,
            "mobile": shown_number(patient.mobile),
            "remind_at": f"{patient.remind_at:%H:%M}" if patient.remind_at else "",
            "quiet_until": f"{patient.quiet_until:%H:%M}",
            "quiet_from": f"{patient.quiet_from:%H:%M}",
            "language": patient.language,
            "zone": patient.zone,
            **{name: "on" if ticked else "" for name, ticked in (self.on | self.agreed).items()},
        }
        self.shown = as_shown(now)
        self.meanwhile = Meanwhile(data) if data is None else since_shown(data, now)
        super().__init__(
            self.meanwhile.data, by_staff=by_staff, initial=now | self.on | self.agreed
        )
        self.fields["channels"].required, self.fields["channels"].help_text = not untouched, ""
        self.mobile_before = patient.mobile
        self.untold = by_staff and agreed is None
        if by_staff:
            zones = forms.TextInput({"list": "zones", "autocomplete": "off"})
            self.fields["zone"].widget = zones
        else:
            del self.fields["email_ok"], self.fields["told"]
            known = dict.fromkeys([patient.zone, *ZONES])
            self.fields["zone"].widget = forms.Select(
                choices=[(zone, zone.replace("_", " ")) for zone in known]
            )
            if self.asks_of_texts:
                self.fields["sms_ok"].label = _("I agree to get text messages")
                self.fields["mobile"].label = _("My mobile number")
        if self.untold:
            for name in ("channels", "mobile", "email_ok", "sms_ok"):
                self.fields.pop(name, None)
        self.fields["language"].choices = _languages(patient)
        # One time of the patient's own may stand between those that are offered.
        self._keep("remind_at", patient.remind_at)
        self._keep("quiet_until", patient.quiet_until)
        self._keep("quiet_from", patient.quiet_from)

    def _keep(self, name: str, at: time | None) -> None:
        choices = list(self.fields[name].choices)
        if at is not None and f"{at:%H:%M}" not in dict(choices):
            shown = [(f"{at:%H:%M}",) * 2] if self.by_staff else _clock((at,))
            self.fields[name].choices = [*choices, *shown]

    def clean(self) -> None:
        self.settle_wishes()
        given = self.cleaned_data
        turned_on = any(given.get(name) and not on for name, on in self.on.items())
        agrees = any(given.get(name) and not on for name, on in self.agreed.items())
        if self.by_staff and (turned_on or agrees) and not given.get("told"):
            self.add_error("told", _("Ask the patient first, then tick this."))
        for name in self._asked(self.meanwhile.clashing):
            self.add_error(name, CLASHES % {"now": self._words(name, self.initial[name])})

    @property
    def for_service(self) -> dict[str, Any]:
        """The arguments of `services.preferences.change`, once the form is valid."""
        given = self.cleaned_data
        changed = self._asked(self.meanwhile.changed)
        wishes = self.for_patient | {name: given[name] for name in ("language", "zone")}
        return {
            "wishes": {name: value for name, value in wishes.items() if name in changed},
            "logs": self._turned("logs_on"),
            "forms": self._turned("forms_on"),
            "agrees": {name: given[name] for name in self.agreed if name in changed},
        }

    def _turned(self, name: str) -> bool | None:
        """On or off; None if that is how it is."""
        on: bool = self.cleaned_data[name]
        return on if on != self.on[name] else None

    @property
    def said(self) -> list[str]:
        """What is said once it is saved: a number as it is stored, which may not be as typed."""
        mobile = self.cleaned_data.get("mobile", "")
        if not mobile or mobile == self.mobile_before:
            return [gettext("Saved.")]
        number = shown_number(mobile)
        return [gettext("Saved."), gettext("Text messages go to %(number)s.") % {"number": number}]

    @property
    def left(self) -> list[str]:
        """What was changed since the page was made, and was left as it is now."""
        moved = self._asked(self.meanwhile.moved)
        off = [name for name in moved if name in self.on and not self.on[name]]
        others = [name for name in moved if name not in off]
        said = ((off, TURNED_OFF), (others, CHANGED))
        return [text % {"which": self._labels(names)} for names, text in said if names]

    def _asked(self, names: Iterable[str]) -> list[str]:
        return [name for name in self.fields if name in names]

    def _labels(self, names: Iterable[str]) -> str:
        return ", ".join(str(self.fields[name].label) for name in names)

    def _words(self, name: str, value: str) -> Any:
        """As the page says the value."""
        field = self.fields[name]
        choices = getattr(field, "choices", None) or getattr(field.widget, "choices", ())
        return dict(choices).get(value, value) or "–"


def _languages(patient: Patient) -> list[tuple[str, str]]:
    """What the clinic offers, and the patient's own choice while it is not offered."""
    offered = offered_languages(patient.clinic)
    if patient.language in dict(offered):
        return offered
    return [*offered, (patient.language, NAMES.get(patient.language, patient.language))]


class PauseForm(forms.Form):
    """For how many days; each with the day on which reminders start again."""

    use_required_attribute = False

    days = forms.TypedChoiceField(
        label=_("For how long?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose for how long.")},
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data)
        self.fields["days"].choices = [(days, _length(days, today)) for days in PAUSES]
        ask_plainly(self)


def _length(days: int, today: date) -> str:
    words = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    until = date_format(today + timedelta(days=days), gettext("l, F j"))
    return gettext("%(days)s, until %(until)s") % {"days": words, "until": until}


class LaterForm(forms.Form):
    """Which of the times that are offered."""

    use_required_attribute = False

    when = forms.ChoiceField(
        label=_("When?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a time."), "invalid_choice": _("Choose a time.")},
    )

    def __init__(self, data: Any = None, *, offers: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.fields["when"].choices = list(offers.items())
