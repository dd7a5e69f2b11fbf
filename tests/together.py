"""Several at once, and what comes in its own time: for tests of races, and of what other processes do by themselves.

Never decides how long something may take: whoever waits says it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic, sleep
from typing import Any

from django.db import connection

_STEP_SECONDS = 0.1


def at_once(*acts: Callable[[], Any], refused: type[Exception] | tuple[()] = ()) -> list[Any]:
    """Run each act in a thread and on a connection of its own, released together; return what each gave, in order.

    An exception of the kind ``refused`` is what that act gave; any other one is raised here.
    """
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait()
            return act()
        except refused as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def wait_until(true: Callable[[], bool], *, seconds: float, otherwise: str) -> None:
    """Ask until it is true; fail with ``otherwise`` after that long."""
    deadline = monotonic() + seconds
    while not true():
        assert monotonic() < deadline, otherwise
        sleep(_STEP_SECONDS)
