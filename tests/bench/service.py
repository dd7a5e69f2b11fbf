"""The service under measure: the processes of `make demo`'s service on a database of their own."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from deploy.demo.postgres import ADMIN_ROLE
from deploy.demo.sites import Sites
from deploy.demo.stack import Stack, StackFailed
from tests.bench.processor import Target
from tests.bench.wire import Call, Wire
from tests.database import service_url, the_server
from tests.environment import SETTINGS
from tests.stack import collect_once

_PATIENCE = 60.0


def sites_at(home: Path, port: int) -> Sites:
    """Return the demonstration's records for a service on ``port``, with the keys of the tests."""
    secrets = {
        "secret_key": SETTINGS["SECRET_KEY"],
        "vault_key": SETTINGS["VAULT_KEYS"],
        "digest_key": SETTINGS["DIGEST_KEY"],
        "journal_key": SETTINGS["DIGEST_KEY"],
        "service_at_franceconnect": SETTINGS["FRANCECONNECT_CLIENT_SECRET"],
        "administration_at_franceconnect": "unused",
    }
    return Sites(home, secrets, port, port, port, port)


def tell_planner(database: str) -> None:
    """Give PostgreSQL the statistics that autovacuum would have by now in a service that lives."""
    with psycopg.connect(the_server().url(ADMIN_ROLE, database), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _wait(target: Target, port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with Wire("localhost", port) as wire:
                wire.send(Call("sante", "GET", "/sante"))
        except OSError as error:
            if time.monotonic() > deadline:
                raise StackFailed(f"{target.origin} does not answer") from error
            time.sleep(0.1)
        else:
            return


@contextmanager
def running(sites: Sites, database: str) -> Iterator[Target]:
    """Run the service over ``database`` until the end of the block."""
    with Stack(sites, service_url(database)) as stack:
        collect_once(stack)
        stack.start_service()
        pid_file = the_server().home / "data" / "postmaster.pid"
        target = Target(sites.service, stack._children["service"].pid, int(pid_file.read_text().split()[0]))
        _wait(target, sites.service_port)
        yield target


def settings_for(sites: Sites, database: str) -> None:
    """Give this process the settings of the service, before Django reads them."""
    os.environ.update(sites.service_environment(service_url(database)))
