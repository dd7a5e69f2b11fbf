"""The list of what is measured, and how one measure becomes a figure."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from aidants.domain.acteur import Acteur
from deploy.demo.home import ROOT
from mandats.registre.models import Autorisation, Mandat
from mandats.registre.papers import produce_document
from mandats.registre.services.sign import sign_mandat
from tests import builders
from tests.bench import dashboards, guesses, journal, tries
from tests.bench.data import STRUCTURES, Data
from tests.bench.figures import Figure, latencies, milliseconds
from tests.bench.operations import OPERATIONS, Item, drive
from tests.bench.processor import Spent, Target
from tests.bench.wire import Answer, Call, Unexpected

CLIENTS = 4
_COUNTED = 2
# Runs before the measure: each process of the service loads its templates, keys and connections.
_WARMING = 24


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: 1 for the figures, a hundredth for the test of this code."""

    scale: float

    def count(self, whole: int) -> int:
        """Return how many times, at least twice."""
        return max(2, round(whole * self.scale))

    @property
    def warming(self) -> int:
        """Return how many runs precede the measure."""
        return _WARMING if self.scale >= 1 else 2

    @property
    def writers(self) -> int:
        """Return how many processes write to the journal at once; starting one takes longer than its hundredth."""
        return 8 if self.scale >= 1 else 2

    @property
    def seconds(self) -> float:
        """Return the longest that one measure may take."""
        return 6.0 if self.scale >= 1 else 2.0


@dataclass(frozen=True, slots=True)
class Measure:
    """One operation under one name.  ``items`` gives that many items; ``repeat`` runs through them again and again."""

    name: str
    operation: str
    count: int
    items: Callable[[int], list[Item]]
    repeat: bool = True


def _nothing(_count: int) -> list[Item]:
    return [{}]


def measures(data: Data) -> tuple[Measure, ...]:
    """Return what is measured over HTTP, the baseline first."""
    json_site, jws_site, fc = data.administration, data.signing_administration, data.franceconnect
    return (
        Measure("sante", "sante", 4000, _nothing),
        Measure("discovery", "discovery", 2000, _nothing),
        Measure("jwks", "jwks", 2000, _nothing),
        Measure("status_list", "status_list", 1000, _nothing),
        Measure("status_list_past", "status_list", 200, lambda _: [{"query": f"?time={int(data.now.timestamp())}"}]),
        Measure("userinfo_json", "userinfo", 2000, lambda _: data.tokens(json_site, 50)),
        Measure("userinfo_jws", "userinfo", 2000, lambda _: data.tokens(jws_site, 50)),
        Measure("userinfo_first", "userinfo", 1000, lambda n: data.tokens(json_site, n, released=False), repeat=False),
        Measure("introspection", "introspection", 2000, lambda _: data.tokens(json_site, 50)),
        Measure("token_administration", "token", 1000, lambda n: data.codes(json_site, n), repeat=False),
        Measure("token_franceconnect", "token", 1000, lambda n: data.codes(fc, n), repeat=False),
        Measure("bridge_franceconnect", "bridge", 300, lambda _: data.flows(fc)),
        Measure("bridge_administration", "bridge", 300, lambda _: data.flows(json_site)),
        Measure("verification_api", "verification_api", 400, lambda _: data.questions),
        Measure("verification_page", "verification_page", 400, lambda _: data.questions),
        Measure("page_list", "page", 300, lambda _: data.pages("/mandats")),
        Measure("page_search", "page", 300, lambda _: data.pages("/mandats?q=NOM+A")),
        Measure("page_mandat", "page", 300, lambda _: data.pages(f"/mandats/{data.standing[0].mandat_id}")),
        Measure("sign_in", "sign_in", 60, data.newcomers, repeat=False),
    )


def _queries(measure: Measure, items: list[Item], origin: str) -> int:
    """Return how many statements one run sends to the database, once everything that is kept in memory is there."""
    browser = Browser(headers={"Host": urlsplit(origin).netloc})

    def send(call: Call) -> Answer:
        kind = call.headers.get("Content-Type", "")
        got = browser.generic(call.method, call.path, call.body, content_type=kind, headers=dict(call.headers))
        return Answer(got.status_code, {name.lower(): value for name, value in got.headers.items()}, got.content)

    operation = OPERATIONS[measure.operation]
    drive(operation(items[0]), send)
    with CaptureQueriesContext(connection) as captured:
        drive(operation(items[0 if measure.repeat else 1]), send)
    return len(captured)


def _load(measure: Measure, items: list[Item], target: Target, count: int, seconds: float) -> dict[str, Any]:
    """Run the load in a process of its own; raises :class:`Unexpected` when the service did not answer as it must."""
    address = urlsplit(target.origin)
    plan = {
        "operation": measure.operation,
        "host": address.hostname,
        "port": address.port,
        "clients": CLIENTS,
        "count": count,
        "seconds": seconds,
        "repeat": measure.repeat,
        "items": items,
    }
    command = [sys.executable, "-m", "tests.bench.load"]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(plan), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unexpected(f"{measure.name}: the load failed: {done.stderr[-300:]}")
    measured: dict[str, Any] = json.loads(done.stdout)
    if measured["failures"]:
        raise Unexpected(f"{measure.name}: {measured['failures'][0]}")
    return measured


