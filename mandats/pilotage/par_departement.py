"""What mandats add up to by department, counted by a period and kept: a dashboard never counts them itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Sum

from mandats.pilotage.models import MandatsDepartement

AUTONOMOUS_AFTER = timedelta(days=90)
"""Somebody whose last mandat ended so long ago, without another, is counted as needing none any more."""

_COUNT = """
WITH seen AS (
    SELECT m.usager_id, min(m.structure_id::text)::uuid AS structure_id,
           bool_or(m.ended_at IS NULL AND m.expires_at > %(now)s) AS standing,
           max(least(coalesce(m.ended_at, m.expires_at), m.expires_at)) AS last_end
    FROM mandat m GROUP BY m.usager_id
), place AS (
    SELECT s.id, CASE WHEN s.insee_code ~ '^9[78]' THEN left(s.insee_code, 3) ELSE left(s.insee_code, 2) END AS code
    FROM structure s
), parts AS (
    SELECT p.code, count(*) AS usagers, count(*) FILTER (WHERE NOT standing AND last_end < %(since)s) AS autonomes,
           0::bigint AS mandats, 0::bigint AS utilisations, 0::bigint AS aidants
    FROM seen JOIN place p ON p.id = seen.structure_id GROUP BY p.code
    UNION ALL
    SELECT p.code, 0, 0, count(*), 0, count(DISTINCT m.aidant_id)
    FROM mandat m JOIN place p ON p.id = m.structure_id GROUP BY p.code
    UNION ALL
    SELECT p.code, 0, 0, 0, count(*), 0
    FROM utilisation u JOIN mandat m ON m.id = u.mandat_id JOIN place p ON p.id = m.structure_id GROUP BY p.code
)
INSERT INTO mandats_departement (departement, usagers, autonomes, mandats, utilisations, aidants, counted_at)
SELECT code, sum(usagers), sum(autonomes), sum(mandats), sum(utilisations), sum(aidants), %(now)s
FROM parts GROUP BY code
ON CONFLICT (departement) DO UPDATE SET usagers = EXCLUDED.usagers, autonomes = EXCLUDED.autonomes,
    mandats = EXCLUDED.mandats, utilisations = EXCLUDED.utilisations, aidants = EXCLUDED.aidants,
    counted_at = EXCLUDED.counted_at
"""


@transaction.atomic
def count_mandats(now: datetime) -> None:
    """Count anew."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"now": now, "since": now - AUTONOMOUS_AFTER})


@dataclass(frozen=True, slots=True)
class MandatsFigures:
    """Mandats, uses, usagers and those who need none any more; ``aidants`` who concluded at least one."""

    usagers: int
    autonomes: int
    mandats: int
    utilisations: int
    aidants: int
    counted_at: datetime | None

    @property
    def autonomous_percent(self) -> int:
        """Return the share of usagers who no longer need a mandat, in a hundredth."""
        return round(100 * self.autonomes / self.usagers) if self.usagers else 0

    @property
    def mandats_per_aidant(self) -> float:
        """Return how many mandats an aidant concluded, one digit after the point."""
        return round(self.mandats / self.aidants, 1) if self.aidants else 0.0

    @property
    def uses_per_aidant(self) -> float:
        """Return how many uses an aidant made, one digit after the point."""
        return round(self.utilisations / self.aidants, 1) if self.aidants else 0.0


_FIELDS = ("usagers", "autonomes", "mandats", "utilisations", "aidants")


def mandats_figures(departement: str = "") -> MandatsFigures:
    """Return the figures counted last: of a department, or of all."""
    rows = MandatsDepartement.objects.all()
    if departement:
        rows = rows.filter(departement=departement)
    found = rows.aggregate(**{name: Sum(name) for name in _FIELDS}, counted_at=Max("counted_at"))
    return MandatsFigures(**{name: found[name] or 0 for name in _FIELDS}, counted_at=found["counted_at"])


@dataclass(frozen=True, slots=True)
class Kept:
    """Two figures of one department's line."""

    mandats: int
    utilisations: int


def by_departement() -> dict[str, Kept]:
    """Return mandats and uses by department, as counted last."""
    rows = MandatsDepartement.objects.values_list("departement", "mandats", "utilisations").order_by("departement")
    return {code: Kept(mandats, uses) for code, mandats, uses in rows}
