"""One process of the product that exports all logs as CSV, through the view, and says what it cost.

`fill` copies one log until there are as many as asked for.
"""

import json
import resource
import sys
import time
import uuid
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.bench.work import own_cpu, server_cpu  # noqa: E402
from recovery.access import STAFF_DOOR  # noqa: E402
from recovery.models import DailyLog, Export, Membership, Recovery, Role, User  # noqa: E402
from recovery.services import logs  # noqa: E402
from recovery.views.staff.exports import exports  # noqa: E402

OWN = {
    "id": "nextval(pg_get_serial_sequence('recovery_dailylog', 'id'))",
    "uuid": "gen_random_uuid()",
    "client_id": "gen_random_uuid()",
    "recovery_id": "r.id",
    "day": "n",
    "log_date": "r.procedure_on + n",
    "entered_at": "r.procedure_at + n * interval '1 day'",
    "pain_avg": "mod(n + r.id, 11)",
    "pain_worst": "NULL",
}
QUIET: dict[str, Any] = {
    "pain_avg": 4,
    "leg_weakness": "none",
    "leg_numbness": "none",
    "leg_pain_status": "none",
    "saddle": "no",
    "bladder": "no",
    "bowel": "no",
    "chest_or_breath": False,
    "wound": [],
    "free_text": "Slept well, walked to the lake and back.",
}


def fill(count: int) -> dict[str, int]:
    """Each of the recoveries gets the same number of logs."""
    recovery = Recovery.objects.order_by("pk").first()
    assert recovery is not None
    now = timezone.now()
    logs.record(
        recovery_id=recovery.pk,
        values=QUIET,
        client_id=uuid.uuid4(),
        revision=None,
        log_date=recovery.procedure_on,
        now=now,
        source=DailyLog.Source.PATIENT,
        mode=DailyLog.Mode.WEB,
    )
    each = count // Recovery.objects.count()
    fields = [field.column for field in DailyLog._meta.concrete_fields]
    listed = ", ".join(f'"{name}"' for name in fields)
    values = ", ".join(OWN.get(name, f't."{name}"') for name in fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO recovery_dailylog ({listed}) SELECT {values}"
            " FROM (SELECT * FROM recovery_dailylog ORDER BY id LIMIT 1) AS t,"
            " recovery_recovery AS r, generate_series(1, %s) AS n",
            [each],
        )
        cursor.execute("UPDATE recovery_recovery SET days_logged = %s", [each])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    user = User.objects.create_user("manager@bench.example", name="Max")
    Membership.objects.create(user=user, clinic=recovery.clinic, role=Role.MANAGER, name="Max")
    return {"logs": DailyLog.objects.count()}


def export() -> dict[str, Any]:
    """Memory grows from the first piece, when all that is imported is there, to the last."""
    request = RequestFactory().post("/", {"tables": "logs", "whose": "named", "file_format": "csv"})
    request.user = User.objects.get(email="manager@bench.example")
    request.session = {"door": STAFF_DOOR}  # type: ignore[assignment]
    begin, size, at_first = time.perf_counter(), 0, 0
    own, server = own_cpu(), server_cpu()
    for piece in exports(request).streaming_content:  # type: ignore[attr-defined]
        at_first = at_first or peak()
        size += len(piece)
    seconds = time.perf_counter() - begin
    used = own_cpu() - own + server_cpu() - server
    row = Export.objects.latest("pk")
    assert row.finished_at is not None
    assert row.finished_at - row.at < timedelta(hours=2)
    return {
        "rows": row.rows,
        "seconds": seconds,
        "cpu": used,
        "bytes": size,
        "mib": peak() - at_first,
    }


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(fill(int(sys.argv[2])) if sys.argv[1] == "fill" else export()))
