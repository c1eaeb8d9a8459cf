import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recovery.clinical.logfields import FIELDS
from recovery.models.pathways import Pathway, RecoveryPhase
from recovery.models.recoveries import Recovery

NEW_OR_WORSE = ("none", "usual", "new_or_worse")


def _choices(*codes: str) -> list[tuple[str, str]]:
    """The database's view of a choice; its words stand in the form."""
    return [(code, code) for code in codes]


def _one_of(name: str, *codes: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"log_{name}_is_known",
        condition=Q(**{name: ""}) | Q(**{f"{name}__in": codes}),
    )


def _between(name: str, low: int, high: int) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"log_{name}_{low}_to_{high}",
        condition=Q(**{name: None}) | Q(**{f"{name}__range": (low, high)}),
    )


class DailyLogQuerySet(models.QuerySet["DailyLog"]):
    def current(self) -> "DailyLogQuerySet":
        """Without the versions that a correction has superseded."""
        return self.filter(successor=None)


class DailyLog(models.Model):
    """What was reported. Append-only: a correction is a new row that supersedes this one.

    An empty field is a question that was not answered; nothing is ever filled in. Field names,
    ranges and units are those of clinical.logfields. The profile values and the rule set are
    the ones the log was judged by, and so is `day`: where the procedure has moved since, `day_now`
    counts from its present date (services.reschedules).
    """

    class Source(models.TextChoices):
        PATIENT = "patient", _("Patient")
        CAREGIVER = "caregiver", _("Caregiver")
        STAFF = "staff", _("Staff")

    class Mode(models.TextChoices):
        WEB = "web", _("Signed in")
        LINK = "link", _("By a link")
        PAPER = "paper", _("On paper")
        PHONE = "phone", _("By phone")
        IN_PERSON = "in_person", _("In person")

    # A log about a day longer ago than this is only told afterwards (docs/protocol.md).
    RECENT = timedelta(hours=48)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="logs")
    client_id = models.UUIDField()
    revision = models.PositiveSmallIntegerField(default=0)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successor"
    )
    # Null: before the procedure.
    phase = models.ForeignKey(RecoveryPhase, models.PROTECT, null=True, related_name="+")
    log_date = models.DateField()
    day = models.SmallIntegerField()
    entered_at = models.DateTimeField()
    # Null: the holder of a check-in link, who did not sign in.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=10, choices=Source)
    mode = models.CharField(max_length=9, choices=Mode)
    # In which it was asked, and its advice said.
    language = models.CharField(max_length=10, default="en", db_default="en")
    # Entered on a later day than the one it is about, or after its check-in had expired.
    late = models.BooleanField(default=False)
    # Staff's answer to "Is this still happening now?" for such a day; null where a refused form
    # was stored for its emergency.
    still_happening = models.BooleanField(null=True, blank=True)
    retrospective = models.BooleanField(default=False)

    pain_avg = models.PositiveSmallIntegerField(null=True, blank=True)
    pain_worst = models.PositiveSmallIntegerField(null=True, blank=True)
    pain_controlled = models.BooleanField(null=True, blank=True)
    sudden_new_back_pain = models.BooleanField(null=True, blank=True)
    fall = models.BooleanField(null=True, blank=True)
    leg_pain = models.PositiveSmallIntegerField(null=True, blank=True)
    leg_pain_status = models.CharField(max_length=12, blank=True, choices=_choices(*NEW_OR_WORSE))
    leg_weakness = models.CharField(
        max_length=28, blank=True, choices=_choices(*NEW_OR_WORSE, "cannot_stand_or_lift_foot")
    )
    leg_numbness = models.CharField(max_length=12, blank=True, choices=_choices(*NEW_OR_WORSE))
    leg_side = models.CharField(max_length=5, blank=True, choices=_choices("left", "right", "both"))
    saddle = models.CharField(max_length=6, blank=True, choices=_choices("no", "yes", "unsure"))
    bladder = models.CharField(max_length=6, blank=True, choices=_choices("no", "yes", "unsure"))
    bowel = models.CharField(max_length=6, blank=True, choices=_choices("no", "yes", "unsure"))
    temp_value = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    temp_unit = models.CharField(max_length=1, blank=True, choices=_choices("C", "F"))
    chills = models.BooleanField(null=True, blank=True)
    # A list of signs; [] is "none of these", null is no answer.
    wound = models.JSONField(null=True, blank=True)
    bleeding = models.CharField(
        max_length=14, blank=True, choices=_choices("none", "spots", "soaks_dressing", "wont_stop")
    )
    headache = models.CharField(
        max_length=14, blank=True, choices=_choices("none", "mild", "severe", "worse_upright")
    )
    neck_stiff_or_confused = models.BooleanField(null=True, blank=True)
    chest_or_breath = models.BooleanField(null=True, blank=True)
    calf_one_leg = models.BooleanField(null=True, blank=True)
    hard_to_wake = models.BooleanField(null=True, blank=True)
    allergy_severe = models.BooleanField(null=True, blank=True)
    acetaminophen_mg = models.PositiveIntegerField(null=True, blank=True)
    nsaid_taken = models.BooleanField(null=True, blank=True)
    # [{"drug", "mg", "doses"}, ...]; [] is "none taken", null is no answer.
    opioids = models.JSONField(null=True, blank=True)
    opioid_mme = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    opioid_total_unknown = models.BooleanField(default=False)
    activity_level = models.CharField(
        max_length=5, blank=True, choices=_choices("rest", "light", "most", "full")
    )
    walk_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    pt_done = models.BooleanField(null=True, blank=True)
    sleep = models.PositiveSmallIntegerField(null=True, blank=True)
    free_text = models.CharField(max_length=1000, blank=True)

    rule_set = models.CharField(max_length=32)
    # The version whose changes of the rules were in force. Null: written before there were any.
    # No index: nobody looks from a version for its logs, and this is the largest table.
    judged_pathway = models.ForeignKey(
        Pathway, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # The rules that fired, by number, and the one whose text the patient saw.
    rules = models.JSONField(default=list)
    shown_rule = models.CharField(max_length=4, blank=True)
    # The one text the patient was shown, and R39's sentence where it stood beneath, in English: in
    # another language its words for them were shown.
    advice = models.TextField()
    missing_text = models.TextField(blank=True)
    judged_baseline_pain = models.PositiveSmallIntegerField(null=True, blank=True)
    judged_baseline_opioid_mme = models.DecimalField(
        max_digits=6, decimal_places=1, null=True, blank=True
    )
    judged_anticoagulated = models.BooleanField(null=True, blank=True)
    judged_osteoporosis = models.BooleanField(null=True, blank=True)

    objects: Any = DailyLogQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("recovery", "day", "id", name="log_by_recovery_and_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                "recovery",
                "client_id",
                "revision",
                name="one_log_per_recovery_client_id_and_revision",
            ),
            models.UniqueConstraint("supersedes", name="one_successor_per_log"),
            models.CheckConstraint(
                name="correction_supersedes",
                condition=Q(revision=0, supersedes=None)
                | Q(revision__gt=0, supersedes__isnull=False),
            ),
            models.CheckConstraint(
                name="log_source_is_known",
                condition=Q(source__in=["patient", "caregiver", "staff"]),
            ),
            models.CheckConstraint(
                name="log_mode_is_known",
                condition=Q(mode__in=["web", "link", "paper", "phone", "in_person"]),
            ),
            _between("pain_avg", 0, 10),
            _between("pain_worst", 0, 10),
            _between("leg_pain", 0, 10),
            _between("sleep", 0, 10),
            _between("acetaminophen_mg", 0, 20000),
            _between("walk_minutes", 0, 1440),
            models.CheckConstraint(
                name="log_worst_pain_at_least_average",
                condition=Q(pain_worst=None) | Q(pain_avg=None) | Q(pain_worst__gte=F("pain_avg")),
            ),
            models.CheckConstraint(
                name="log_temperature_in_range_of_its_unit",
                # A comparison with null is not false, and a check passes what is not false.
                condition=Q(temp_value=None, temp_unit="")
                | Q(temp_value__isnull=False)
                & (
                    Q(temp_unit="C", temp_value__range=("33.0", "43.0"))
                    | Q(temp_unit="F", temp_value__range=("91.4", "109.4"))
                ),
            ),
            _one_of("leg_pain_status", *NEW_OR_WORSE),
            _one_of("leg_weakness", *NEW_OR_WORSE, "cannot_stand_or_lift_foot"),
            _one_of("leg_numbness", *NEW_OR_WORSE),
            _one_of("leg_side", "left", "right", "both"),
            _one_of("saddle", "no", "yes", "unsure"),
            _one_of("bladder", "no", "yes", "unsure"),
            _one_of("bowel", "no", "yes", "unsure"),
            _one_of("bleeding", "none", "spots", "soaks_dressing", "wont_stop"),
            _one_of("headache", "none", "mild", "severe", "worse_upright"),
            _one_of("activity_level", "rest", "light", "most", "full"),
            models.CheckConstraint(
                name="log_opioid_total_known_or_not",
                condition=Q(opioid_total_unknown=False) | Q(opioid_mme=None),
            ),
        ]

    def __str__(self) -> str:
        return f"Log of {self.log_date}"

    @property
    def day_now(self) -> int:
        return self.recovery.day_on(self.log_date)


# Who reports, in the clinical core's words; a staff text says it.
WHO = {
    DailyLog.Source.PATIENT: "patient",
    DailyLog.Source.CAREGIVER: "carer",
    DailyLog.Source.STAFF: "staff",
}
_NO_ANSWERS = frozenset(
    {"day", "log_date", "entered_at", "entered_by", "opioid_mme", "opioid_total_unknown"}
)
# The questions of a log, as the row stores them; what is computed from others is no answer.
ANSWERS = (
    *(name for name in FIELDS if hasattr(DailyLog, name) and name not in _NO_ANSWERS),
    "temp_value",
    "temp_unit",
)
