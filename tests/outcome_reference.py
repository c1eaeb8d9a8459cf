"""What outcome rows must say, by SQL over the raw rows: slow, written apart from the services."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

SCALES = ("NRS", "PEG", "RMDQ", "ODI")

FORMS = """
WITH sent AS (
    SELECT r.id, r.checkin_id, r.recovery_id, r.completed_at
    FROM recovery_formresponse AS r
    WHERE r.status = 'completed'
      AND NOT EXISTS (SELECT 1 FROM recovery_formresponse AS s WHERE s.supersedes_id = r.id)
), told AS (
    SELECT sent.recovery_id, k.anchor, k.form, s.instrument, s.version, s.total,
        row_number() OVER (
            PARTITION BY sent.recovery_id, k.form, s.instrument,
                CASE WHEN k.form = 'baseline' THEN 0 ELSE k.anchor END
            ORDER BY sent.completed_at DESC, sent.id DESC
        ) AS place
    FROM recovery_score AS s
    JOIN sent ON sent.id = s.response_id
    JOIN recovery_checkin AS k ON k.id = sent.checkin_id
    WHERE s.total IS NOT NULL
)
SELECT k.recovery_id, k.anchor, k.form,
    CASE WHEN NOT EXISTS (SELECT 1 FROM sent WHERE sent.checkin_id = k.id) THEN 'missed'
         WHEN k.state = 'completed' THEN 'on_time'
         ELSE 'late' END,
    {figures},
    (SELECT t.total FROM told AS t WHERE t.recovery_id = k.recovery_id AND t.anchor = k.anchor
        AND t.form = k.form AND t.instrument = 'PGIC' AND t.place = 1),
    k.expires_at
FROM recovery_checkin AS k
WHERE k.form NOT IN ('baseline', 'daily', 'evening')
  AND (k.state = 'expired' OR EXISTS (SELECT 1 FROM sent WHERE sent.checkin_id = k.id))
ORDER BY k.recovery_id, k.anchor, k.form
"""
BEFORE = """
(SELECT b.total FROM told AS b JOIN told AS a
    ON a.recovery_id = b.recovery_id AND a.instrument = b.instrument AND a.version = b.version
    WHERE b.form = 'baseline' AND b.place = 1 AND a.place = 1 AND b.instrument = '{scale}'
    AND a.recovery_id = k.recovery_id AND a.anchor = k.anchor AND a.form = k.form)
"""
AFTER = """
(SELECT a.total FROM told AS a WHERE a.place = 1 AND a.instrument = '{scale}'
    AND a.recovery_id = k.recovery_id AND a.anchor = k.anchor AND a.form = k.form)
"""
DAY = {
    "postgresql": "(l.log_date - r.procedure_on)",
    "sqlite": "CAST(julianday(l.log_date) - julianday(r.procedure_on) AS INTEGER)",
}
LOGS = """
WITH standing AS (
    SELECT l.recovery_id, l.opioid_mme, l.opioid_total_unknown, {day} AS day,
        (SELECT f.id FROM recovery_dailylog AS f WHERE f.recovery_id = l.recovery_id
            AND f.client_id = l.client_id AND f.revision = 0) AS first_id
    FROM recovery_dailylog AS l JOIN recovery_recovery AS r ON r.id = l.recovery_id
    WHERE NOT EXISTS (SELECT 1 FROM recovery_dailylog AS s WHERE s.supersedes_id = l.id)
), points AS (
    SELECT 'two_week' AS form, 14 AS middle UNION ALL SELECT 'one_month', 30
    UNION ALL SELECT 'six_week', 42 UNION ALL SELECT 'three_month', 90
    UNION ALL SELECT 'six_month', 180 UNION ALL SELECT 'one_year', 365
    UNION ALL SELECT 'two_year', 730
), near AS (
    SELECT s.recovery_id, p.form,
        CASE WHEN s.opioid_total_unknown OR s.opioid_mme > 0 THEN 1 ELSE 0 END AS uses,
        row_number() OVER (
            PARTITION BY s.recovery_id, p.form ORDER BY s.day DESC, s.first_id DESC
        ) AS place
    FROM standing AS s JOIN points AS p ON s.day BETWEEN p.middle - 7 AND p.middle + 7
    WHERE s.opioid_total_unknown OR s.opioid_mme IS NOT NULL
)
SELECT r.id,
    (SELECT count(DISTINCT s.day) FROM standing AS s
        WHERE s.recovery_id = r.id AND s.day BETWEEN 1 AND 7),
    (SELECT count(DISTINCT s.day) FROM standing AS s
        WHERE s.recovery_id = r.id AND s.day BETWEEN 1 AND 14),
    n.form, n.uses
FROM recovery_recovery AS r LEFT JOIN near AS n ON n.recovery_id = r.id AND n.place = 1
ORDER BY r.id
"""


def form_rows() -> list[tuple[Any, ...]]:
    """Recovery, anchor, form, state; before and after by scale; PGIC; the end of its window."""
    figures = ",".join(part.format(scale=scale) for scale in SCALES for part in (BEFORE, AFTER))
    return [
        (*row[:4], *map(_figure, row[4:-1]), _time(row[-1]))
        for row in _rows(FORMS.format(figures=figures))
    ]


def _figure(stored: Any) -> float | None:
    return None if stored is None else round(float(stored), 6)


def _time(stored: datetime) -> datetime:
    """SQLite keeps UTC, and does not say so."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)


def log_rows() -> dict[int, tuple[int, int, dict[str, bool]]]:
    """By recovery: days with a log of 7 and of 14, and whether opioids were taken by form."""
    found: dict[int, tuple[int, int, dict[str, bool]]] = {}
    for recovery, week, fortnight, form, uses in _rows(LOGS.format(day=DAY[connection.vendor])):
        use = found.setdefault(recovery, (week, fortnight, {}))[2]
        if form:
            use[form] = bool(uses)
    return found


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
