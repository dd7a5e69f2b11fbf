"""Processes that write at once: bare entries of the journal, or real acts with and without their entry.

Run as a program it is one of them: its plan comes by standard input; how many acts it did, and the processor time that
they took, go to standard output.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from deploy.demo.home import ROOT
from tests.bench.processor import spent_by
from tests.database import service_url, the_server
from tests.environment import SETTINGS


@dataclass(frozen=True, slots=True)
class Run:
    """What was done: acts, seconds by the clock, seconds of processor (writers, database, sequencer).

    ``written``: each entry of a plan with a ``rate``, and when its transaction had ended, by the machine's one clock.
    ``seen``: how large the tree was, and when, each time that the sequencer had worked.
    """

    acts: int
    seconds: float
    processor: float
    written: list[tuple[int, float]]
    seen: list[tuple[float, int]]


class Exhausted(Exception):
    """Nothing is left to act upon."""


def together(plans: Sequence[dict[str, Any]], database: str, *, sequencer: bool) -> Run:
    """Run one process a plan, started at the same moment; ``sequencer``: while it works beside them."""
    environment = {**SETTINGS, **os.environ, "DATABASE_URL": service_url(database)}
    # The text of a mandat names the service: what was read under one address is not signed under another.
    environment |= {"DJANGO_SETTINGS_MODULE": "deploy.settings", "ISSUER": settings.ISSUER}
    command = [sys.executable, "-m", "tests.bench.writers"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) for _ in plans]
    for process, plan in zip(running, plans, strict=True):
        process.stdin.write(json.dumps(plan) + "\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    seen: list[tuple[float, int]] = []
    before, started = _spent(), time.monotonic()
    with _sequencer(seen) if sequencer else nullcontext():
        for process in running:
            process.stdin.write("go\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        told = [json.loads(process.communicate()[0]) for process in running]
    seconds, spent = time.monotonic() - started, _spent() - before
    written = [(number, moment) for one in told for number, moment in one["written"]]
    acts, processor = sum(one["acts"] for one in told), spent + sum(one["processor"] for one in told)
    return Run(acts, seconds, processor, written, seen)


def _spent() -> float:
    """Return the processor time of the database and of this process until now."""
    pid_file = the_server().home / "data" / "postmaster.pid"
    return spent_by(int(pid_file.read_text().split()[0])) + time.process_time()


@contextmanager
def _sequencer(seen: list[tuple[float, int]]) -> Iterator[None]:
    """Integrate every second, as `manage.py work` does, and once more at the end."""
    from django.db import connection
    from django.utils import timezone

    from aidants.journal.publication import newest_size
    from aidants.journal.sequence import integrate

    ended = threading.Event()

    def work() -> None:
        going = True
        while going:
            going = not ended.wait(1.0)
            integrate(timezone.now())
            seen.append((time.monotonic(), newest_size()))
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _append(_plan: dict[str, Any]) -> Callable[[], object]:
    from django.db import transaction
    from django.utils import timezone

    from aidants.domain.acteur import ANONYME
    from aidants.domain.events import SIGN_IN
    from aidants.journal.record import record

    def act() -> int:
        with transaction.atomic():
            return record(SIGN_IN, acteur=ANONYME, at=timezone.now())

    return act


def _use(plan: dict[str, Any]) -> Callable[[], object]:
    from django.utils import timezone

    from aidants.domain.acteur import Acteur, Kind
    from aidants.domain.decisions import Denied
    from mandats.domain.durees import local_date
    from mandats.registre.services import uses

    if not plan["journal"]:
        uses.record = lambda *_args, **_facts: 0
    acteur = Acteur(Kind.COMPTE, UUID(plan["aidant"]), UUID(plan["structure"]), "aidant")
    waiting = [UUID(text) for text in plan["autorisations"]]
    place = 0

    def act() -> None:
        nonlocal place
        now = timezone.now()
        told: dict[str, Any] = {"channel": "telephone", "body": "CAF", "description": "appel", "now": now}
        row, place = waiting[place % len(waiting)], place + 1
        done = uses.declare_utilisation(row, acteur, used_on=local_date(now, "Europe/Paris"), **told)
        if isinstance(done, Denied):
            raise RuntimeError(done.reason.code)

    return act


def _sign(plan: dict[str, Any]) -> Callable[[], object]:
    from django.utils import timezone

    from aidants.domain.acteur import Acteur, Kind
    from aidants.domain.decisions import Denied
    from mandats.registre.services import sign

    if not plan["journal"]:
        sign.record = lambda *_args, **_facts: 0
    acteur = Acteur(Kind.COMPTE, UUID(plan["aidant"]), UUID(plan["structure"]), "aidant")
    waiting = [UUID(text) for text in plan["brouillons"]]

    def act() -> None:
        if not waiting:
            raise Exhausted
        done = sign.sign_mandat(waiting.pop(), acteur, timezone.now())
        if isinstance(done, Denied):
            raise RuntimeError(done.reason.code)

    return act


def main() -> None:
    """Be one of the processes."""
    import django

    django.setup()
    plan = json.loads(sys.stdin.readline())
    act = {"append": _append, "use": _use, "sign": _sign}[plan["what"]](plan)
    act()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    before, rate = time.process_time(), plan.get("rate", 0.0)
    done = [(given, time.monotonic()) for given in _acts(act, plan["seconds"], rate)]
    spent = time.process_time() - before
    sys.stdout.write(json.dumps({"acts": len(done), "processor": spent, "written": done if rate else []}))


def _acts(act: Callable[[], object], seconds: float, rate: float) -> Iterator[object]:
    """Act until the time is over or nothing is left, at a steady rate unless it is 0; yield what each act returns."""
    started, count = time.monotonic(), 0
    while (now := time.monotonic()) - started < seconds:
        if rate and (early := started + count / rate - now) > 0:
            time.sleep(early)
        try:
            yield act()
        except Exhausted:
            return
        count += 1


if __name__ == "__main__":
    main()
