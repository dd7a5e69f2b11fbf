"""`python -m tests.bench`: prints the figures, stops everything that it started, removes what it wrote."""

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import NoReturn

from deploy.demo.postgres import PostgresUnavailable
from deploy.demo.sites import Sites
from deploy.demo.stack import StackFailed
from tests import database
from tests.bench.wire import Unexpected
from tests.ports import free_port


def _figures(home: Path, scale: float, only: frozenset[str]) -> None:
    import django

    from tests.bench import service

    sites = service.sites_at(home, free_port())
    with database.running_server(durable=True), database.fresh_database() as name:
        service.settings_for(sites, name)
        django.setup()
        _measure(sites, name, scale, only)


def _measure(sites: Sites, name: str, scale: float, only: frozenset[str]) -> None:
    from django.db import connection
    from django.test.utils import setup_test_environment

    from tests.bench import data, service, suite, tries

    setup_test_environment()
    if only == {"sign_in_tries"}:  # a siege needs no mandat and no service of its own
        for figure in tries.figures(suite.Size(scale).count(tries.TRIES)):
            figure.show()
        return
    size = suite.Size(scale)
    rows = data.make(size.count(3000))
    rows.standing  # noqa: B018 -- made before the service starts
    service.tell_planner(name)
    try:
        with service.running(sites, name) as target:
            for figure in suite.run(rows, target, size, only):
                figure.show()
    finally:
        connection.close()


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """Leave by the way that removes what was written."""
    sys.exit(1)


def main() -> int:
    """Measure at the size asked; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1 for the figures; 0.01 to try the code")
    parser.add_argument("only", nargs="*", help="names of the figures wanted; all of them if none is given")
    options = parser.parse_args()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _end)
    home = Path(tempfile.mkdtemp(prefix="mandats-bench-", dir="/var/tmp"))
    try:
        _figures(home, options.scale, frozenset(options.only))
    except (Unexpected, StackFailed, PostgresUnavailable) as error:
        sys.stderr.write(f"No figures: {error}\n")
        return 1
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
