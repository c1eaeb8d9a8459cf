"""The callable that the web server runs, with headers that no browser sends."""

import io
from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from intracept_care.wsgi import application
from recovery.models import Recovery
from recovery.tokens import link_token
from tests.cast import checkin_of

ODD_COOKIES = {
    "NUL": r'sessionid="abcdefgh\000ij"',
    "not ASCII": "sessionid=" + "é" * 20,
    "too long": "sessionid=" + "a" * 5000,
    "upper case": "sessionid=ABCDEFGHIJ",
    "NUL in another": r'csrftoken="\000abc"; messages="\000abc:def"',
}
ODD_TYPES = [
    *(
        f"{kind}; charset={charset}{rest}"
        for kind, rest in (
            ("application/x-www-form-urlencoded", ""),
            ("multipart/form-data", "; boundary=x"),
            ("text/plain", ""),
        )
        for charset in ("hex", "idna", "utf-7", "unicode_escape", "rot13", '"a\0b"', "no-such")
    ),
    "multipart/form-data; charset*=us-ascii''hex; boundary=x",
    "multipart/form-data; boundary*=hex''x",
    "text/plain; odd*=no-such''x",
    "multipart/form-data; boundary=é",
    ";",
]
BODIES = {
    "multipart": b"--x\r\nContent-Disposition: form-data; name*=hex''free_text\r\n\r\n+2AA-\r\n"
    b'--x\r\nContent-Disposition: form-data; name="free_text"\r\n\r\n+2AA-\r\n--x--\r\n',
    "": b"free_text=%2B2AA-&pain_avg=4",
}


@pytest.fixture(autouse=True)
def _keep_the_connection() -> Iterator[None]:
    """A server's request ends by closing connections, and with ours the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def ask(path: str, *, method: str = "GET", query: str = "", body: bytes = b"", **more: Any) -> int:
    """The status of the answer."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "testserver",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        **more,
    }
    setup_testing_defaults(environ)
    statuses: list[str] = []
    answer = application(environ, lambda status, *_: statuses.append(status))
    b"".join(answer)
    answer.close()  # type: ignore[attr-defined]
    return int(statuses[0].split()[0])


def latin(text: str) -> str:
    """As a server passes on bytes that are no ASCII."""
    return text.encode().decode("latin-1")


@pytest.mark.parametrize("cookie", ODD_COOKIES.values(), ids=ODD_COOKIES)
def test_an_odd_session_cookie_is_no_session(clean_cache: None, cookie: str) -> None:
    for path in ("/sign-in/", "/staff/sign-in/"):
        assert ask(path, HTTP_COOKIE=latin(cookie)) == 200
    assert ask("/staff/", HTTP_COOKIE=latin(cookie)) == 302


@pytest.mark.parametrize("content_type", ODD_TYPES)
def test_an_odd_content_type_breaks_nothing(
    clean_cache: None, recovery: Recovery, content_type: str
) -> None:
    token = link_token(checkin_of(recovery, "DAY-02"))
    form = f"/c/{token}/f5a8d1b4-6f0e-4c0e-9c55-0d8c6dd3a1de/"
    body = BODIES["multipart" if "multipart" in content_type else ""]
    given = {"CONTENT_TYPE": latin(content_type), "body": body}
    assert ask(form, method="POST", **given) in (200, 400)
    assert ask("/staff/sign-in/", method="POST", **given) in (400, 403)
    assert ask("/sign-in/", query="next=%2B2AA-%ff", **given) == 200
    assert ask("/u/%2B2AA-/", query="q=%2B2AA-%ff", **given) == 404


def test_answers_are_read_as_utf_8_whatever_the_header_claims(recovery: Recovery) -> None:
    token = link_token(checkin_of(recovery, "DAY-02"))
    status = ask(
        f"/c/{token}/f5a8d1b4-6f0e-4c0e-9c55-0d8c6dd3a1de/",
        method="POST",
        body="bladder=yes&free_text=müde".encode(),
        CONTENT_TYPE="application/x-www-form-urlencoded; charset=latin-1",
    )
    assert status == 200
    assert recovery.logs.get().free_text == "müde"
