"""Rows, constraints and short filters. Nothing here decides; services do."""

from recovery.models.access import AccessEvent, Consent, PatientAccess
from recovery.models.alerts import Alert, AlertLog
from recovery.models.changes import FactChange, PathwayMove, Reschedule
from recovery.models.channels import Channel, Channels
from recovery.models.checkins import CheckIn
from recovery.models.clinics import Clinic, Duty, Membership, Role
from recovery.models.clocks import ClockOffset, Heartbeat
from recovery.models.contacts import Contact
from recovery.models.corridors import CorridorDay
from recovery.models.handling import Note, Snooze, WaitAnswer
from recovery.models.languages import LanguageApproval, OwnWording
from recovery.models.logs import DailyLog
from recovery.models.messages import MailAllowance, MailEvent, Message
from recovery.models.milestones import Milestone
from recovery.models.observations import DischargeCheck, Observation, ObservationSheet
from recovery.models.outcomes import Outcome, ProceduresDone
from recovery.models.pathways import Pathway, PathwayDraft, Preparation, RecoveryPhase
from recovery.models.patients import Patient
from recovery.models.questionnaires import Questionnaire
from recovery.models.recoveries import Recovery
from recovery.models.rehearsals import Rehearsal, RehearsalFiring
from recovery.models.responses import FormResponse, Score
from recovery.models.thresholds import ThresholdFiring, ThresholdRehearsal
from recovery.models.transfers import Export, ImportRow, ProcedureImport
from recovery.models.users import User
from recovery.models.visits import TherapistLink, VisitQuestion

__all__ = [
    "AccessEvent",
    "Alert",
    "AlertLog",
    "Channel",
    "Channels",
    "CheckIn",
    "Clinic",
    "ClockOffset",
    "Consent",
    "Contact",
    "CorridorDay",
    "DailyLog",
    "DischargeCheck",
    "Duty",
    "Export",
    "FactChange",
    "FormResponse",
    "Heartbeat",
    "ImportRow",
    "LanguageApproval",
    "MailAllowance",
    "MailEvent",
    "Membership",
    "Message",
    "Milestone",
    "Note",
    "Observation",
    "ObservationSheet",
    "Outcome",
    "OwnWording",
    "Pathway",
    "PathwayDraft",
    "PathwayMove",
    "Patient",
    "PatientAccess",
    "Preparation",
    "ProcedureImport",
    "ProceduresDone",
    "Questionnaire",
    "Recovery",
    "RecoveryPhase",
    "Rehearsal",
    "RehearsalFiring",
    "Reschedule",
    "Role",
    "Score",
    "Snooze",
    "TherapistLink",
    "ThresholdFiring",
    "ThresholdRehearsal",
    "User",
    "VisitQuestion",
    "WaitAnswer",
]
