import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recovery.models.alerts import Severity
from recovery.models.channels import Channel
from recovery.models.checkins import CheckIn
from recovery.models.clinics import Clinic
from recovery.models.recoveries import Recovery


class Message(models.Model):
    """The outbox: one mail or text owed to one person, written in the transaction that owes it.

    owed -> claimed (token, lease) -> handing (just before DATA) -> sent, or unknown when nobody
    can tell whether the server kept it. refused: the server said no for good, or we could not
    make it in three tries. not_sent: we decided not to, and `reason` says why. A person or the
    provider settles what is unknown; `settled_at` says when.
    """

    class Kind(models.TextChoices):
        ALERT = "alert", _("Alert")
        ESCALATION = "escalation", _("Escalation")
        INVITATION = "invitation", _("Invitation")
        REMINDER = "reminder", _("Reminder")
        DIGEST = "digest", _("Morning mail")

    class State(models.TextChoices):
        OWED = "owed", _("Owed")
        CLAIMED = "claimed", _("Claimed")
        HANDING = "handing", _("Being handed over")
        SENT = "sent", _("Sent")
        UNKNOWN = "unknown", _("Unknown")
        REFUSED = "refused", _("Refused")
        NOT_SENT = "not_sent", _("Not sent")

    class Reason(models.TextChoices):
        NONE = "", ""
        ANSWERED = "answered", _("Already answered")
        EXPIRED = "expired", _("The check-in had expired")
        SUPERSEDED = "superseded", _("A newer reminder replaced it")
        MERGED = "merged", _("One message for all at that time")
        QUIET = "quiet", _("Quiet hours: merged with the next")
        LATER = "later", _("Put off by the patient")
        PAUSED = "paused", _("Reminders are paused")
        CALL = "call", _("Nobody answers: staff call instead")
        CAPPED = "capped", _("Two reminders a day at most")
        NOT_FOLLOWED = "not_followed", _("Not being followed now")
        NO_CONSENT = "no_consent", _("No agreement to e-mails")
        NO_ADDRESS = "no_address", _("No e-mail address")
        ADDRESS_FAILS = "address_fails", _("The address fails")
        NO_TEXTS = "no_texts", _("No agreement to text messages")
        NO_NUMBER = "no_number", _("No mobile number")
        NUMBER_FAILS = "number_fails", _("The mobile number fails")
        NO_PROVIDER = "no_provider", _("This site sends no text messages")
        OPTED_OUT = "opted_out", _("Reminders were turned off")
        INACTIVE = "inactive", _("The account is not active")
        BROKEN = "broken", _("It broke when it was built or handed over")
        SERVER = "server", _("The mail server refused it")
        CONTACTED = "contacted", _("Staff made contact first")
        LOST = "lost", _("It did not arrive")
        MOVED = "moved", _("The procedure was moved")
        REPLANNED = "replanned", _("The pathway no longer asks it")
        SWITCHED_OFF = "switched_off", _("The person turned these mails off")
        TOO_OLD = "too_old", _("Its day was over")
        NOTHING_LEFT = "nothing_left", _("Nothing waited any more")

    # Of a refused one: it may go once the cause is mended.
    SET_ASIDE = (Reason.BROKEN, Reason.SERVER)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    dedupe_key = models.CharField(max_length=120)
    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="messages")
    recovery = models.ForeignKey(
        Recovery, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    checkin = models.ForeignKey(
        CheckIn, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    # Of an alert's mail: that of the alert it tells of. Empty on all others.
    severity = models.CharField(max_length=10, choices=Severity, blank=True, db_default="")
    channel = models.CharField(
        max_length=5, choices=Channel, default=Channel.EMAIL, db_default=Channel.EMAIL
    )
    # Which of the check-in's reminders (from 1; 0 is one that the patient asked to come later), or
    # which notice of an alert.
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    # Null: a text message, or the patient had no user when it was owed; then it goes to nobody.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    state = models.CharField(max_length=8, choices=State, default=State.OWED)
    reason = models.CharField(max_length=16, choices=Reason, blank=True, default="")
    created_at = models.DateTimeField()
    # When it was planned to go; the ledger compares it with sent_at.
    planned_at = models.DateTimeField()
    # Not before: later than planned_at in quiet hours or after a temporary refusal.
    send_after = models.DateTimeField()
    # Alerts (0) leave before invitations (1), reminders (2) and morning mails (3).
    urgency = models.PositiveSmallIntegerField(default=2)
    attempts = models.PositiveSmallIntegerField(default=0)
    # How often building it or handing it over broke, and on what kind of error.
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    fault = models.CharField(max_length=80, blank=True, default="", db_default="")
    token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # When it was learned what became of an unknown one; by nobody: the provider said so.
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [
            # Each channel has senders of its own: what waits in one is not read for the other.
            models.Index(
                "channel",
                "urgency",
                "send_after",
                name="message_owed_by_channel",
                condition=Q(state="owed"),
            ),
            models.Index(
                "lease_until",
                name="message_leased",
                condition=Q(state__in=["claimed", "handing"]),
            ),
            models.Index(
                "clinic",
                "planned_at",
                name="message_unknown",
                condition=Q(state="unknown"),
            ),
            models.Index(
                "clinic",
                "planned_at",
                name="message_set_aside",
                condition=Q(state="refused", reason__in=["broken", "server"]),
            ),
            # The clinic's ledger, the latest by plan first.
            models.Index("clinic", "planned_at", "id", name="message_ledger"),
        ]
        constraints = [
            models.UniqueConstraint("dedupe_key", name="one_message_per_dedupe_key"),
            models.CheckConstraint(
                name="leased_message_has_token",
                condition=Q(
                    state__in=["claimed", "handing"], token__isnull=False, lease_until__isnull=False
                )
                | Q(state__in=["owed", "sent", "unknown", "refused", "not_sent"]),
            ),
            models.CheckConstraint(
                name="unsent_message_has_reason",
                condition=~Q(state__in=["not_sent", "refused"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="sent_message_has_time",
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="settled_message_has_time",
                condition=Q(settled_by__isnull=True) | Q(settled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dedupe_key} {self.state}"


class MailEvent(models.Model):
    """What became known of a mail after it was taken: what its provider told, and that its link was
    opened. Kept once, however often it is told.

    Only what is needed: no address, no text of the provider's, no opening of the mail itself.
    """

    # In the provider's place, for what we saw ourselves.
    OURSELVES = "link"

    class Kind(models.TextChoices):
        DELIVERED = "delivered", _("Delivered")
        DEFERRED = "deferred", _("Deferred")
        BOUNCED = "bounced", _("Bounced")
        REJECTED = "rejected", _("Rejected")
        COMPLAINED = "complained", _("Called spam")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        OPENED = "opened", _("Link opened")

    provider = models.CharField(max_length=20)
    # The provider's own, or a digest of what tells the event from others where it gives none.
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=Kind)
    message = models.ForeignKey(Message, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("provider", "event_id", name="one_row_per_mail_event"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} {self.at:%Y-%m-%d %H:%M:%S}"


class MailAllowance(models.Model):
    """A row for each channel with a rate, from which all its senders take before they claim."""

    MAILS, TEXTS = 1, 2

    id = models.PositiveSmallIntegerField(primary_key=True, default=MAILS)
    # Below zero after alerts, which never wait for it; what follows pays.
    left = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_allowance_a_channel", condition=Q(id__in=[1, 2])),
        ]

    def __str__(self) -> str:
        return f"{self.left:.1f}"
