"""Every dashboard on the scheme at its full size: the first look and those that follow, statements, processor time.

The first look at each page is told apart: nothing of it was asked before, of PostgreSQL nor of us.
"""

import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.structures.models import Affectation
from mandats.pilotage.par_departement import count_mandats
from tests import builders
from tests.bench import scheme_data
from tests.bench.figures import Figure, latencies, milliseconds
from tests.bench.service import tell_planner

PAGES = {
    "dashboard_nation": "/pilotage",
    "dashboard_nation_two_years": "/pilotage?mois=24",
    "dashboard_nation_csv": "/pilotage?mois=24&format=csv",
    "dashboard_departements": "/pilotage/departements",
    "dashboard_departement": "/pilotage/departements/05",
    "dashboard_departement_csv": "/pilotage/departements/05?format=csv",
    "dashboard_csv": "/pilotage/departements?format=csv",
    "dashboard_budget": "/budget",
    "dashboard_quotas": "/instruction/quotas",
    "dashboard_vivier": "/instruction/vivier",
    "dashboard_vivier_csv": "/instruction/vivier?format=csv",
}
PREFECTURE = {"dashboard_prefecture": "/pilotage/mon-departement"}
OWN = {
    "dashboard_structure": "/activite/chiffres?portee=structure",
    "dashboard_structure_csv": "/activite/chiffres?portee=structure&mois=24&format=csv",
    "dashboard_conseiller": "/activite/chiffres",
    "dashboard_conseiller_csv": "/activite/chiffres?mois=24&format=csv",
}


@dataclass(frozen=True, slots=True)
class Readers:
    """A browser of the ANCT's, one of a préfecture's, and one of a conseiller's."""

    state: Client
    prefecture: Client
    conseiller: Client


def _holder(role: str, departement: str = "") -> Client:
    """Return the browser of somebody who holds a national role."""
    agent = builders.compte()
    Fonction.objects.create(compte=agent, role=role, departement=departement)
    return builders.signed_in(agent)


def make(size: scheme_data.Size) -> Readers:
    """Fill the scheme and sign its readers in."""
    with transaction.atomic():
        scheme_data.fill(size)
    count_mandats(timezone.now())
    place = Affectation.objects.filter(is_conseiller=True).exclude(structure__comptes_rendus=None).order_by("id")[0]
    referent = builders.compte()
    Affectation.objects.create(
        compte=referent, structure_id=place.structure_id, is_aidant=True, is_referent=True, started_at=builders.NOW
    )
    own = builders.signed_in(Compte.objects.get(pk=referent.pk))
    return Readers(_holder("instructeur"), _holder("prefecture", "05"), own)


def figures(scale: float) -> Iterator[Figure]:
    """Yield the time of each page, one reader after the other."""
    size = scheme_data.Size(round(4000 * scale) or 1, round(2000 * scale) or 1, round(1_000_000 * scale) or 1)
    readers = make(size)
    if scale >= 1:
        tell_planner(str(connection.settings_dict["NAME"]))
    # The rows' own makers left millions of objects that no service holds: none of its collections would look at them.
    gc.collect()
    gc.freeze()
    for reader, pages in ((readers.state, PAGES), (readers.prefecture, PREFECTURE), (readers.conseiller, OWN)):
        for name, path in pages.items():
            yield _page(name, path, reader, 20 if scale >= 1 else 2)


def _page(name: str, path: str, reader: Client, times: int) -> Figure:
    """Return one page's times.  Its session notes the reader's act every half minute: told apart from its own."""
    runs, counts, busy = [], [], time.process_time()
    for _ in range(1 + times):
        with CaptureQueriesContext(connection) as captured:
            at = time.perf_counter()
            answer = reader.get(path)
            runs.append(time.perf_counter() - at)
        counts.append(len(captured))
        if answer.status_code != 200:
            raise RuntimeError(f"{name}: {answer.status_code}")
    own, (first, *others) = min(counts), runs
    cpu = milliseconds((time.process_time() - busy) / (1 + times))
    more = {"first_ms": milliseconds(first), **latencies(others), "cpu_ms": cpu, "sql_queries": own}
    return Figure(name, times / sum(others), "1/s", times, {**more, "session_notes": sum(counts) - own * (1 + times)})
