"""The journal's figures: appending, integrating and proving as it grows, the delay of integration, audits from outside.

Entries are made in bulk between the sizes; what is measured goes through the journal's own functions and the service.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from aidants.domain.acteur import ANONYME
from aidants.domain.events import SIGN_IN
from aidants.journal.audit import Policy, audit
from aidants.journal.audit_source import Source
from aidants.journal.audit_state import State
from aidants.journal.merkle import inclusion_proof
from aidants.journal.models import Leaf
from aidants.journal.publication import newest_size
from aidants.journal.record import record
from aidants.journal.sequence import integrate, journal_signer
from aidants.journal.tiles import path_reader
from tests.bench.figures import Figure, latencies, milliseconds, percentile
from tests.bench.writers import Run, together

_RATE = 500
_BULK = """
INSERT INTO journal_entree (event, at, acteur_kind, reason, body, digest)
SELECT 'compte:sign_in', now(), 'anonyme', '', '{}', sha256(n::text::bytea) FROM generate_series(1, %s) AS n
"""


@dataclass(frozen=True, slots=True)
class Acts:
    """What real acts are done upon: an aidant's autorisations, and brouillons that wait for the acceptation.

    ``processes`` share them.
    """

    processes: int
    aidant: str
    structure: str
    autorisations: list[str]
    brouillons: list[str]

    def share(self, at: int, turn: int, turns: int) -> dict[str, object]:
        """Return what one process acts upon in one turn, and no other does."""
        own, every = self.autorisations[at :: self.processes], self.processes * turns
        brouillons = self.brouillons[turn * self.processes + at :: every]
        return {"aidant": self.aidant, "structure": self.structure, "autorisations": own, "brouillons": brouillons}


def figures(origin: str, scale: float, acts: Callable[[], Acts]) -> Iterator[Figure]:
    """Yield the journal's figures; ``scale`` 1 goes up to a million entries, at ``origin`` the service reads them.

    The smallest sizes come first, while the journal is small; ``acts`` makes what writes entries of its own.
    """
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= 1_000_000 * scale]
    for size in sizes[:2]:
        yield from _at(size)
    rounds, given = 3 if scale >= 1 else 1, acts()
    processes = given.processes
    yield from _cost("use", given, max(5.0 * scale, 0.4), rounds)
    yield from _cost("sign", given, 60.0, rounds)
    yield from _writers(max(30.0 * scale, 0.5), processes)
    yield from _delay(10.0 * max(scale, 0.2), processes)
    for size in sizes[2:]:
        yield from _at(size)
    yield from _audits(origin, scale)


def _append() -> int:
    with transaction.atomic():
        return record(SIGN_IN, acteur=ANONYME, at=timezone.now())


def _timed(act: Callable[[], object], count: int) -> list[float]:
    spent = []
    for _ in range(count):
        started = time.perf_counter()
        act()
        spent.append(time.perf_counter() - started)
    return spent


def _grow(size: int) -> float:
    """Bring the tree to ``size`` entries; return how many were integrated a second."""
    integrate(timezone.now(), wait=True)
    missing = max(0, size - newest_size())
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_BULK, [missing])
        cursor.execute("RESET statement_timeout")
    started = time.perf_counter()
    integrate(timezone.now(), wait=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journal_entree, journal_leaf, journal_node")
    return missing / (time.perf_counter() - started)


def _at(size: int) -> Iterator[Figure]:
    rate = _grow(size)
    yield Figure(f"journal_integrate_to_{size}", rate, "1/s", size)
    appends = _timed(_append, 200)
    integrate(timezone.now(), wait=True)
    now_size = newest_size()
    more: dict[str, object] = {**latencies(appends), "size": now_size}
    yield Figure(f"journal_append_at_{size}", percentile(appends, 0.5) * 1000, "ms", len(appends), more)
    places = iter(number % now_size for number in range(0, 7919 * 100, 7919))

    def prove() -> None:
        place = next(places)
        inclusion_proof(path_reader(place, now_size), place, now_size)

    proofs = _timed(prove, 100)
    more = {**latencies(proofs), "size": now_size}
    yield Figure(f"journal_proof_at_{size}", percentile(proofs, 0.5) * 1000, "ms", len(proofs), more)


def _writers(seconds: float, processes: int) -> Iterator[Figure]:
    """Append from several processes at once while the sequencer runs; nothing may be lost, nothing twice."""
    integrate(timezone.now(), wait=True)
    before = newest_size()
    done = together([{"what": "append", "seconds": seconds}] * processes, _database(), sequencer=True)
    integrate(timezone.now(), wait=True)
    # Each has written one more to warm up.
    more = {"processes": processes, "lost": before + done.acts + processes - newest_size()}
    yield Figure("journal_append", done.acts / done.seconds, "1/s", done.acts, more)


def _cost(name: str, acts: Acts, seconds: float, rounds: int) -> Iterator[Figure]:
    """Compare a real act with the same act without its entry, in turns: what else the machine does falls on both.

    The figure is the processor time of one act with its entry, the sequencer's work beside it included, over that of
    one without either.
    """
    runs: dict[bool, list[Run]] = {True: [], False: []}
    for turn in range(rounds * 2):
        journal = turn % 2 == 0
        plans = [
            {"what": name, "seconds": seconds, "journal": journal, **acts.share(at, turn, rounds * 2)}
            for at in range(acts.processes)
        ]
        runs[journal].append(together(plans, _database(), sequencer=journal))
    each = {told: _total(found, "processor") / max(1, _total(found, "acts")) for told, found in runs.items()}
    rates = {told: _total(found, "acts") / _total(found, "seconds") for told, found in runs.items()}
    more = {
        "processes": acts.processes,
        "with_cpu_ms": milliseconds(each[True]),
        "without_cpu_ms": milliseconds(each[False]),
        "with_per_s": round(rates[True], 1),
        "without_per_s": round(rates[False], 1),
    }
    yield Figure(f"journal_cost_of_{name}", each[True] / each[False], "ratio", round(_total(runs[True], "acts")), more)


def _total(runs: list[Run], what: str) -> float:
    return float(sum(getattr(run, what) for run in runs))


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _delay(seconds: float, processes: int) -> Iterator[Figure]:
    """Append at a steady rate from several processes while the sequencer looks each second."""
    integrate(timezone.now(), wait=True)
    plan = {"what": "append", "seconds": seconds, "rate": _RATE / processes}
    done = together([plan] * processes, _database(), sequencer=True)
    leaves = Leaf.objects.filter(entree__in=[entry for entry, _ in done.written])
    numbers = dict(leaves.values_list("entree_id", "number"))
    delays = [_moment(done.seen, numbers[entry]) - moment for entry, moment in done.written]
    more = {"p99_s": round(percentile(delays, 0.99), 3), "rate": round(len(delays) / seconds)}
    yield Figure("journal_delay", percentile(delays, 0.5), "s", len(delays), more)


def _moment(seen: list[tuple[float, int]], number: int) -> float:
    """Return when the tree was first seen to hold a number."""
    return next(at for at, size in seen if size > number)


def _audits(origin: str, scale: float) -> Iterator[Figure]:
    """Audit the whole journal over HTTP, then what came since."""
    policy, source = Policy(journal_signer().verifier), Source(f"{origin}/journal")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        for name, growth in (("whole", 0), ("since", round(2000 * scale))):
            _grow(newest_size() + growth)
            started = time.perf_counter()
            found = audit(source, State.load(Path(folder)), policy)
            yield Figure(f"journal_audit_{name}", time.perf_counter() - started, "s", found.fresh)
