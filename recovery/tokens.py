"""The secrets in links. Signed, not stored: a copy of the database opens none of them."""

import hmac
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.core import signing
from django.utils.crypto import salted_hmac

from recovery.models import CheckIn, Patient, Recovery, TherapistLink

_CHECKIN = signing.Signer(salt="recovery.checkin-link")
_FIRST_LOG = signing.Signer(salt="recovery.first-log")
_THERAPIST = signing.Signer(salt="recovery.therapist-link")
_UNSUBSCRIBE = signing.Signer(salt="recovery.unsubscribe")


def link_token(checkin: CheckIn) -> str:
    """Opens this one check-in and nothing else."""
    return _CHECKIN.sign(checkin.uuid.hex)


def checkin_of(token: str) -> uuid.UUID | None:
    """The check-in's public id, or None for a forged or broken token."""
    return _unsign(_CHECKIN, token)


def short_code(checkin: CheckIn) -> str:
    """The same in 32 letters, for a text message: the public id and eight bytes that sign it."""
    return urlsafe_b64encode(checkin.uuid.bytes + _mac(checkin.uuid)).decode()


def checkin_of_code(code: str) -> uuid.UUID | None:
    """The check-in's public id, or None for a forged or broken code."""
    try:
        raw = urlsafe_b64decode(code.encode("ascii"))
        found = uuid.UUID(bytes=raw[:16])
    except ValueError:
        return None
    return found if hmac.compare_digest(raw[16:], _mac(found)) else None


def _mac(checkin: uuid.UUID) -> bytes:
    return salted_hmac("recovery.short-link", checkin.bytes, algorithm="sha256").digest()[:8]


def first_log_token(recovery: Recovery) -> str:
    """Opens the log of the procedure's day, handed over in the observation room."""
    return _FIRST_LOG.sign(recovery.uuid.hex)


def first_log_of(token: str) -> uuid.UUID | None:
    """The recovery's public id, or None for a forged or broken token."""
    return _unsign(_FIRST_LOG, token)


def therapist_token(link: TherapistLink) -> str:
    """Opens the sheet for a therapist, to who knows the patient's date of birth too."""
    return _THERAPIST.sign(link.uuid.hex)


def therapist_link_of(token: str) -> uuid.UUID | None:
    """The link's public id, or None for a forged or broken token."""
    return _unsign(_THERAPIST, token)


def unsubscribe_token(patient: Patient) -> str:
    return _UNSUBSCRIBE.sign(patient.uuid.hex)


def patient_of(token: str) -> uuid.UUID | None:
    """The patient's public id, or None for a forged or broken token."""
    return _unsign(_UNSUBSCRIBE, token)


def _unsign(signer: signing.Signer, token: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(hex=signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
