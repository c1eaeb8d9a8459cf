"""The record of an export, written before its first row leaves and when the last has."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from recovery.models import Clinic, Export, User
from recovery.queries.export_logs import Period
from recovery.queries.exports import count
from recovery.services.refusals import NotAllowed
from recovery.tabular.writing import SHEET_ROWS


def begin(
    *,
    clinic: Clinic,
    user: User,
    now: datetime,
    tables: list[str],
    file_format: str,
    de_identified: bool,
    first: date | None,
    last: date | None,
) -> Export:
    """Raises NotAllowed where a table has more rows than a sheet of Excel holds."""
    if file_format == Export.Format.XLSX:
        period = Period(clinic.zone, first, last)
        for table in tables:
            if count(clinic, period, table) >= SHEET_ROWS:
                words = {"table": Export.Table(table).label, "most": f"{SHEET_ROWS - 1:,}"}
                raise NotAllowed(
                    _(
                        "%(table)s: more rows than a sheet of Excel holds (%(most)s). Choose CSV,"
                        " or a shorter period."
                    )
                    % words
                )
    return Export.objects.create(
        clinic=clinic,
        by=user,
        at=now,
        tables=tables,
        format=file_format,
        de_identified=de_identified,
        first=first,
        last=last,
    )


def ended(*, export: Export, rows: int, finished_at: datetime | None) -> None:
    """Store how many rows have left; without a `finished_at` it was broken off there."""
    Export.objects.filter(pk=export.pk).update(rows=rows, finished_at=finished_at)
