"""Rows, constraints and short filters. Nothing here decides; services do."""

from recovery.models.access import AccessEvent, Consent, PatientAccess
from recovery.models.alerts import Alert, AlertLog, Contact
from recovery.models.checkins import CheckIn
from recovery.models.clinics import Clinic, Duty, Membership, Role
from recovery.models.clocks import ClockOffset, Heartbeat
from recovery.models.corridors import CorridorDay
from recovery.models.languages import LanguageApproval, OwnWording
from recovery.models.logs import DailyLog
from recovery.models.messages import MailAllowance, MailEvent, Message
from recovery.models.milestones import Milestone
from recovery.models.observations import DischargeCheck, Observation, ObservationSheet
from recovery.models.pathways import Pathway, PathwayDraft, Preparation, RecoveryPhase
from recovery.models.patients import Patient
from recovery.models.questionnaires import Questionnaire
from recovery.models.recoveries import FactChange, PathwayMove, Recovery, Reschedule
from recovery.models.responses import FormResponse, Score
from recovery.models.users import User

__all__ = [
    "AccessEvent",
    "Alert",
    "AlertLog",
    "CheckIn",
    "Clinic",
    "ClockOffset",
    "Consent",
    "Contact",
    "CorridorDay",
    "DailyLog",
    "DischargeCheck",
    "Duty",
    "FactChange",
    "FormResponse",
    "Heartbeat",
    "LanguageApproval",
    "MailAllowance",
    "MailEvent",
    "Membership",
    "Message",
    "Milestone",
    "Observation",
    "ObservationSheet",
    "OwnWording",
    "Pathway",
    "PathwayDraft",
    "PathwayMove",
    "Patient",
    "PatientAccess",
    "Preparation",
    "Questionnaire",
    "Recovery",
    "RecoveryPhase",
    "Reschedule",
    "Role",
    "Score",
    "User",
]
