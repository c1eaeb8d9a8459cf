"""Every setting, read from the environment once.

A variable that is missing where it must be known, or that makes no sense, stops the start with
its name: nothing falls back to a guess. `.env.example` documents each of them.
"""

import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from zoneinfo import available_timezones

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env_str(name: str, default: str | None = None) -> str:
    """The variable, or the content of the file that NAME_FILE names; empty counts as unset.

    Without a default an unset variable is an error.
    """
    if value := os.environ.get(name, "").strip():
        return value
    if file := os.environ.get(f"{name}_FILE", "").strip():
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {file}: {error}") from error
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set; see .env.example")
    return default


def env_bool(name: str, *, default: bool) -> bool:
    value = env_str(name, "true" if default else "false").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")


def env_int(name: str, default: int, *, least: int, most: int) -> int:
    value = env_str(name, str(default))
    if not value.isdecimal() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a number from {least} to {most}: {value!r}")
    return int(value)


def env_choice(name: str, default: str, choices: set[str]) -> str:
    value = env_str(name, default)
    if value not in choices:
        shown = ", ".join(sorted(choices)) if len(choices) < 20 else "a known name"
        raise ImproperlyConfigured(f"{name} must be one of {shown}: {value!r}")
    return value


def env_url(name: str, default: str | None, schemes: set[str]) -> Any:
    """A URL split into its parts; the message never repeats it, since it may hold a password."""
    try:
        url = urlsplit(env_str(name, default))
        _ = url.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a URL: {error}") from error
    if url.scheme not in schemes:
        shown = ", ".join(f"{scheme}://" for scheme in sorted(schemes))
        raise ImproperlyConfigured(f"{name} must begin with one of {shown}")
    return url


# What kind of place this is
# --------------------------

DEBUG = env_bool("DEBUG", default=False)
VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var"))).absolute()

_demo = env_str("DEMO", "false").lower()
DEMO = _demo == "force" or env_bool("DEMO", default=False)
_RELAXED = DEMO or DEBUG


def _demo_secret() -> str:
    """A key of this machine's own, kept so that a restart signs nobody out."""
    path = VAR_DIR / "secret-key"
    VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"secret-key.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(50), encoding="ascii")
    try:
        # A link appears whole or not at all, and never replaces the key of another process.
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii")


SECRET_KEY = env_str("SECRET_KEY", "" if DEMO else None) or _demo_secret()

PORT = env_int("PORT", 8000, least=1, most=65535)
_site = env_url("SITE_URL", f"http://localhost:{PORT}" if DEMO else None, {"http", "https"})
if not _site.hostname or _site.path.strip("/") or _site.query:
    raise ImproperlyConfigured("SITE_URL must be like https://care.example.org, without a path")
SITE_URL = f"{_site.scheme}://{_site.netloc}"
_LOCAL_HOSTS = "localhost,127.0.0.1,[::1]"
ALLOWED_HOSTS = [
    host.strip()
    for host in env_str(
        "ALLOWED_HOSTS", f"{_site.hostname},{_LOCAL_HOSTS}" if _RELAXED else _site.hostname
    ).split(",")
    if host.strip()
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# Shown where no clinic can be known: when the database is gone.
EMERGENCY_NUMBER = env_str("EMERGENCY_NUMBER", "911" if DEMO else None)

# The parts
# ---------

ROOT_URLCONF = "intracept_care.urls"
WSGI_APPLICATION = "intracept_care.wsgi.application"
AUTH_USER_MODEL = "recovery.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "recovery",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "intracept_care.middleware.no_store",
    "intracept_care.middleware.known_session_keys",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "recovery.context.demo",
                "recovery.context.made_for",
            ],
            "builtins": ["recovery.templatetags.made_for"],
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = ["bootstrap5"]
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Rows
# ----

_database = env_url(
    "DATABASE_URL",
    f"sqlite:///{quote(str(VAR_DIR))}/care.sqlite3",
    {"sqlite", "postgres", "postgresql"},
)

if _database.scheme == "sqlite":
    # sqlite:///relative/to/here and sqlite:////absolute, as everywhere. `up` shows the file.
    if not _database.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL names no file: sqlite:///care.sqlite3")
    _file = BASE_DIR / unquote(_database.path)[1:]
    _file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    DATABASES: dict[str, dict[str, Any]] = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": _file,
            "OPTIONS": {
                # Readers never wait for the writer, a writer takes its turn at once instead of
                # failing half-way, and what was answered with success is on the disk.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
            # A file for the tests too: what threads and processes do to each other needs one.
            "TEST": {"NAME": VAR_DIR / "test.sqlite3"},
        }
    }
else:
    if DEMO and _demo != "force":
        raise ImproperlyConfigured(
            "DEMO: DATABASE_URL names a server. Demo mode fills a database with invented people"
            " and opens it to all; DEMO=force allows it there."
        )
    if not _database.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL names no database: postgres://host/name")
    _options = dict(parse_qsl(_database.query))
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(_database.path[1:]),
            "USER": unquote(_database.username or ""),
            "PASSWORD": unquote(_database.password or ""),
            # A socket's folder: postgres://user@%2Frun%2Fpostgresql/name, or ?host=/run/postgresql
            "HOST": _options.pop("host", unquote(_database.hostname or "")),
            "PORT": _options.pop("port", str(_database.port or "")),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"connect_timeout": 3, **_options},
        }
    }

