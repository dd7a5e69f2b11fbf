"""Every dashboard on the scheme at its full size: time at the server, statements, and the reader's own pages."""

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
from tests.bench.figures import Figure, latencies

PAGES = {
    "dashboard_nation": "/pilotage",
    "dashboard_nation_two_years": "/pilotage?mois=24",
    "dashboard_departements": "/pilotage/departements",
    "dashboard_departement": "/pilotage/departements/05",
    "dashboard_csv": "/pilotage/departements?format=csv",
}
OWN = {"dashboard_structure": "/activite/chiffres?portee=structure", "dashboard_conseiller": "/activite/chiffres"}


@dataclass(frozen=True, slots=True)
class Readers:
    """A browser of the ANCT's, and one of a conseiller's."""

    state: Client
    conseiller: Client


def make(size: scheme_data.Size) -> Readers:
    """Fill the scheme and sign its readers in."""
    with transaction.atomic():
        scheme_data.fill(size)
    count_mandats(timezone.now())
    agent = builders.compte()
    Fonction.objects.create(compte=agent, role="instructeur")
    place = Affectation.objects.filter(is_conseiller=True).exclude(structure__comptes_rendus=None).order_by("id")[0]
    referent = builders.compte()
    Affectation.objects.create(
        compte=referent, structure_id=place.structure_id, is_aidant=True, is_referent=True, started_at=builders.NOW
    )
    return Readers(builders.signed_in(agent), builders.signed_in(Compte.objects.get(pk=referent.pk)))


def figures(scale: float) -> Iterator[Figure]:
    """Yield the time of each page, one reader after the other."""
    size = scheme_data.Size(round(4000 * scale) or 1, round(2000 * scale) or 1, round(1_000_000 * scale) or 1)
    readers = make(size)
    for reader, pages in ((readers.state, PAGES), (readers.conseiller, OWN)):
        for name, path in pages.items():
            yield _page(name, path, reader, 20 if scale >= 1 else 2)


def _page(name: str, path: str, reader: Client, times: int) -> Figure:
    """Return one page's times.  Its session notes the reader's act every half minute: told apart from its own."""
    reader.get(path)
    runs, counts = [], []
    for _ in range(times):
        with CaptureQueriesContext(connection) as captured:
            at = time.perf_counter()
            answer = reader.get(path)
            runs.append(time.perf_counter() - at)
        counts.append(len(captured))
        if answer.status_code != 200:
            raise RuntimeError(f"{name}: {answer.status_code}")
    own = min(counts)
    more = {**latencies(runs), "sql_queries": own, "session_notes": sum(counts) - own * times}
    return Figure(name, times / sum(runs), "1/s", times, more)
