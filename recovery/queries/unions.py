"""Rows of several tables in one statement: each table gives the columns that all share."""

from typing import Any

from django.db.models import CharField, DateTimeField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, NullIf


def name_of(field_name: str) -> Any:
    """Of a user, as `str` gives it."""
    name = NullIf(f"{field_name}__name", Value(""))
    return Coalesce(name, f"{field_name}__email", output_field=CharField())


def part(rows: QuerySet[Any], name: str, **columns: Any) -> QuerySet[Any]:
    """The shared columns; each cast, since a union asks the same type of every part."""
    nothing = Value("")
    return rows.order_by().values_list(
        Value(name, output_field=CharField()),
        Cast(columns["at"], DateTimeField()),
        *(Cast(columns.get(one, nothing), CharField()) for one in ("kind", "code")),
        *(Cast(columns.get(one, nothing), CharField()) for one in ("text", "person")),
        Cast(columns.get("number", Value(None)), IntegerField()),
    )


def staff_part(rows: QuerySet[Any], name: str, **columns: Any) -> QuerySet[Any]:
    """Of a table that says who did it, and when."""
    return part(rows, name, at=F("at"), person=name_of("by"), **columns)
