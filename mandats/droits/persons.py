"""Finding the person who asks, and opening the archive: never a list, never a browse, always journaled."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.folding import fold
from aidants.journal.record import record
from mandats.domain import errors_droits, events
from mandats.domain.conservation import KEPT_YEARS, Phase, end_of, phase_at, years_after
from mandats.domain.droits import may_open_archive
from mandats.domain.references import normalise
from mandats.registre.models import Mandat, Usager

_AT_MOST = 10
PHASES = {
    Phase.EN_COURS: "en cours",
    Phase.ACTIVE: "terminé, base active",
    Phase.ARCHIVE: "terminé, archive",
    Phase.A_EFFACER: "à effacer",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One mandat of a person, as far as a request needs it: where it stands, and until when it is kept."""

    mandat: Mandat
    phase: str
    end: datetime
    erased_on: datetime


@transaction.atomic
def find_persons(acteur: Acteur, *, reference: str, family_name: str, birthdate: str, now: datetime) -> list[Usager]:
    """Return the persons of a reference, or of a whole birth name and a birth date; the journal tells how many.

    Names match whole: there is no way to leaf through people.
    """
    rows = Usager.objects.filter(erased_at__isnull=True, merged_into__isnull=True)
    if reference:
        rows = rows.filter(mandats__reference=normalise(reference) or "-", mandats__erased_at__isnull=True)
    else:
        rows = rows.filter(birthdate=birthdate, folded_family_given__startswith=f"{fold(family_name)} ")
    found = list(rows.order_by("folded_family_given", "id").distinct()[:_AT_MOST])
    kept = [row for row in found if reference or fold(row.family_name) == fold(family_name)]
    record(events.PERSON_SEARCH, acteur=acteur, at=now, facts={"found": len(kept)})
    return kept


def person_of(usager_id: UUID) -> Usager | None:
    """Return a person who was not erased."""
    return Usager.objects.filter(pk=usager_id, erased_at__isnull=True, merged_into__isnull=True).first()


@transaction.atomic
def open_person(usager: Usager, acteur: Acteur, now: datetime) -> list[Kept]:
    """Note that the sheet of a person was opened; return their mandats, the newest first."""
    record(events.PERSON_OPEN, acteur=acteur, at=now, subject=usager.id)
    return kept_of(usager, now)


def kept_of(usager: Usager, now: datetime) -> list[Kept]:
    """Return what is kept of a person's mandats, without their texts."""
    rows = Mandat.objects.filter(usager=usager, erased_at__isnull=True).select_related("structure")
    light = rows.defer("acte", "frozen_text", "summary").order_by("-accepted_at", "id")
    return [_kept(row, now) for row in light]


def _kept(mandat: Mandat, now: datetime) -> Kept:
    end = end_of(mandat.ended_at, mandat.expires_at)
    return Kept(mandat, PHASES[phase_at(end, now)], end, years_after(end, KEPT_YEARS))


@transaction.atomic
def open_archive(reference: str, ground: str, acteur: Acteur, now: datetime) -> Mandat | Denied:
    """Return one archived mandat to who says on what ground; journaled either way.

    The caller has just checked a fresh second factor.  A mandat that its structure still sees is not in the archive.
    """
    kept = Mandat.objects.filter(reference=normalise(reference) or "-", archived_at__isnull=False)
    mandat = kept.filter(erased_at__isnull=True).select_related("usager", "structure", "aidant").first()
    phase = phase_at(end_of(mandat.ended_at, mandat.expires_at), now) if mandat else Phase.ACTIVE
    verdict = may_open_archive(acteur.role, ground, phase)
    if mandat is None or isinstance(verdict, Denied):
        reason = errors_droits.DEMANDE_UNKNOWN if not isinstance(verdict, Denied) else verdict.reason
        subject = mandat.id if mandat else None
        event, facts = events.ARCHIVE_REFUSED, {"ground": ground}
        record(event, acteur=acteur, at=now, subject=subject, reason=reason.code, facts=facts)
        return Denied(reason)
    place = mandat.structure_id
    record(events.ARCHIVE_OPEN, acteur=acteur, at=now, subject=mandat.id, structure=place, facts={"ground": ground})
    return mandat
