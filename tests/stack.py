"""The whole demonstration as processes, for tests that stand outside it: browsers, clients that others wrote, benches.

The service, its worker and both simulated sites run on free ports over a database of their own, with demo data.  The
keys are those of the tests, so that a test connected to the same database reads what the service sealed.
"""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.sites import Sites
from deploy.demo.stack import Stack
from tests import database
from tests.environment import SETTINGS

_SECRETS = {
    "secret_key": SETTINGS["SECRET_KEY"],
    "vault_key": SETTINGS["VAULT_KEYS"],
    "digest_key": SETTINGS["DIGEST_KEY"],
    "journal_key": SETTINGS["DIGEST_KEY"],
    "service_at_franceconnect": "tests-service-at-franceconnect",
    "administration_at_franceconnect": "tests-administration-at-franceconnect",
}


@dataclass(frozen=True)
class LiveStack:
    """A running demonstration: its origins, its accounts and clients, its database's name, its messages."""

    sites: Sites
    database: str
    processes: Stack

    @property
    def password(self) -> str:
        """The password of every demo account."""
        return str(self.sites.state()["password"])

    @property
    def sms_folder(self) -> Path:
        """Where the service leaves the SMS that it sends."""
        return self.sites.home / "sms"

    @property
    def emails_folder(self) -> Path:
        """Where the service leaves the e-mails that it sends."""
        return self.sites.home / "emails"


def free_ports(count: int) -> list[int]:
    """Return ports of this machine on which nobody listens now."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in probes]


@contextmanager
def running_stack(*, workers: int = 1) -> Iterator[LiveStack]:
    """Run a demonstration of its own until the end of the block, which leaves no process and no file."""
    home = Path(tempfile.mkdtemp(prefix="mandats-stack-", dir="/var/tmp"))
    try:
        with database.fresh_database() as name:
            sites = Sites(home, _SECRETS, *free_ports(4))
            with Stack(sites, database.service_url(name)) as processes:
                processes.prepare()
                processes.start_sites(pannes=True)
                processes.start_service(workers=workers)
                processes.start_worker()
                processes.wait_until_healthy()
                yield LiveStack(sites, name, processes)
    finally:
        shutil.rmtree(home, ignore_errors=True)
