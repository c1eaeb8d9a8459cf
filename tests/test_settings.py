"""Settings fail closed, and every variable is documented."""

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "intracept_care" / "settings.py"

REAL = {
    "SECRET_KEY": "k8-Vq3xT_fN0mZrW5yLh2uCjSaPbEdGoIi7tRvXwYe6KlMnQ4z1",
    "SITE_URL": "https://care.example.org",
    "EMAIL_URL": "smtp+tls://user:p%40ss@mail.example.org",
    "DEFAULT_FROM_EMAIL": "care@example.org",
    "EMERGENCY_NUMBER": "911",
    "DATABASE_URL": "postgres://care:p%40ss@db.example.org/care",
    "REDIS_URL": "redis://:word@127.0.0.1:6379/4",
}


def read_names() -> set[str]:
    """Every variable that the settings read, from their own text."""
    return {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(SETTINGS.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.startswith("env_")
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Read the settings under the given variables alone."""
    for name in read_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))

    def run(**env: str) -> dict[str, Any]:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return run


def test_every_variable_is_in_the_example_and_in_the_readme() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = read_names()
    assert {"SECRET_KEY", "DATABASE_URL", "PORT"} <= names
    assert names == set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    table = set(re.findall(r"`([A-Z_]+)`", "".join(re.findall(r"^\|.*$", readme, re.MULTILINE))))
    assert names <= table, f"not in README's table: {sorted(names - table)}"


def test_real_settings_are_strict(load: Any) -> None:
    found = load(**REAL)
    assert not found["DEBUG"]
    assert not found["DEMO"]
    assert found["ALLOWED_HOSTS"] == ["care.example.org"]
    assert found["SECURE_SSL_REDIRECT"]
    assert found["SESSION_COOKIE_SECURE"]
    assert "SECURE_PROXY_SSL_HEADER" not in found
    assert found["CELERY_BROKER_URL"] == REAL["REDIS_URL"]
    database = found["DATABASES"]["default"]
    assert (database["HOST"], database["NAME"], database["PASSWORD"]) == (
        "db.example.org",
        "care",
        "p@ss",
    )
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_HOST_PASSWORD"]) == (
        587,
        True,
        "p@ss",
    )


NEEDED = sorted(set(REAL) - {"DATABASE_URL", "REDIS_URL"})


@pytest.mark.parametrize("name", NEEDED)
def test_nothing_is_guessed_outside_demo_mode(load: Any, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is not set"):
        load(**{other: value for other, value in REAL.items() if other != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("DEMO", "perhaps"),
        ("HTTPS", "2"),
        ("SITE_URL", "care.example.org"),
        ("SITE_URL", "https://care.example.org/under"),
        ("SITE_URL", "https://care.example.org:port"),
        ("DATABASE_URL", "mysql://root@localhost/care"),
        ("DATABASE_URL", "postgres://care@localhost"),
        ("DATABASE_URL", "postgres://care:secret@localhost:fifty/care"),
        ("DATABASE_URL", "sqlite://"),
        ("REDIS_URL", "localhost:6379"),
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "pigeon://:secret@post"),
        ("EMAIL_URL", "mailgun://:secret@"),
        ("EMAIL_URL", "postmark://secret"),
        ("MAILS_PER_MINUTE", "many"),
        ("MAILS_PER_MINUTE", "-1"),
        ("TEXTS_PER_MINUTE", "many"),
        ("TEXTS_PER_MINUTE", "-1"),
        ("REMINDER_SPREAD_MINUTES", "61"),
        ("TIME_ZONE", "Boston"),
        ("LOG_LEVEL", "LOUD"),
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("TRUSTED_PROXY_COUNT", "-1"),
    ],
)
def test_a_wrong_value_is_an_error_with_its_name(load: Any, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name}") as caught:
        load(**{**REAL, name: value})
    assert "secret" not in str(caught.value)


def test_a_secret_may_come_from_a_file(load: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-a-file\n")
    env = {name: value for name, value in REAL.items() if name != "SECRET_KEY"}
    assert load(**env, SECRET_KEY_FILE=str(tmp_path / "key"))["SECRET_KEY"] == "from-a-file"
    with pytest.raises(ImproperlyConfigured, match=r"^SECRET_KEY_FILE: cannot read"):
        load(**env, SECRET_KEY_FILE=str(tmp_path / "none"))


def test_demo_mode_needs_nothing_and_keeps_its_secret(load: Any, tmp_path: Path) -> None:
    first = load(DEMO="1", PORT="8123")
    assert len(first["SECRET_KEY"]) > 40
    assert load()["SECRET_KEY"] == first["SECRET_KEY"]
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert first["SITE_URL"] == "http://localhost:8123"
    assert first["DATABASES"]["default"]["NAME"] == tmp_path / "care.sqlite3"
    assert first["CELERY_BROKER_URL"] == f"redis+socket://{tmp_path}/valkey.sock?virtual_host=0"
    assert not first["SECURE_SSL_REDIRECT"]


def test_demo_mode_keeps_off_a_server_unless_forced(load: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^DEMO: DATABASE_URL names a server"):
        load(**REAL, DEMO="1")
    assert load(**REAL, DEMO="force")["DEMO"] is True


@pytest.mark.parametrize(
    ("url", "host", "name"),
    [
        ("postgres://care@/care?host=/run/postgresql", "/run/postgresql", "care"),
        ("postgresql://care@%2Frun%2Fpostgresql/care", "/run/postgresql", "care"),
        ("postgres:///care", "", "care"),
    ],
)
def test_a_database_by_socket(load: Any, url: str, host: str, name: str) -> None:
    database = load(**{**REAL, "DATABASE_URL": url})["DATABASES"]["default"]
    assert (database["HOST"], database["NAME"]) == (host, name)


def test_options_in_the_database_url_reach_the_driver(load: Any) -> None:
    url = "postgres://care@db.example.org/care?sslmode=verify-full"
    options = load(**{**REAL, "DATABASE_URL": url})["DATABASES"]["default"]["OPTIONS"]
    assert options["sslmode"] == "verify-full"


def test_sqlite_paths(load: Any, tmp_path: Path) -> None:
    absolute = load(**{**REAL, "DATABASE_URL": f"sqlite:///{tmp_path}/a%20b.sqlite3"})
    assert absolute["DATABASES"]["default"]["NAME"] == tmp_path / "a b.sqlite3"
    options = absolute["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"


def test_a_socket_for_redis_is_named_as_celery_wants_it(load: Any) -> None:
    found = load(**{**REAL, "REDIS_URL": "unix:///run/valkey.sock?db=3"})
    assert found["CELERY_BROKER_URL"] == "redis+socket:///run/valkey.sock?virtual_host=3"


def test_proxies_are_believed_only_when_counted(load: Any) -> None:
    found = load(**REAL, TRUSTED_PROXY_COUNT="1")
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


def test_the_deploy_check_has_one_complaint_our_own() -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", "check", "--deploy"],
        cwd=ROOT,
        env={**kept, **REAL, "VAR_DIR": os.environ["VAR_DIR"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r"\(([a-z_0-9]+\.[EWC]\d+)\)", done.stderr) == ["recovery.W001"], done.stderr


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "mailgun://:key@mg.example.org",
            {
                "MAILGUN_API_KEY": "key",
                "MAILGUN_SENDER_DOMAIN": "mg.example.org",
                "MAILGUN_API_URL": "https://api.mailgun.net/v3",
            },
        ),
        (
            "mailgun+eu://:key@mg.example.org",
            {"MAILGUN_API_URL": "https://api.eu.mailgun.net/v3"},
        ),
        ("postmark://:to%2Fken@postmark", {"POSTMARK_SERVER_TOKEN": "to/ken"}),
    ],
)
def test_a_provider_is_named_by_its_url(load: Any, url: str, expected: dict[str, str]) -> None:
    found = load(**REAL | {"EMAIL_URL": url})
    name = url.partition(":")[0].partition("+")[0]
    assert found["MAIL_PROVIDER"] == name
    assert found["EMAIL_BACKEND"] == f"anymail.backends.{name}.EmailBackend"
    assert found["ANYMAIL"] == found["ANYMAIL"] | expected
    assert not found["ANYMAIL"]["SEND_DEFAULTS"]["track_opens"]


def test_a_providers_secret_must_have_its_form(load: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^MAIL_WEBHOOK_SECRET"):
        load(**REAL | {"EMAIL_URL": "postmark://:t@postmark", "MAIL_WEBHOOK_SECRET": "word"})


@pytest.mark.parametrize(
    ("given", "backend"),
    [
        ({}, ""),
        ({"SMS_BACKEND": "off"}, ""),
        ({"SMS_BACKEND": "ours.Provider"}, "ours.Provider"),
        ({"SMS_BACKEND": "file", "DEBUG": "true"}, "recovery.services.sms.FileBackend"),
        ({"DEMO": "force"}, "recovery.services.sms.FileBackend"),
    ],
)
def test_text_messages_are_off_unless_a_class_is_named(
    load: Any, given: dict[str, str], backend: str
) -> None:
    assert load(**REAL | given)["SMS_BACKEND"] == backend


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"SMS_BACKEND": "file"}, "SMS_BACKEND: file is for DEMO or DEBUG only"),
        ({"SMS_BACKEND": "console"}, "SMS_BACKEND: console is for DEMO or DEBUG only"),
        ({"SMS_BACKEND": "twilio"}, "SMS_BACKEND must be off, console, file or a class"),
        ({"SMS_BACKEND": "ours.Provider; rm"}, "SMS_BACKEND must be"),
        ({"PHONE_REGION": "USA"}, "PHONE_REGION must be a country"),
    ],
)
def test_a_wrong_text_setting_stops_the_start(
    load: Any, given: dict[str, str], message: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        load(**REAL | given)


def test_a_class_that_is_not_there_stops_every_process(tmp_path: Path) -> None:
    env = os.environ | REAL | {"SMS_BACKEND": "no.such.Provider", "VAR_DIR": str(tmp_path)}
    env |= {"DEMO": "false", "DATABASE_URL": f"sqlite:///{tmp_path}/care.sqlite3"}
    code = "from intracept_care.wsgi import application"
    ran = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode != 0
    assert "SMS_BACKEND: there is no 'no.such.Provider'" in ran.stderr
