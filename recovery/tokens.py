"""The secrets in mailed links. Signed, not stored: a copy of the database opens none of them."""

import uuid

from django.core import signing

from recovery.models import CheckIn, Patient

_CHECKIN = signing.Signer(salt="recovery.checkin-link")
_UNSUBSCRIBE = signing.Signer(salt="recovery.unsubscribe")


def link_token(checkin: CheckIn) -> str:
    """Opens this one check-in and nothing else."""
    return _CHECKIN.sign(checkin.uuid.hex)


def checkin_of(token: str) -> uuid.UUID | None:
    """The check-in's public id, or None for a forged or broken token."""
    return _unsign(_CHECKIN, token)


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
