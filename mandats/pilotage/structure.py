"""The figures of one structure, for its referents: counts of mandats and uses, hidden where they point at somebody.

Counted when asked, within the structure; no usager, no aidant, no day.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from aidants.domain.demarches import DEMARCHES
from mandats.domain.seuils import is_said, said, total_said
from mandats.registre.models import Mandat, Utilisation


@dataclass(frozen=True, slots=True)
class FiguresStructure:
    """``None`` stands for a count that is hidden (1 to 4, or deducible)."""

    mandats: int | None
    en_cours: int | None
    personnes: int | None
    utilisations: int | None
    par_demarche: dict[str, int | None]


def figures_of(structure_id: UUID, now: datetime) -> FiguresStructure:
    """Return the figures of a structure, by two queries."""
    mine = Mandat.objects.filter(structure=structure_id).order_by()
    running = Q(ended_at__isnull=True, expires_at__gt=now)
    counts = mine.aggregate(
        mandats=Count("id"), en_cours=Count("id", filter=running), personnes=Count("usager", distinct=True)
    )
    rows = Utilisation.objects.filter(autorisation__mandat__structure=structure_id).order_by()
    found = dict(rows.values_list("autorisation__demarche").annotate(count=Count("id")))
    uses = {code: found.get(code, 0) for code in DEMARCHES}
    shown = {name: count if is_said(count) else None for name, count in counts.items()}
    return FiguresStructure(**shown, utilisations=total_said(uses), par_demarche=said(uses))
