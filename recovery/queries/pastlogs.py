"""The logs there are, judged once more: by the live rules, each as it stood when it was written."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from recovery.clinical import logfields, rules
from recovery.models import DailyLog
from recovery.models.logs import ANSWERS, WHO

# A note fires nothing.
ASKED = tuple(name for name in ANSWERS if name != "free_text")
PROFILE = (
    *("judged_baseline_pain", "judged_baseline_opioid_mme", "judged_anticoagulated"),
    "judged_osteoporosis",
)
COLUMNS = (
    *("recovery_id", "pk", "client_id", "log_date", "day", "source", "rules", "rule_set"),
    *(*PROFILE, *ASKED),
)
HEAD = 8


@dataclass(frozen=True, slots=True)
class Replayed:
    """A log and what it fires by today's rules; without a pathway's changes."""

    recovery_id: int
    log_id: int
    day: int
    found: tuple[rules.Finding, ...]
    # The same with another number in the place of a threshold's, where one was given.
    supposed: tuple[rules.Finding, ...]
    # It fires what it fired when it was written.
    as_written: bool


def replayed(
    recoveries: Sequence[int], *, suppose: rules.Supposed | None = None
) -> Iterator[Replayed]:
    """Every stored log of these recoveries, each with the profile and the history that it was
    judged by when it was written: the versions that a correction superseded later as well.
    """
    rows = (
        DailyLog.objects.filter(recovery__in=recoveries)
        .order_by("recovery_id", "pk")
        .values_list(*COLUMNS)
    )
    history = _History()
    for row in rows:
        recovery, pk, client_id, on, day, source, fired, rule_set = row[:HEAD]
        history.come_to(recovery, on - timedelta(days=day))
        clean = _clean(row[HEAD + len(PROFILE) :], day, source)
        if clean is None:
            # An earlier release took it; it counts among those that are judged otherwise.
            yield Replayed(recovery, pk, day, (), (), as_written=False)
            continue
        profile = rules.Profile(*row[HEAD : HEAD + len(PROFILE)])
        earlier = history.without(client_id)
        found = rules.assess(profile, earlier, clean)
        yield Replayed(
            recovery_id=recovery,
            log_id=pk,
            day=day,
            found=found,
            supposed=rules.assess(profile, earlier, clean, supposed=suppose) if suppose else found,
            as_written=rule_set != rules.RULE_SET_VERSION
            or [one.rule_id for one in found] == fired,
        )
        history.add(client_id, on, clean.get("pain_avg"))


def _clean(answers: Sequence[Any], day: int, source: DailyLog.Source) -> Mapping[str, Any] | None:
    values = {
        name: value
        for name, value in zip(ASKED, answers, strict=True)
        if value is not None and value != ""
    }
    try:
        return logfields.clean({**values, "day": day, "entered_by": WHO[source]})
    except logfields.LogError:
        return None


class _History:
    """The earlier logs of a recovery as they stood when the next one was written: one a client id,
    in the order of their first versions, counted from the procedure's date of that time.
    """

    def __init__(self) -> None:
        self._recovery: int | None = None
        self._begin = date.min
        self._logs: dict[uuid.UUID, tuple[date, int | None]] = {}
        self._earlier: dict[uuid.UUID, rules.Earlier] = {}

    def come_to(self, recovery: int, begin: date) -> None:
        if recovery != self._recovery:
            self._recovery, self._begin = recovery, begin
            self._logs, self._earlier = {}, {}
        elif begin != self._begin:
            self._begin = begin
            self._earlier = {
                client_id: rules.Earlier((on - begin).days, pain)
                for client_id, (on, pain) in self._logs.items()
            }

    def without(self, client_id: uuid.UUID) -> list[rules.Earlier]:
        if client_id not in self._earlier:
            return list(self._earlier.values())
        return [one for own, one in self._earlier.items() if own != client_id]

    def add(self, client_id: uuid.UUID, on: date, pain: int | None) -> None:
        self._logs[client_id] = (on, pain)
        self._earlier[client_id] = rules.Earlier((on - self._begin).days, pain)
