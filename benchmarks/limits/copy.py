"""The limit of B11: PostgreSQL's own COPY to CSV of the same logs, with their patient's record
number, read by a client and thrown away.
"""

import json
import os
import time
from pathlib import Path

import psycopg

QUERY = """
COPY (
    SELECT patient.record_number, recovery.uuid, patient.zone, recovery.procedure_on, log.*
    FROM recovery_dailylog AS log
    JOIN recovery_recovery AS recovery ON recovery.id = log.recovery_id
    JOIN recovery_patient AS patient ON patient.id = recovery.patient_id
    ORDER BY log.recovery_id, log.day, log.id
) TO STDOUT WITH (FORMAT csv, HEADER)
"""


def cpu(connection: psycopg.Connection) -> float:
    """What PostgreSQL's process of this connection has used; it must be on this machine."""
    stat = Path(f"/proc/{connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / 100


with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    begin, size, own, server = time.perf_counter(), 0, time.process_time(), cpu(connection)
    with connection.cursor().copy(QUERY) as pieces:
        for piece in pieces:
            size += len(piece)
    used = time.process_time() - own + cpu(connection) - server
    print(json.dumps({"seconds": time.perf_counter() - begin, "cpu": used, "bytes": size}))
