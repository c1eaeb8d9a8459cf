import os

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from benchmarks.faults import trail


class FaultsConfig(AppConfig):
    """Tells the database which process each connection is, for the trail."""

    name = "benchmarks.faults"

    def ready(self) -> None:
        connection_created.connect(say_who)


def say_who(connection: BaseDatabaseWrapper, **_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('application_name', %s, false)", [trail.name_of(os.getpid())]
        )
