"""What is known of a recovery besides its logs and alerts, read in one statement."""

from dataclasses import dataclass, field
from datetime import datetime

from recovery.models import Recovery
from recovery.queries.patients import menu_with
from recovery.queries.record_parts import PARTS, Row


@dataclass(slots=True)
class Record:
    """What is known of a recovery besides its logs and alerts."""

    contacts: list[Row] = field(default_factory=list)
    # person: the key of the check-in that a reminder is of.
    mails: list[Row] = field(default_factory=list)
    # at: when it expires. kind: the form, code: the state, text: the key, number: the day.
    checkins: list[Row] = field(default_factory=list)
    # kind: the relationship, text: the address, person: the name.
    accesses: list[Row] = field(default_factory=list)
    # code: the text's version, number: 1 when e-mails are agreed to, 2 when texts are, 3 both.
    consents: list[Row] = field(default_factory=list)
    # Since enrolment. move: kind before, code after, text why; fact: kind which, code before, text.
    # pathway: kind and code the titles before and after, empty for a shipped version; text and
    # number the versions.
    changes: list[Row] = field(default_factory=list)
    # What was said beside a contact. note: text. snooze: kind the rule, number the level, text why.
    # wait: number 1 when the patient can wait until tomorrow.
    said: list[Row] = field(default_factory=list)
    # The patient's other recoveries. at: the procedure, kind: the state, code: the uuid.
    others: list[Row] = field(default_factory=list)
    # at: when it was told, code: which, text: the date, number: 1 while it stands.
    milestones: list[Row] = field(default_factory=list)
    # Those taken back or corrected; at: when that was.
    withdrawn: list[Row] = field(default_factory=list)
    # Check-in forms that were sent. kind: the form, code: who, text: how, person: the response,
    # number: the revision.
    forms: list[Row] = field(default_factory=list)
    # Of their current versions. at: when the form opened, kind: the check-in, code: the instrument,
    # text: the score, person: the total, number: the response.
    scores: list[Row] = field(default_factory=list)
    # at: the newest entry, code: points left open at the discharge, number: marks that stand.
    rooms: list[Row] = field(default_factory=list)
    # The pathway that new recoveries follow. text: the version, kind: its title, number: its pk.
    newest: Row | None = None
    # How many recoveries of the clinic wait for somebody, and how many are in the room.
    waiting: int = 0
    in_room: int = 0

    @property
    def marks(self) -> int:
        """The marks of the observation room that stand."""
        return sum(row.number or 0 for row in self.rooms)


def record_of(recovery: Recovery, now: datetime) -> Record:
    """Eighteen tables in one statement: a page of one patient may not cost one for each."""
    record = Record()
    of = {
        "contact": record.contacts,
        "mail": record.mails,
        "checkin": record.checkins,
        "access": record.accesses,
        "consent": record.consents,
        "move": record.changes,
        "fact": record.changes,
        "pathway": record.changes,
        "note": record.said,
        "snooze": record.said,
        "wait": record.said,
        "other": record.others,
        "milestone": record.milestones,
        "withdrawn": record.withdrawn,
        "form": record.forms,
        "score": record.scores,
        "room": record.rooms,
    }
    values = menu_with(recovery.clinic, now) | {
        "recovery": recovery.pk,
        "patient": recovery.patient_id,
        "anchor": recovery.anchor,
        "created": recovery.created_at,
        "procedure": recovery.procedure_at,
    }
    for row in sorted(map(Row._make, PARTS.rows(values)), key=lambda row: row.at):
        if row.part == "clinic":
            record.waiting = row.number or 0
            record.in_room = int(row.code)
        elif row.part == "newest":
            record.newest = row
        else:
            of[row.part].append(row)
    return record
