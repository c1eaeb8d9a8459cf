"""What leaves as a file: logs, responses, alerts and sends, with record numbers or without."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from recovery import access, clock
from recovery.forms.exports import ExportForm
from recovery.models import Export, Role
from recovery.queries.export_logs import Period
from recovery.queries.exports import Reader, rows_of
from recovery.queries.subjects import LONGEST_LAG, LONGEST_SHIFT, OLDEST, Names, Pseudonyms
from recovery.services import exports as service
from recovery.services.refusals import NotAllowed
from recovery.tabular.writing import Rows, Table, archive, csv_lines, stamp, workbook

LISTED = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
@access.for_staff(Role.MANAGER)
def exports(request: HttpRequest) -> HttpResponseBase:
    """A post answers with the file, and is recorded before its first row leaves."""
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            export = service.begin(
                clinic=request.clinic, user=request.user, now=request.now, **form.for_service
            )
        except NotAllowed as refusal:
            form.add_error("file_format", str(refusal))
        else:
            return _file(request, export)
    return _page(request, form)


def _page(request: HttpRequest, form: ExportForm) -> HttpResponse:
    rows = request.clinic.exports.select_related("by").order_by("-at", "-pk")[:LISTED]
    labels = dict(Export.Table.choices)
    context = {
        "here": "clinic",
        "form": form,
        "rows": [(row, [labels[table] for table in row.tables]) for row in rows],
    }
    return render(request, "staff/exports.html", context)


def _file(request: HttpRequest, export: Export) -> StreamingHttpResponse:
    names = Pseudonyms(export.at) if export.de_identified else Names()
    period = Period(request.clinic.zone, export.first, export.last)
    reader = Reader(request.clinic, period, names)
    counted = _Counted()

    def recorded(table: str) -> Callable[[set[int]], None]:
        what = f"de-identified {table}" if export.de_identified else f"export of {table}"
        return lambda people: access.record_reads(request, sorted(people), what)

    tables = [
        Table(
            table,
            reader.columns(table),
            counted(rows_of(reader.batches(table), recorded(table))),
            reader.typed(table),
        )
        for table in export.tables
    ]
    # When it was made would tell how far dates were moved (decision 32).
    name = "de-identified" if export.de_identified else f"export-{stamp(export.at)}"
    pieces, content_type, ending = _pieces(export, tables)
    return StreamingHttpResponse(
        _ended(pieces, export, counted),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )


class _Counted:
    """Counts the rows of all tables as they leave."""

    def __init__(self) -> None:
        self.rows = 0

    def __call__(self, rows: Rows) -> Rows:
        for row in rows:
            self.rows += 1
            yield row


def _pieces(export: Export, tables: list[Table]) -> tuple[Iterable[bytes | str], str, str]:
    limits = {"oldest": OLDEST, "longest": LONGEST_SHIFT, "lag": LONGEST_LAG}
    method = render_to_string("staff/method.txt", limits)
    title, *lines = [line for line in method.splitlines() if line]
    if export.format == Export.Format.XLSX:
        sheet = Table("method", [title], [[line] for line in lines])
        return workbook([*tables, sheet] if export.de_identified else tables), XLSX, "xlsx"
    if len(tables) == 1 and not export.de_identified:
        [table] = tables
        return csv_lines(table.columns, table.rows, table.typed), "text/csv; charset=utf-8", "csv"
    texts: list[tuple[str, Iterable[str]]] = [
        (f"{table.name}.csv", csv_lines(table.columns, table.rows, table.typed)) for table in tables
    ]
    if export.de_identified:
        texts.append(("method.txt", [method]))
    return archive(texts), "application/zip", "zip"


def _ended(pieces: Iterable[Any], export: Export, counted: _Counted) -> Iterator[Any]:
    """The pieces; then, or when the reader goes away, how far it came."""
    finished_at = None
    try:
        yield from pieces
        finished_at = clock.now()
    finally:
        service.ended(export=export, rows=counted.rows, finished_at=finished_at)
