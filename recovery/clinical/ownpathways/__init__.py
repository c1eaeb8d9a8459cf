"""A clinic's own pathway: one document, from a page or a file, and what it must be to be used."""

from recovery.clinical.ownpathways.calendar import CalendarDay, Mail, calendar, figures
from recovery.clinical.ownpathways.checks import from_data, problems
from recovery.clinical.ownpathways.difference import Difference, Section, differences
from recovery.clinical.ownpathways.document import (
    Document,
    PhaseTexts,
    PreparationTexts,
    to_data,
)
from recovery.clinical.ownpathways.problem import PathwayError, Problem
from recovery.clinical.ownpathways.schema import SCHEMA
from recovery.clinical.ownpathways.yamlfile import (
    MAX_BYTES,
    Reading,
    examine_yaml,
    read_yaml,
    write_yaml,
)

__all__ = [
    "MAX_BYTES",
    "SCHEMA",
    "CalendarDay",
    "Difference",
    "Document",
    "Mail",
    "PathwayError",
    "PhaseTexts",
    "PreparationTexts",
    "Problem",
    "Reading",
    "Section",
    "calendar",
    "differences",
    "examine_yaml",
    "figures",
    "from_data",
    "problems",
    "read_yaml",
    "to_data",
    "write_yaml",
]
