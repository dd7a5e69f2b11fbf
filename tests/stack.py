"""The whole demonstration as processes, for tests that stand outside it: browsers, clients that others wrote, benches.

The service, its worker and both simulated sites run on free ports over a database of their own, with demo data.  The
keys are those of the tests, so that a test connected to the same database reads what the service sealed.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.sites import Sites
from deploy.demo.stack import Stack
from tests import database
from tests.environment import SETTINGS
from tests.ports import free_ports

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


def collect_once(processes: Stack) -> None:
    """Collect static files for the first stack of a run, and link them into the folder of the others."""
    shared, home = database.the_server().home / "collected", processes.sites.home
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if shared.exists():
            shutil.copytree(shared, home, copy_function=os.link, dirs_exist_ok=True)
        else:
            processes.start_collecting()()
            unfinished = shared.with_suffix(".unfinished")
            shutil.copytree(home / "static", unfinished / "static", copy_function=os.link)
            shutil.copy(home / "static.txt", unfinished)
            unfinished.replace(shared)


@contextmanager
def running_stack(*, workers: int = 1) -> Iterator[LiveStack]:
    """Run a demonstration of its own until the end of the block, which leaves no process and no file."""
    home = Path(tempfile.mkdtemp(prefix="mandats-stack-", dir="/var/tmp"))
    try:
        with database.fresh_database() as name:
            sites = Sites(home, _SECRETS, *free_ports(4))
            with Stack(sites, database.service_url(name)) as processes:
                collect_once(processes)
                processes.prepare()
                processes.start_sites(pannes=True)
                processes.start_service(workers=workers)
                processes.start_worker()
                processes.wait_until_healthy()
                yield LiveStack(sites, name, processes)
    finally:
        shutil.rmtree(home, ignore_errors=True)
