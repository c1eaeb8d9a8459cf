"""The daily log: its fields, and the one way from given values to a log the rules may judge."""

from recovery.clinical.logfields.cleaning import LogError, check, clean, quoted, sift
from recovery.clinical.logfields.fields import (
    FIELDS,
    SAFETY_FIELDS,
    Field,
    activity_note,
    asked_window,
    missing_fields,
    required_fields,
)

__all__ = [
    "FIELDS",
    "SAFETY_FIELDS",
    "Field",
    "LogError",
    "activity_note",
    "asked_window",
    "check",
    "clean",
    "missing_fields",
    "quoted",
    "required_fields",
    "sift",
]
