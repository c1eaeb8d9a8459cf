"""Rows, constraints and short filters. Nothing here decides; services do."""

from recovery.models.access import AccessEvent, Consent, PatientAccess
from recovery.models.alerts import Alert, AlertLog, Contact
from recovery.models.checkins import CheckIn
from recovery.models.clinics import Clinic, Duty, Membership, Role
from recovery.models.clocks import ClockOffset, Heartbeat
from recovery.models.logs import DailyLog
from recovery.models.messages import Message
from recovery.models.milestones import Milestone
from recovery.models.pathways import Pathway, Preparation, RecoveryPhase
from recovery.models.patients import Patient
from recovery.models.questionnaires import Questionnaire
from recovery.models.recoveries import FactChange, Recovery, Reschedule
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
    "DailyLog",
    "Duty",
    "FactChange",
    "FormResponse",
    "Heartbeat",
    "Membership",
    "Message",
    "Milestone",
    "Pathway",
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
