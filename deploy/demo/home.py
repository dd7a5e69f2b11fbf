"""The private folder in which one demo lives between runs: its database, its secrets, its lock.

The folder's name derives from the checkout and the port, so that two demos never share anything.  The secrets protect
the demo's data from other accounts of the machine and nothing else.
"""

import base64
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PARENT = Path("/var/tmp")  # noqa: S108 -- the folder below is refused unless it is ours alone

_SECRET_NAMES = (
    "secret_key",
    "vault_key",
    "digest_key",
    "journal_key",
    "service_at_franceconnect",
    "administration_at_franceconnect",
)


class AlreadyRunning(RuntimeError):
    """Another demo of this checkout runs on the same port."""


def demo_home(port: int) -> Path:
    """Return the folder of the demo of this checkout on ``port``; it may not exist yet."""
    checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]
    return PARENT / f"mandats-demo-{os.geteuid()}-{checkout}-{port}"


def write_private(file: Path, text: str) -> None:
    """Write ``text`` into ``file``, which only this account may read, whole or not at all."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    unfinished.replace(file)


def _fresh_secret() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def demo_secrets(home: Path) -> Mapping[str, str]:
    """Return the demo's secrets (base64url of 32 random bytes each), made the first time."""
    file = home / "secrets.json"
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = [name for name in _SECRET_NAMES if name not in kept]
    if missing:
        kept |= {name: _fresh_secret() for name in missing}
        write_private(file, json.dumps(kept, indent=1))
    return kept


@contextmanager
def sole_tenant(home: Path) -> Iterator[None]:
    """Keep the folder for this process alone; raises :class:`AlreadyRunning`."""
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(str(home)) from error
        yield