def _cost(used: Spent, generator: float, runs: int) -> dict[str, float]:
    """Return what one run costs; ``others_s`` is what the rest of the machine spent meanwhile."""
    ours = used.service + used.database + generator
    each = used.service + used.database
    return {
        "service_cpu_ms": milliseconds(used.service / runs),
        "database_cpu_ms": milliseconds(used.database / runs),
        "generator_cpu_ms": milliseconds(generator / runs),
        "others_cpu_s": round(max(0.0, used.machine - ours), 2),
        "per_s_if_two_cores_alone": round(2 * runs / each, 1) if each else 0.0,
    }


def measure_over_http(measure: Measure, target: Target, size: Size) -> Figure:
    """Return the figure of one operation, with the latency of each step when it has several."""
    count, warming = size.count(measure.count), size.warming
    items = measure.items(count + _COUNTED + warming)
    queries = _queries(measure, items, target.origin)
    rest = items if measure.repeat else items[_COUNTED:]
    _load(measure, rest, target, warming, size.seconds)
    before = target.spent()
    measured = _load(measure, rest if measure.repeat else rest[warming:], target, count, size.seconds)
    used = target.spent().since(before)
    runs: list[float] = measured["runs"]
    steps: Mapping[str, list[float]] = measured["steps"]
    more: dict[str, Any] = {**latencies(runs), "sql_queries": queries, **_cost(used, measured["cpu"], len(runs))}
    if len(steps) > 1:
        more["steps"] = {name: latencies(seconds) for name, seconds in steps.items()}
    return Figure(measure.name, len(runs) / measured["elapsed"], "1/s", len(runs), {**more, "clients": CLIENTS})


def _one_by_one(name: str, acts: list[Callable[[], object]], target: Target) -> Figure:
    """Return the figure of a service called in this process, one act after the other."""
    with CaptureQueriesContext(connection) as captured:
        acts[0]()
    before, own, started = target.spent(), time.process_time(), time.perf_counter()
    runs = []
    for act in acts[1:]:
        at = time.perf_counter()
        act()
        runs.append(time.perf_counter() - at)
    elapsed, own = time.perf_counter() - started, time.process_time() - own
    used = target.spent().since(before)
    shared = Spent(own, used.database, used.machine)
    more = {**latencies(runs), "sql_queries": len(captured), **_cost(shared, 0.0, len(runs)), "clients": 1}
    return Figure(name, len(runs) / elapsed, "1/s", len(runs), more)


def conclude(data: Data, target: Target, size: Size) -> Iterator[Figure]:
    """Measure the signature of consented brouillons, then the making of their PDF."""
    doer: Acteur = builders.acteur(data.aidant, data.place)
    brouillons = data.consented(size.count(60))
    signed: list[Mandat] = []

    def sign(brouillon_id: UUID) -> None:
        outcome = sign_mandat(brouillon_id, doer, data.now)
        if not isinstance(outcome, Mandat):
            raise Unexpected(f"sign_mandat: {outcome}")
        signed.append(outcome)

    yield _one_by_one("mandat_signed", [partial(sign, row.id) for row in brouillons], target)
    printed = signed[: size.count(40)]
    yield _one_by_one("mandat_pdf", [partial(produce_document, row.id, doer, data.now) for row in printed], target)


def ratios(figures: Mapping[str, Figure]) -> Iterator[Figure]:
    """Compare processor times of one run, so that figures can be read on any machine."""

    def cost(name: str) -> float:
        more = figures[name].more
        return float(more["service_cpu_ms"] + more["database_cpu_ms"])

    pairs = [("userinfo_jws", "userinfo_json")]
    pairs += [(name, "sante") for name in figures if name != "sante" and not name.startswith("mandat_")]
    for name, base in pairs:
        if cost(base):
            yield Figure(f"{name}_to_{base}", cost(name) / cost(base), "ratio", figures[name].n)


def machine(data: Data) -> Iterator[Figure]:
    """Say on what the figures stand: processors, load at the start, rows."""
    yield Figure("processors", os.cpu_count() or 0, "1", 1)
    yield Figure("load_average", os.getloadavg()[0], "1", 1)
    yield Figure("mandats_standing", data.mandats, "1", 1, {"structures": STRUCTURES})


def _acts(data: Data, size: Size) -> journal.Acts:
    """Return what the desk's aidant may declare uses of, and conclude."""
    # Each process has as many in each turn, and needs one more than it is measured upon.
    waiting = data.consented(max(6 * size.writers, size.count(480)))
    rows = Autorisation.objects.filter(structure=data.place, ended_at__isnull=True, mandat__expires_at__gt=data.now)
    found = [str(one) for one in rows.order_by("id").values_list("id", flat=True)[:400]]
    return journal.Acts(size.writers, str(data.aidant.id), str(data.place.id), found, [str(row.id) for row in waiting])


def run(data: Data, target: Target, size: Size, only: frozenset[str] = frozenset()) -> Iterator[Figure]:
    """Yield every figure, or those that ``only`` names, as soon as each is known."""
    yield from machine(data)
    figures: dict[str, Figure] = {}
    for measure in measures(data):
        if not only or measure.name in only:
            figures[measure.name] = measure_over_http(measure, target, size)
            yield figures[measure.name]
    if not only:
        yield from conclude(data, target, size)
        yield from ratios(figures)
    if not only or "journal" in only:
        yield from journal.figures(target.origin, size.scale, partial(_acts, data, size))
    if "guesses" in only:
        yield from guesses.figures(data, size.count(guesses.TRIES))
    if "sign_in_tries" in only:
        yield from tries.figures(size.count(tries.TRIES))
    if not only or "dashboards" in only:
        yield from dashboards.figures(size.scale)