# Rate limits and the like. In the database, so that every page works while Redis is gone and so
# that Redis holds nothing but the queue of tasks.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        # Beyond this any row may be dropped, and with it the limit that a stranger has reached.
        # Django's own 300 are a minute's work; what has ended goes each hour (tasks.tidy).
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

# People
# ------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "recovery.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "request_login_code": "recovery.forms.sign_in.AddressForm",
    "confirm_login_code": "recovery.forms.sign_in.CodeForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
# Three guesses a code and ten codes an hour leave a stranger 30 in a million.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    # Who holds a link for a therapist guesses a date of birth out of some 30,000.
    "therapist_sheet": "20/h/ip,5/h/key,20/d/key",
}
# Digits alone: a phone offers its number pad for them, and they can be read out.
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
# A stranger learns from no page and from no mail whether an address belongs to a patient.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

# Mail
# ----

# `up --demo` starts a mailbox of its own and names it to the processes that it starts.
_SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
_PROVIDERS = {"mailgun", "mailgun+eu", "postmark"}
_mail = env_url(
    "EMAIL_URL", "smtp://127.0.0.1:8025" if DEMO else None, _SMTP_PORTS.keys() | _PROVIDERS
)
# Empty: a mail server takes the mails.
MAIL_PROVIDER = _mail.scheme.partition("+")[0] if _mail.scheme in _PROVIDERS else ""
# By what the provider's posts to /hooks/mail/ are known. Without it that address is closed.
MAIL_WEBHOOK_SECRET = env_str("MAIL_WEBHOOK_SECRET", "")
if MAIL_PROVIDER:
    if not _mail.password or (MAIL_PROVIDER == "mailgun" and not _mail.hostname):
        raise ImproperlyConfigured(
            "EMAIL_URL must be like mailgun://:key@mg.example.org or postmark://:token@postmark"
        )
    if MAIL_PROVIDER == "postmark" and MAIL_WEBHOOK_SECRET and ":" not in MAIL_WEBHOOK_SECRET:
        raise ImproperlyConfigured("MAIL_WEBHOOK_SECRET must be like name:password")
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
elif not _mail.hostname:
    raise ImproperlyConfigured("EMAIL_URL names no host: smtp+tls://user:password@host:587")
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or _SMTP_PORTS.get(_mail.scheme, 0)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
EMAIL_USE_SSL = _mail.scheme == "smtps"
ANYMAIL = {
    "REQUESTS_TIMEOUT": 10,
    # A mail's opening and its links are not ours to watch, nor the provider's.
    "SEND_DEFAULTS": {"track_opens": False, "track_clicks": False},
    "MAILGUN_API_KEY": EMAIL_HOST_PASSWORD,
    "MAILGUN_API_URL": f"https://api.{'eu.' if _mail.scheme.endswith('+eu') else ''}mailgun.net/v3",
    "MAILGUN_SENDER_DOMAIN": EMAIL_HOST,
    "POSTMARK_SERVER_TOKEN": EMAIL_HOST_PASSWORD,
    # Else it writes a Message-ID of its own, and ours could not be looked up.
    "POSTMARK_SEND_DEFAULTS": {"extra_headers": {"X-PM-KeepID": "true"}},
}
EMAIL_TIMEOUT = 10
# A sender that has not finished a batch by then is taken for dead. Longer than a batch takes with a
# server that answers; a slower sender loses what it has not begun to another, which is harmless.
MAIL_LEASE_SECONDS = 60
# 0: as fast as the mail server takes them.
MAILS_PER_MINUTE = env_int("MAILS_PER_MINUTE", 0, least=0, most=1_000_000)
# Reminders of one time leave within so many minutes, each patient's always at the same one. In the
# demo a mail is to be seen at once.
REMINDER_SPREAD_MINUTES = env_int("REMINDER_SPREAD_MINUTES", 0 if DEMO else 5, least=0, most=60)
DEFAULT_FROM_EMAIL = env_str(
    "DEFAULT_FROM_EMAIL", "Intracept Care <care@demo.example>" if DEMO else None
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Text messages
# -------------

_SMS_BACKENDS = {
    "console": "recovery.services.sms.ConsoleBackend",
    "file": "recovery.services.sms.FileBackend",
}


def _sms_backend() -> str:
    """The class that hands over text messages, as a dotted path; empty: none are sent.

    The two that ship are for trying: they write numbers and links where others may read them.
    Whether the class is there is seen when the app is ready (recovery.apps).
    """
    value = env_str("SMS_BACKEND", "file" if DEMO else "off")
    if value == "off":
        return ""
    if value in _SMS_BACKENDS:
        if not _RELAXED:
            raise ImproperlyConfigured(f"SMS_BACKEND: {value} is for DEMO or DEBUG only")
        return _SMS_BACKENDS[value]
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", value):
        raise ImproperlyConfigured(
            f"SMS_BACKEND must be off, console, file or a class like ours.Provider: {value!r}"
        )
    return value


SMS_BACKEND = _sms_backend()
# Who a text message is from, where the provider takes it: a number, or a name of 11 letters.
SMS_FROM = env_str("SMS_FROM", "")
# 0: as fast as the provider takes them. Counted apart from MAILS_PER_MINUTE.
TEXTS_PER_MINUTE = env_int("TEXTS_PER_MINUTE", 0, least=0, most=1_000_000)
# Where FileBackend keeps them, a file each.
SMS_FOLDER = VAR_DIR / "texts"
# The country of numbers that are typed without their +code.
PHONE_REGION = env_str("PHONE_REGION", "US").upper()
if not re.fullmatch(r"[A-Z]{2}", PHONE_REGION):
    raise ImproperlyConfigured(f"PHONE_REGION must be a country like US or GB: {PHONE_REGION!r}")

# Language and time
# -----------------

USE_TZ = True
TIME_ZONE = env_choice("TIME_ZONE", "UTC", available_timezones())
USE_I18N = True
LANGUAGE_CODE = "en"
# Those that have a catalog. Which of them a clinic offers, it decides (recovery/queries/languages).
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["intracept_care.formats"]

# Files that every page shares
# ----------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = None if _RELAXED else VAR_DIR / "static"
# For trying, files are served from where they lie: gathering and packing them first would be most
# of the wait before the first page.
WHITENOISE_USE_FINDERS = _RELAXED
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if _RELAXED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# The web's own rules
# -------------------

HTTPS = env_bool("HTTPS", default=not _RELAXED)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# What an upload has beyond what any page takes is dropped while it is read.
FILE_UPLOAD_HANDLERS = [
    "recovery.forms.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# What else lives under the clinic's domain is not ours to decide, so other hosts are left out.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# What staff are told of a patient after a form waits in the session's row, not in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "recovery.sessions"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "recovery.views.errors.lost_token"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# How many proxies of ours stand before the web process. Each adds to X-Forwarded-For, and the
# nearest sets X-Forwarded-Proto; with none, those headers are a stranger's claim.
TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", 0, least=0, most=10)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# Celery: the engine. Rows say what is owed (recovery/models), so nothing here must survive.
# ------------------------------------------------------------------------------------------

_SOCKET = f"unix://{quote(str(VAR_DIR))}/valkey.sock"
_redis = env_url("REDIS_URL", _SOCKET, {"redis", "rediss", "unix"})
REDIS_URL = env_str("REDIS_URL", _SOCKET)
# redis-py and kombu name a socket differently; one variable serves both.
CELERY_BROKER_URL = (
    f"redis+socket://{_redis.path}?virtual_host={dict(parse_qsl(_redis.query)).get('db', '0')}"
    if _redis.scheme == "unix"
    else REDIS_URL
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Redis may be gone for as long as it likes; the worker waits for it.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_TASK_DEFAULT_QUEUE = "intracept-care"
# Alert mails have a queue, and the Procfile's `urgent` a process that takes nothing else. Every
# other worker listens to both, so that nothing waits where that process does not run.
URGENT_QUEUE = "intracept-care-urgent"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {CELERY_TASK_DEFAULT_QUEUE: {}, URGENT_QUEUE: {}}
CELERY_TASK_ROUTES = {"recovery.tasks.send_urgent": {"queue": URGENT_QUEUE}}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A hand-over that is cut in the middle leaves a mail of unknown fate; losing Redis cuts none.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
# The whole timetable. An entry expires before the next one of its kind, so that a worker that
# was away for a day finds one of each and not a day's pile.
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "recovery.tasks.tick",
        "schedule": crontab(),
        # A nudge may ask for a tick too; this one tells that beat lives.
        "kwargs": {"by_beat": True},
        "options": {"expires": 55},
    },
    "send": {
        "task": "recovery.tasks.send",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
    # By beat alone and never by a nudge, so that slow texts hold one process of a worker, not all.
    "send-texts": {
        "task": "recovery.tasks.send_texts",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
    "send-urgent": {
        "task": "recovery.tasks.send_urgent",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
    "digest": {
        "task": "recovery.tasks.digest",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
    "take-in": {
        "task": "recovery.tasks.take_in",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
    "rehearse": {
        "task": "recovery.tasks.rehearse",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
    "tidy": {
        "task": "recovery.tasks.tidy",
        "schedule": crontab(minute=30),
        "options": {"expires": 3500},
    },
}

# Words for the operator
# ----------------------

_LOG_LEVEL = env_choice("LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"})
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "intracept_care.logs.QuietFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": _LOG_LEVEL},
    "loggers": {
        # Replaces Django's own, which would print each line twice and mail tracebacks.
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        # Strangers who try other names for this machine; they get their 400.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Two lines for each task that comes and goes, each minute.
        "celery": {"level": "WARNING" if _LOG_LEVEL == "INFO" else _LOG_LEVEL},
        # The demo mailbox prints every word of every SMTP talk, addresses too.
        "mail.log": {"level": "WARNING"},
    },
}
