"""Queries whose SQL is made once, for the pages that are asked for most: Django takes longer to
write a long query than the database to answer it.

A query is built with a `Given` in the place of each value that differs from call to call; the
values come with the call.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    Field,
    Func,
    QuerySet,
    Value,
)
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from psycopg import adapters, postgres
from psycopg.pq import Format

# Reads times as psycopg does, in C and in UTC. Django's reader is Python and gives the same; of a
# year of logs it took most of the time.
TIMES = adapters.get_loader(postgres.types["timestamptz"].oid, Format.TEXT)


class Given(Value):
    """The value of that name in the call: as an expression, or among the parameters of SQL."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(None, output_field)
        self.name = name

    def as_sql(self, *_: Any) -> tuple[str, Any]:
        return "%s", [self]

    def adapted(self, value: Any) -> Any:
        return self.output_field.get_db_prep_value(value, connection)


class Numbers(BigIntegerField):  # type: ignore[type-arg]
    """Of a Given that is a list, for `any_of`."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        numbers = [int(number) for number in value]
        return numbers if connection.vendor == "postgresql" else json.dumps(numbers)


class AnyOf(Func):
    """Whether a number is one of a list that the call gives, however long it is."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **more: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="%(expressions)s))",
            arg_joiner=" IN (SELECT value FROM json_each(",
            **more,
        )


def number(name: str) -> Given:
    return Given(name, BigIntegerField())


def numbers(name: str) -> Given:
    return Given(name, Numbers())


def moment(name: str) -> Given:
    return Given(name, DateTimeField())


class _Written(Query):
    """A query that has its SQL already."""

    written: SQLCompiler

    def get_compiler(self, *_: Any, **__: Any) -> SQLCompiler:
        return self.written


class Prepared:
    """`build` returns the query. It is called once in each thread, since what it makes is bound to
    the thread's connection.
    """

    def __init__(self, build: Callable[[], QuerySet[Any]]) -> None:
        self._build = build
        self._made = threading.local()

    def models(self, values: Mapping[str, Any]) -> QuerySet[Any]:
        """A query of models, with what they select_related; it runs when it is iterated over. It
        cannot be narrowed down any more. `values` as in `rows`.
        """
        made = self._ready()
        compiler = copy(made.compiler)
        statement = made.sql, tuple(self._parameters(values))
        compiler.as_sql = lambda *_, **__: statement
        query = made.query.chain(klass=_Written)
        query.written = compiler
        return QuerySet(model=query.model, query=query)

    def rows(self, values: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        """Of a query that has its `values_list`, in one statement. `values` has a value for each
        name that is given in the query; more of them do no harm.
        """
        made = self._ready()
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.cursor.adapters.register_loader("timestamptz", TIMES)
            cursor.execute(made.sql, self._parameters(values))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        if not made.converters:
            return rows
        return map(tuple, made.compiler.apply_converters(rows, made.converters))

    def _parameters(self, values: Mapping[str, Any]) -> list[Any]:
        return [
            one.adapted(values[one.name]) if isinstance(one, Given) else one
            for one in self._made.parameters
        ]

    def _ready(self) -> Any:
        made = self._made
        if not hasattr(made, "sql"):
            made.query = self._build().query
            made.compiler = made.query.get_compiler(connection=connection)
            sql, made.parameters = made.compiler.as_sql()
            columns = [column for column, *_more in made.compiler.select[: made.compiler.col_count]]
            made.converters = made.compiler.get_converters(columns)
            made.sql = sql
        return made
