"""Find PostgreSQL and Redis on this machine, or start them; print where they are for the shell.

Nothing that runs already is stopped. Needs the environment of requirements.txt.
"""

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

DATABASE = "care_ci"
REDIS = "redis://127.0.0.1:6379/10"


def log(text: str) -> None:
    print(f"services: {text}", file=sys.stderr)


def run(*command: str) -> bool:
    log(" ".join(command[:4]))
    done = subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def servers() -> Iterator[str]:
    """Places where a server of this machine may let us in, the likeliest first."""
    if named := os.environ.get("DATABASE_URL"):
        yield named
    for user in (os.environ.get("USER", "root"), "root", "postgres"):
        yield f"postgresql:///postgres?host=/var/run/postgresql&user={user}"
        yield f"postgresql://{user}@127.0.0.1:5432/postgres"


def may_create_databases(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            return bool(row and row[0])
    except psycopg.Error:
        return False


def own_role() -> str | None:
    """As root, have the server's own user make a role for us with a password of this run."""
    word = secrets.token_hex(16)
    role = (
        f"DROP ROLE IF EXISTS {DATABASE}; CREATE ROLE {DATABASE} LOGIN SUPERUSER PASSWORD '{word}'"
    )
    if run("runuser", "-u", "postgres", "--", "psql", "-qc", role):
        return f"postgresql://{DATABASE}:{word}@127.0.0.1:5432/postgres"
    return None


def start_clusters() -> None:
    """Start what Debian's packages have set up; one that runs already says so and goes on."""
    for cluster in sorted(Path("/etc/postgresql").glob("*/main")):
        run("pg_ctlcluster", "--skip-systemctl-redirect", cluster.parent.name, "main", "start")
    time.sleep(2)


def postgres() -> str:
    for prepare in (lambda: None, start_clusters):
        prepare()
        for url in servers():
            if may_create_databases(url):
                return url
    if shutil.which("runuser") and shutil.which("psql") and (url := own_role()):
        return url
    raise SystemExit("services: no PostgreSQL lets us create a database")


def fresh_database(server: str) -> str:
    """Create our database anew and return its address as DATABASE_URL spells it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
        info = connection.info
        user = ":".join(quote(part, safe="") for part in (info.user, info.password) if part)
        return f"postgres://{user}@/{DATABASE}?host={quote(info.host)}&port={info.port}"


def redis_answers() -> bool:
    try:
        return bool(redis.Redis.from_url(REDIS, socket_timeout=2).ping())
    except redis.RedisError:
        return False


def broker() -> str:
    if not redis_answers():
        options = ("--daemonize", "yes", "--bind", "127.0.0.1", "--port", "6379", "--save", "")
        run("redis-server", *options)
        time.sleep(1)
    if not redis_answers():
        raise SystemExit("services: no Redis on 127.0.0.1:6379")
    return REDIS


def main() -> None:
    print(f"export DATABASE_URL='{fresh_database(postgres())}'")
    print(f"export REDIS_URL='{broker()}'")


if __name__ == "__main__":
    main()
