"""Queries whose SQL is made once, for the pages that are asked for most: Django takes longer to
write a long query than the database to answer it.

A query is built with a `Given` in the place of each value that differs from call to call; the
values come with the call.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
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
from django.db.models.sql.compiler import SQLCompiler


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


class Prepared:
    """`build` returns the query, with its `values_list`. It is called once in each thread, since
    what it makes is bound to the thread's connection.
    """

    def __init__(self, build: Callable[[], QuerySet[Any]]) -> None:
        self._build = build
        self._made = threading.local()

    def rows(self, values: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        """One statement. `values` has a value for each name that is given in the query; more of
        them do no harm.
        """
        if not hasattr(self._made, "compiler"):
            compiler = self._build().query.get_compiler(connection=connection)
            self._made.sql, self._made.parameters = compiler.as_sql()
            self._made.compiler = compiler
        parameters = [
            one.adapted(values[one.name]) if isinstance(one, Given) else one
            for one in self._made.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._made.sql, parameters)
            found = cursor.fetchall()
        rows: Iterable[tuple[Any, ...]] = self._made.compiler.results_iter(
            results=[found], tuple_expected=True
        )
        return rows
