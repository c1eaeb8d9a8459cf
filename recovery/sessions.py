"""Sessions as Django keeps them in the database, read by a query that is written once: every page
asks for one.
"""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import CharField
from django.utils import timezone

from recovery.queries.prepared import Given, Prepared, moment

SESSION = Prepared(
    lambda: Session.objects.filter(
        session_key=Given("key", CharField()), expire_date__gt=moment("now")
    ).values_list("session_data")
)


class SessionStore(DatabaseStore):
    def load(self) -> dict[str, Any]:
        for (data,) in SESSION.rows({"key": self.session_key, "now": timezone.now()}):
            return self.decode(data)
        # As Django does it: a key that names no session is not taken up.
        self._session_key = None
        return {}
