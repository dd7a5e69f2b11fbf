"""Writing and cancelling an activity report, with the counts of its month: one transaction, one entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from aidants.dispositif.activite.models import CompteRendu
from aidants.domain.acteur import Acteur
from aidants.domain.activite import activity_errors as errors
from aidants.domain.activite import activity_events as events
from aidants.domain.activite.comptes_rendus import AGES, Contenu, ReportFacts, counts_of, may_write
from aidants.domain.decisions import Denied
from aidants.domain.departements import departement_of
from aidants.domain.errors import NOT_AN_AIDANT, ErrorCode
from aidants.journal.record import record
from aidants.structures.models import Affectation, Structure

_ADD = """
INSERT INTO activite_mois (structure_id, compte_id, departement, month, counts)
VALUES (%(structure)s, NULL, %(departement)s, %(month)s, %(counts)s),
       (%(structure)s, %(compte)s, %(departement)s, %(month)s, %(counts)s)
ON CONFLICT (structure_id, month, compte_id) DO UPDATE SET counts = (
    SELECT array_agg(a + b ORDER BY i) FROM unnest(activite_mois.counts, EXCLUDED.counts) WITH ORDINALITY AS t(a, b, i))
"""


@dataclass(frozen=True, slots=True)
class Place:
    """The structure of a report, and the day that it is there."""

    structure: Structure
    today: date


def place_of(structure_id: UUID, now: datetime) -> Place:
    """Return the structure with the local day."""
    structure = Structure.objects.get(pk=structure_id)
    return Place(structure, now.astimezone(ZoneInfo(structure.time_zone)).date())


def write_report(
    given: Contenu, acteur: Acteur, now: datetime, utilisation_id: UUID | None = None
) -> CompteRendu | Denied:
    """Write one report of the acteur in their structure; one at most for a use of a mandat."""
    try:
        with transaction.atomic():
            return _write(given, acteur, now, utilisation_id)
    except IntegrityError:
        if utilisation_id is None:
            raise
        with transaction.atomic():
            return _refuse(errors.CRA_ALREADY, acteur, now)


def _write(given: Contenu, acteur: Acteur, now: datetime, utilisation_id: UUID | None) -> CompteRendu | Denied:
    place = place_of(acteur.known_structure_id, now)
    standing = Affectation.objects.filter(
        compte=acteur.known_id, structure=place.structure, is_aidant=True, ended_at__isnull=True
    )
    if not standing.exists():
        return _refuse(NOT_AN_AIDANT, acteur, now)
    verdict = may_write(ReportFacts(given, place.today))
    if isinstance(verdict, Denied):
        return _refuse(verdict.reason, acteur, now)
    made = CompteRendu.objects.create(
        structure=place.structure,
        compte_id=acteur.known_id,
        day=given.day,
        channel=given.channel,
        kind=given.kind,
        people=given.people,
        minutes=given.minutes,
        ages=given.age_counts,
        themes=list(given.themes),
        manner=given.manner,
        outcome=given.outcome,
        redirected_to=given.redirected_to,
        utilisation_id=utilisation_id,
        created_at=now,
    )
    _add(made, place.structure, counts_of(given))
    record(events.CRA_WRITE, acteur=acteur, at=now, subject=acteur.id, facts={"compte_rendu": str(made.id)})
    return made


def _refuse(reason: ErrorCode, acteur: Acteur, now: datetime) -> Denied:
    record(events.CRA_REFUSED, acteur=acteur, at=now, subject=acteur.id, reason=reason.code)
    return Denied(reason)


def _add(row: CompteRendu, structure: Structure, counts: Sequence[int]) -> None:
    given: dict[str, Any] = {
        "structure": structure.id,
        "compte": row.compte_id,
        "departement": departement_of(structure.insee_code),
        "month": row.day.replace(day=1),
        "counts": list(counts),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, given)


def content_of(row: CompteRendu) -> Contenu:
    """Return what a report says."""
    return Contenu(
        day=row.day,
        channel=row.channel,
        kind=row.kind,
        people=row.people,
        minutes=row.minutes,
        themes=tuple(row.themes),
        manner=row.manner,
        outcome=row.outcome,
        redirected_to=row.redirected_to,
        ages={band: count for band, count in zip(AGES, row.ages, strict=True) if count},
    )


@transaction.atomic
def cancel_report(report_id: UUID, acteur: Acteur, now: datetime) -> bool:
    """Cancel one's own report: it leaves the counts, and its use may propose another."""
    rows = CompteRendu.objects.select_for_update(of=("self",)).select_related("structure")
    row = rows.filter(pk=report_id, compte=acteur.known_id, cancelled_at__isnull=True).first()
    if row is None:
        return False
    row.cancelled_at = now
    row.save(update_fields=("cancelled_at",))
    _add(row, row.structure, [-count for count in counts_of(content_of(row))])
    record(events.CRA_CANCEL, acteur=acteur, at=now, subject=acteur.id, facts={"compte_rendu": str(row.id)})
    return True


def reports_of(compte_id: UUID, structure_id: UUID) -> QuerySet[CompteRendu]:
    """Return somebody's standing reports in a structure, the last first."""
    rows = CompteRendu.objects.filter(compte=compte_id, structure=structure_id, cancelled_at__isnull=True)
    return rows.order_by("-created_at", "id")


def is_reported(utilisation_id: UUID) -> bool:
    """Tell whether a use of a mandat has its report."""
    return CompteRendu.objects.filter(utilisation_id=utilisation_id, cancelled_at__isnull=True).exists()
