"""A table as a CSV file that is streamed."""

from collections.abc import Sequence

from django.http import StreamingHttpResponse

from recovery.tabular.writing import Rows, csv_lines


def streamed(name: str, columns: Sequence[str], rows: Rows) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    lines = csv_lines(columns, rows)
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
