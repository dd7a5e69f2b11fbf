"""The databases of the tests: one embedded server a run, one migrated template, clones of it.

Migrating takes ten seconds, so the migrated server is kept in the environment's folder, under a digest of all that
made it, and copied by the runs that follow.  One parent starts the server and leaves its folder in the environment,
where workers of pytest-xdist and the processes that a test starts find it.  Clones are made by an administrator;
everything else connects as the service, which can neither change a table nor touch what the journal holds.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from deploy.demo.postgres import ADMIN_ROLE, OWNER_ROLE, PRIVILEGES_SQL, ROLES_SQL, SERVICE_ROLE, EmbeddedPostgres
from tests.environment import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
_HOME_VARIABLE = "MANDATS_TESTS_POSTGRES"
_TEMPLATE = "template_migrated"
_UNFINISHED = "template_unfinished"
_KEPT = Path(sys.prefix) / "migrated-for-tests"


@contextmanager
def server_apart(*, durable: bool = False) -> Iterator[EmbeddedPostgres]:
    """Run a server in a private folder that disappears afterwards; ``durable`` as in production (load figures)."""
    home = Path(tempfile.mkdtemp(prefix="mandats-tests-", dir="/var/tmp"))
    try:
        with EmbeddedPostgres(home, durable=durable) as server:
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _what_made_it() -> str:
    """Return a digest of all that the migrated template depends on: migrations, what they read, packages, programs."""
    digest = hashlib.sha256(sys.version.encode())
    rooms = (ROOT / app for app in ("aidants", "mandats", "oidc", "deploy"))
    read = {file for room in rooms for file in room.rglob("*.py") if {"migrations", "management"} & set(file.parts)}
    read |= {
        ROOT / "deploy" / "settings.py",
        ROOT / "requirements-dev.txt",
        ROLES_SQL,
        PRIVILEGES_SQL,
        ROOT / "deploy" / "demo" / "postgres.py",
    }
    for file in sorted(read):
        digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:32]


def _copied_from_earlier(home: Path, made_by: str) -> bool:
    kept = _KEPT / made_by
    if not kept.is_dir():
        return False
    shutil.copytree(kept, home / "data")
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if account is not None:
        for place in (home / "data").rglob("*"):
            os.chown(place, account.pw_uid, account.pw_gid)
    return True


def _keep_for_later(home: Path, made_by: str) -> None:
    unfinished = _KEPT / f"{uuid.uuid4().hex}.unfinished"
    shutil.rmtree(_KEPT, ignore_errors=True)
    shutil.copytree(home / "data", unfinished, ignore=shutil.ignore_patterns("postmaster.pid"))
    unfinished.replace(_KEPT / made_by)


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[EmbeddedPostgres]:
    """Run the server of this test run and tell workers where it is; ``durable`` as in production (load figures)."""
    home = Path(tempfile.mkdtemp(prefix="mandats-tests-", dir="/var/tmp"))
    os.environ[_HOME_VARIABLE] = str(home)
    # Read before migrating: a file written meanwhile is in the digest of the next run, and not in this template.
    made_by = _what_made_it()
    try:
        if not _copied_from_earlier(home, made_by):
            with EmbeddedPostgres(home, durable=False):
                ensure_template()
            _keep_for_later(home, made_by)
        with EmbeddedPostgres(home, durable=durable) as server:
            yield server
    finally:
        del os.environ[_HOME_VARIABLE]
        shutil.rmtree(home, ignore_errors=True)


def the_server() -> EmbeddedPostgres:
    """Return the server that the parent of this run started."""
    return EmbeddedPostgres(Path(os.environ[_HOME_VARIABLE]), durable=False)


def service_url(database: str) -> str:
    """Return the address of ``database`` for the service's role, for a process that a test starts."""
    return the_server().url(SERVICE_ROLE, database)


def _administer(*statements: sql.Composed) -> None:
    with psycopg.connect(the_server().url(ADMIN_ROLE, "postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _migrate(database: str) -> None:
    environment = {
        **os.environ,
        **SETTINGS,
        "DATABASE_URL": the_server().url(SERVICE_ROLE, database),
        "DATABASE_OWNER_URL": the_server().url(OWNER_ROLE, database),
        "DJANGO_SETTINGS_MODULE": "deploy.settings",
    }
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"migrate failed:\n{done.stdout}{done.stderr}")


def ensure_template() -> None:
    """Make the migrated template unless another worker has made it."""
    server = the_server()
    with (server.home / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if server.has_database(_TEMPLATE):
            return
        _administer(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(_UNFINISHED)))
        server.create_database(_UNFINISHED)
        _migrate(_UNFINISHED)
        names = sql.Identifier(_UNFINISHED), sql.Identifier(_TEMPLATE)
        _administer(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))


@contextmanager
def fresh_database() -> Iterator[str]:
    """Clone the template and give the clone's name; drop it afterwards, whoever is still connected."""
    ensure_template()
    name = f"clone_{uuid.uuid4().hex[:12]}"
    clone, template = sql.Identifier(name), sql.Identifier(_TEMPLATE)
    _administer(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
            clone, template, sql.Identifier(OWNER_ROLE)
        ),
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(clone),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(clone, sql.Identifier(SERVICE_ROLE)),
    )
    try:
        yield name
    finally:
        _administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(clone))


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    """Point Django's default connection at ``database`` for every thread, until the end of the block."""
    server, chosen = the_server(), connections["default"].settings_dict
    before: dict[str, Any] = {name: chosen[name] for name in ("NAME", "USER", "HOST", "PORT", "PASSWORD")}
    connections["default"].close()
    address = psycopg.conninfo.conninfo_to_dict(server.url(SERVICE_ROLE, database))
    chosen.update(NAME=database, USER=SERVICE_ROLE, HOST=str(address["host"]), PORT="", PASSWORD="")
    try:
        yield
    finally:
        connections["default"].close()
        chosen.update(before)
