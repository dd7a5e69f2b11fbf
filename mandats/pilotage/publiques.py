"""The figures that everybody may read: how many mandats, for what, for how many people, and where.

Counts across all structures, hidden where they are small (:mod:`mandats.domain.seuils`), computed by a period and kept
as said: the page never counts, and the table holds nothing that the page would not say.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from aidants.domain.demarches import DEMARCHES
from aidants.domain.departements import departement_of
from aidants.habilitation.models import HabilitationStructure
from aidants.habilitation.selectors import count_able
from mandats.domain.seuils import is_said, said, total_said
from mandats.pilotage.models import FiguresPubliques
from mandats.registre.models import Mandat, Utilisation

_NAME = "national"
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Publiques:
    """The figures as the page shows them; ``None`` stands for a count that is hidden (1 to 4, or deducible)."""

    computed_at: datetime
    figures: dict[str, Any]


def compute_figures(now: datetime) -> None:
    """Count again, and keep what may be said."""
    FiguresPubliques.objects.update_or_create(name=_NAME, defaults={"figures": _count(now), "computed_at": now})


def last_figures() -> Publiques | None:
    """Return the figures computed last; none before the first computation."""
    row = FiguresPubliques.objects.filter(name=_NAME).first()
    return Publiques(row.computed_at, row.figures) if row else None


def _count(now: datetime) -> dict[str, Any]:
    uses, places, months = _uses(), _places(), _months(now)
    counts = {
        "mandats": Mandat.objects.count(),
        "en_cours": Mandat.objects.filter(ended_at__isnull=True, expires_at__gt=now).count(),
        "personnes": Mandat.objects.aggregate(count=Count("usager", distinct=True))["count"],
        "structures": sum(places.values()),
        "aidants": count_able(),
    }
    return {
        **{name: count if is_said(count) else None for name, count in counts.items()},
        "utilisations": total_said(uses),
        "par_demarche": said(uses),
        "par_departement": {code: count if is_said(count) else None for code, count in places.items()},
        "par_mois": said(months),
    }


def _uses() -> dict[str, int]:
    rows = Utilisation.objects.values_list("autorisation__demarche").annotate(count=Count("id")).order_by()
    found = dict(rows)
    return {code: found.get(code, 0) for code in DEMARCHES}


def _places() -> dict[str, int]:
    """Return how many habilitated structures each department has, by the commune where they stand."""
    standing = HabilitationStructure.objects.filter(ended_at__isnull=True, suspended_at__isnull=True).order_by()
    codes = standing.values_list("structure__insee_code", flat=True)
    return dict(Counter(filter(None, map(departement_of, codes))))


def _months(now: datetime) -> dict[str, int]:
    """Return how many mandats were concluded in each of the last twelve whole months, in Paris."""
    this = timezone.localtime(now).date().replace(day=1)
    wanted = [_before(this, months) for months in range(_MONTHS, 0, -1)]
    since = timezone.make_aware(datetime(wanted[0].year, wanted[0].month, 1))  # noqa: DTZ001 -- made aware here
    rows = Mandat.objects.filter(accepted_at__gte=since).annotate(month=TruncMonth("accepted_at"))
    found = {
        f"{row['month']:%Y-%m}": row["count"] for row in rows.values("month").annotate(count=Count("id")).order_by()
    }
    return {f"{month:%Y-%m}": found.get(f"{month:%Y-%m}", 0) for month in wanted}


def _before(month: date, months: int) -> date:
    count = month.year * 12 + month.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
