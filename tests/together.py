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


def waiting_for_a_lock() -> int:
    """Return how many connections to the test's own database wait for a lock: other tests share the server."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction would read the same answer again
        cursor.execute(waiting)
        return int(cursor.fetchone()[0])


def wait_for_locks(count: int) -> None:
    """Return when exactly ``count`` connections wait for a lock; fail after twenty seconds."""
    wait_until(lambda: waiting_for_a_lock() == count, seconds=20, otherwise=f"{count} connections never waited")
