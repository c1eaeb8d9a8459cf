"""Hand mails to a provider's HTTP API, in the two steps that a mail server has.

One request is both at once. So the first step only makes the request, which shows what cannot be
sent, and the second sends it. Whatever breaks once it may have reached the provider leaves a mail
of unknown fate, which the provider's webhook settles: the row's id travels with the mail.
"""

from types import TracebackType
from typing import Any, Self

import requests
from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from django.core.mail import get_connection
from urllib3.exceptions import NewConnectionError

from recovery.services.smtp import Answer, Letter, Result

# Too many at once, or a provider that says itself that it took nothing.
LATER = (429, 503)
# Our key, not this mail: what is wrong with it is wrong for all.
OURS = (401, 403)


class ApiHandover:
    """One session with the provider. Nothing is asked of it before a mail goes."""

    def __enter__(self) -> Self:
        self._backend: Any = get_connection()
        self._backend.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._backend.close()

    def envelope(self, letter: Letter) -> Result:
        """First step: raises what cannot be sent this way."""
        mail: Any = letter.mail
        mail.metadata = {"message": letter.message_id.strip("<>").partition("@")[0]}
        self._backend.build_message_payload(mail, self._backend.send_defaults)
        return Result(Answer.ACCEPTED, alive=True)

    def content(self, letter: Letter) -> Result:
        """Second step. UNKNOWN: nobody can say whether the provider took it."""
        mail: Any = letter.mail
        try:
            self._backend.send_messages([mail])
        except AnymailRecipientsRefused:
            return Result(Answer.REFUSED, alive=True)
        except AnymailRequestsAPIError as error:
            return _failed(error)
        # A refusal whose words anymail does not know is no error to it.
        took = mail.anymail_status.esp_response.ok
        return Result(Answer.ACCEPTED if took else Answer.REJECTED, alive=True)

    def forget(self) -> None:
        """Nothing was asked of the provider yet."""


def _failed(error: AnymailRequestsAPIError) -> Result:
    status = error.status_code
    if status is None:
        reached = not _never_connected(error.__cause__)
        return Result(Answer.UNKNOWN if reached else Answer.LATER, alive=False)
    if status in OURS:
        return Result(Answer.LATER, alive=False)
    if status in LATER:
        return Result(Answer.LATER, alive=True)
    return Result(Answer.REJECTED if 400 <= status < 500 else Answer.UNKNOWN, alive=True)


def _never_connected(cause: BaseException | None) -> bool:
    if isinstance(cause, requests.ConnectTimeout):
        return True
    inner = cause.args[0] if isinstance(cause, requests.ConnectionError) and cause.args else None
    return isinstance(getattr(inner, "reason", None), NewConnectionError)
