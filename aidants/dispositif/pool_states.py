"""Where everybody of the pool stands, for the ANCT: one state a person, counted by department; no contact, no CV."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from aidants.dispositif.models import Candidat, MiseEnRelation
from aidants.domain.dispositif.etats import EtatRelation

STATES: Mapping[str, str] = {
    "disponible": "Disponible",
    "interesse": "Une structure s’intéresse",
    "recrutee": "Recrutement annoncé",
    "finalisee": "Contrat signé",
    "rupture": "Disponible après une rupture",
    "retire": "Retiré du vivier",
    "brouillon": "Profil pas encore montré",
}


def _met(state: EtatRelation) -> Exists:
    return Exists(MiseEnRelation.objects.filter(candidat=OuterRef("pk"), state=state))


def people() -> QuerySet[Any]:
    """Return everybody of the pool with their ``standing``, a key of :data:`STATES`; the CV is not read."""
    standing = Case(
        When(_met(EtatRelation.FINALISEE), then=Value("finalisee")),
        When(_met(EtatRelation.RECRUTEE), then=Value("recrutee")),
        When(Q(withdrawn_at__isnull=False), then=Value("retire")),
        When(Q(published_at__isnull=True), then=Value("brouillon")),
        When(_met(EtatRelation.INTERESSEE), then=Value("interesse")),
        When(_met(EtatRelation.RUPTURE), then=Value("rupture")),
        default=Value("disponible"),
        output_field=CharField(),
    )
    return Candidat.objects.defer("cv").annotate(standing=standing)


@dataclass(frozen=True, slots=True)
class Line:
    """One department's counts, in the order of :data:`STATES`, and their sum."""

    departement: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many people in all."""
        return sum(self.counts)


def by_departement() -> list[Line]:
    """Return the counts of each department that has somebody; by one query.  An empty profile has no department."""
    found: dict[str, dict[str, int]] = {}
    rows = people().values_list("departement", "standing").annotate(count=Count("id")).order_by("departement")
    for code, standing, count in rows:
        found.setdefault(code, {})[standing] = count
    return [Line(code, tuple(counts.get(state, 0) for state in STATES)) for code, counts in found.items()]


def found(departement: str = "", standing: str = "") -> QuerySet[Any]:
    """Return the people of a department and a state (empty: all), who is free first named first."""
    rows = people()
    if departement:
        rows = rows.filter(departement=departement)
    if standing:
        rows = rows.filter(standing=standing)
    met = Count("mises_en_relation", filter=Q(mises_en_relation__state=EtatRelation.INTERESSEE))
    return rows.annotate(interested=met).order_by("free_on", "created_at", "id")
