"""The load generator: a process of its own, so that what it spends is not taken for the service's.

`python -m tests.bench.load` reads a plan (JSON) on its standard input and writes what it measured (JSON).  Each client
is a thread with one kept-alive connection that runs the operation again and again until the count or the time is spent.
"""

import json
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.bench.operations import OPERATIONS, Item, drive
from tests.bench.wire import Answer, Call, Wire


@dataclass
class Tally:
    """What one client measured: seconds of each whole run, and of each named step."""

    runs: list[float] = field(default_factory=list)
    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failure: str = ""


class Items:
    """Hands out what each run needs: each item once, or round and round when ``repeat``."""

    def __init__(self, items: list[Item], count: int, *, repeat: bool) -> None:
        self._items, self._count = items, count if repeat else min(count, len(items))
        self._next = 0
        self._lock = threading.Lock()

    def take(self) -> Item | None:
        """Return the next item, ``None`` when the count is spent."""
        with self._lock:
            if self._next >= self._count:
                return None
            self._next += 1
            return self._items[(self._next - 1) % len(self._items)]


def _client(plan: dict[str, Any], items: Items, deadline: float, tally: Tally) -> None:
    operation = OPERATIONS[plan["operation"]]
    with Wire(plan["host"], plan["port"]) as wire:

        def send(call: Call) -> Answer:
            started = time.perf_counter()
            answer = wire.send(call)
            tally.steps[call.name].append(time.perf_counter() - started)
            return answer

        try:
            while time.monotonic() < deadline and (item := items.take()) is not None:
                started = time.perf_counter()
                drive(operation(item), send)
                tally.runs.append(time.perf_counter() - started)
        except (RuntimeError, OSError, LookupError) as error:
            tally.failure = f"{type(error).__name__}: {error}"


def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Run the plan; return seconds of each run and step, the whole time, and this process's own processor time."""
    items = Items(plan["items"], plan["count"], repeat=plan["repeat"])
    tallies = [Tally() for _ in range(plan["clients"])]
    started, deadline = time.perf_counter(), time.monotonic() + plan["seconds"]
    threads = [threading.Thread(target=_client, args=(plan, items, deadline, tally)) for tally in tallies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    steps: dict[str, list[float]] = defaultdict(list)
    for tally in tallies:
        for name, seconds in tally.steps.items():
            steps[name] += seconds
    return {
        "runs": [seconds for tally in tallies for seconds in tally.runs],
        "steps": steps,
        "elapsed": elapsed,
        "cpu": time.process_time(),
        "failures": [tally.failure for tally in tallies if tally.failure],
    }


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
