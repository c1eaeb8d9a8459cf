"""The tables of an export, some rows at a time.

Each is read recovery by recovery through its index, never by a cursor that would keep a
transaction open for as long as somebody downloads (decision 24).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from django.db.models import Q, QuerySet

from recovery.models import Alert, Clinic, DailyLog, Export, FormResponse, Message, Score
from recovery.queries import export_logs, export_records
from recovery.queries.export_logs import Cells, Codes, Period, Read, Subjects
from recovery.queries.subjects import SUBJECT, Names, chunks
from recovery.tabular.writing import Rows

# Set by the pathway: they say nothing of the day on which a file was made.
PLANNED = frozenset({"due_at", "expires_at", "reminder_planned_at"})

# A chunk's rows with the patients they are about.
Batch = tuple[list[Cells], set[int]]


@dataclass(frozen=True, slots=True)
class Source:
    """A table: its columns after the subject's, those that a de-identified file leaves out, and
    what reads the rows of some recoveries, each behind the recovery it is about.
    """

    columns: tuple[str, ...]
    left_out: frozenset[str]
    # Where anything can stand that somebody typed; other cells are numbers, times and codes.
    typed: frozenset[str]
    read: Callable[[Subjects, Period, Codes], Iterator[Read]]


class Reader:
    """One export's view of a clinic."""

    def __init__(self, clinic: Clinic, period: Period, names: Names) -> None:
        self.clinic, self.period, self.names = clinic, period, names
        self.codes = Codes(clinic)

    def columns(self, table: str) -> tuple[str, ...]:
        source = SOURCES[table]
        names = (*SUBJECT, *source.columns)
        return tuple(names[place] for place in self._kept(source))

    def typed(self, table: str) -> list[int]:
        """The places of columns whose cells may look like a formula."""
        typed = SOURCES[table].typed | {"person"}
        return [place for place, name in enumerate(self.columns(table)) if name in typed]

    def batches(self, table: str) -> Iterator[Batch]:
        source = SOURCES[table]
        kept = itemgetter(*self._kept(source))
        for subjects in chunks(self.clinic, self.names):
            by_id = {one.recovery_id: one for one in subjects}
            read = list(source.read(by_id, self.period, self.codes))
            if self.names.masked:
                read = _before_the_end(read, by_id, self._happened(source))
            people = {by_id[pk].patient_id for pk in {row[0] for row in read}}
            if self.names.masked:
                place = {pk: number for number, pk in enumerate(by_id)}
                read.sort(key=lambda row: place[row[0]])
                yield [kept(row) for _pk, row in read], people
            else:
                yield [row for _pk, row in read], people

    def _happened(self, source: Source) -> list[int]:
        """The places of times at which something happened, of none that the pathway sets."""
        return [
            place
            for place, name in enumerate((*SUBJECT, *source.columns))
            if name.endswith(("_at", "send_after")) and name not in PLANNED
        ]

    def _kept(self, source: Source) -> list[int]:
        """A de-identified file has no zone: it says roughly where somebody lives."""
        gone = source.left_out | {"zone"} if self.names.masked else frozenset()
        names = (*SUBJECT, *source.columns)
        return [place for place, name in enumerate(names) if name not in gone]


def _before_the_end(read: list[Read], subjects: Subjects, times: Sequence[int]) -> list[Read]:
    """The rows of which everything had happened by the last day that is told of their patient, the
    procedure too. As texts, a day stands before its own times and after those of the day before.
    """
    ends = {}
    for pk, subject in subjects.items():
        begin, end = subject.on(subject.procedure_on) or "", subject.end or ""
        ends[pk] = end if begin < end else ""
    return [
        (pk, cells) for pk, cells in read if all((cells[place] or "") < ends[pk] for place in times)
    ]


def rows_of(batches: Iterator[Batch], before: Callable[[set[int]], None]) -> Rows:
    """The rows one by one; `before` is told whom they are about before the first of them leaves."""
    for rows, people in batches:
        if people:
            before(people)
        yield from rows


SOURCES: Mapping[str, Source] = {
    Export.Table.LOGS: Source(
        export_logs.LOG_COLUMNS,
        frozenset({"log", "opioids", "free_text"}),
        frozenset({"opioids", "free_text"}),
        export_logs.logs,
    ),
    Export.Table.RESPONSES: Source(
        export_records.RESPONSE_COLUMNS,
        frozenset({"response", "answers"}),
        frozenset({"answers", "instrument", "version", "score"}),
        export_records.responses,
    ),
    Export.Table.ALERTS: Source(
        export_records.ALERT_COLUMNS,
        frozenset({"alert", "headline", "closed_by", "closing_text"}),
        frozenset({"headline", "closed_by", "closing_text"}),
        export_records.alerts,
    ),
    Export.Table.SENDS: Source(
        export_records.SEND_COLUMNS,
        frozenset({"message_id"}),
        frozenset({"message_id"}),
        export_records.sends,
    ),
}


def count(clinic: Clinic, period: Period, table: str) -> int:
    """About how many rows a table has: a sheet of Excel does not hold any number."""
    here = Q(recovery__clinic=clinic)
    counted: dict[str, Callable[[], int]] = {
        Export.Table.LOGS: DailyLog.objects.filter(here & period.days("log_date")).count,
        Export.Table.RESPONSES: lambda: _scored(
            FormResponse.objects.filter(here & period.moments("completed_at"))
        ),
        Export.Table.ALERTS: Alert.objects.filter(here & period.moments("raised_at")).count,
        Export.Table.SENDS: Message.objects.filter(here & period.moments("planned_at")).count,
    }
    return counted[table]()


def _scored(responses: QuerySet[FormResponse]) -> int:
    return (
        responses.filter(status="completed").count()
        + Score.objects.filter(response__in=responses).count()
    )
