"""Structures and aidants kept up to date from outside: a trusted system, by its own names for them, or a file.

A structure is found by its SIRET and kept by one system at most.  An aidant is invited, never made: the person accepts,
proves their address and enrols as everybody does.  None of this gives the right to act, which is the habilitation's.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import (
    AIDANT_ADDRESS_FIXED,
    AIDANT_KEPT_BY_ANOTHER,
    INVITATIONS_TOO_MANY,
    SIRET_AMBIGUOUS,
    SIRET_FIXED,
    STRUCTURE_KEPT_BY_ANOTHER,
)
from aidants.domain.events import STRUCTURE_KEEP
from aidants.domain.fiches import FicheAidant, FicheStructure
from aidants.journal.limits import one_at_a_time
from aidants.journal.record import record
from aidants.structures.identite import check_correction, correct_identity
from aidants.structures.identites_tenues import corrected_by, told_by
from aidants.structures.invitations import Invite, cancel, invite_for_service, is_full_today
from aidants.structures.models import Affectation, Invitation, ReferencePartenaire, Structure
from aidants.structures.places import set_roles_from_outside


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept: whether it is new here, and which columns changed."""

    reference: ReferencePartenaire
    created: bool
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """The structure of a fiche, whether it is new, and the names of what changed of one that stood before."""

    structure: Structure
    created: bool
    changed: tuple[str, ...]


@transaction.atomic
def import_structure(fiche: FicheStructure, acteur: Acteur, now: datetime) -> Imported | Denied:
    """Make the structure of this SIRET, or bring it up to date.

    What the fiche does not say is kept of a structure that stood before.
    """
    one_at_a_time(fiche.siret)
    return _make_or_update(fiche, acteur, now)


def _make_or_update(fiche: FicheStructure, acteur: Acteur, now: datetime) -> Imported | Denied:
    """Do it, for who holds the SIRET already."""
    found = list(Structure.objects.select_for_update(no_key=True).filter(siret=fiche.siret).order_by("id")[:2])
    if len(found) > 1:
        return Denied(SIRET_AMBIGUOUS)
    if found:
        return Imported(found[0], False, _bring_up_to_date(found[0], fiche, acteur, now))
    made = Structure.objects.create(**fiche.columns(), time_zone=fiche.time_zone, created_at=now, updated_at=now)
    facts = {"created": True, "changed": []}
    record(STRUCTURE_KEEP, acteur=acteur, at=now, subject=made.id, structure=made.id, facts=facts)
    return Imported(made, True, ())


def _bring_up_to_date(structure: Structure, fiche: FicheStructure, acteur: Acteur, now: datetime) -> tuple[str, ...]:
    """Write what differs; what was signed under the older name stays as it was signed."""
    said = fiche.said()
    changed = tuple(name for name, value in said.items() if getattr(structure, name) != value)
    for name in changed:
        setattr(structure, name, said[name])
    if changed:
        structure.updated_at = now
        structure.save(update_fields=(*changed, "updated_at"))
        facts = {"created": False, "changed": list(changed)}
        record(STRUCTURE_KEEP, acteur=acteur, at=now, subject=structure.id, structure=structure.id, facts=facts)
    return changed


@transaction.atomic
def keep_structure(
    source: UUID, external_id: str, fiche: FicheStructure, acteur: Acteur, now: datetime
) -> Kept | Denied:
    """Keep a structure under the name that ``source`` gives it; the same call again changes nothing.

    Asked before anything is written: what is refused here leaves the other system's structure as it was.
    """
    one_at_a_time(f"{source}:{external_id}")
    known = structure_of_source(source, external_id)
    if known is not None:
        if known.structure.siret != fiche.siret:
            return Denied(SIRET_FIXED)
        return Kept(known, False, _bring_up_to_date(known.structure, fiche, acteur, now))
    one_at_a_time(fiche.siret)
    kept = ReferencePartenaire.objects.filter(kind=ReferencePartenaire.STRUCTURE, structure__siret=fiche.siret)
    if kept.exists():
        return Denied(STRUCTURE_KEPT_BY_ANOTHER)
    outcome = _make_or_update(fiche, acteur, now)
    if isinstance(outcome, Denied):
        return outcome
    made = ReferencePartenaire.objects.create(
        source=source,
        kind=ReferencePartenaire.STRUCTURE,
        external_id=external_id,
        structure=outcome.structure,
        created_at=now,
    )
    return Kept(made, outcome.created, outcome.changed)


def structure_of_source(source: UUID, external_id: str) -> ReferencePartenaire | None:
    """Return what a system calls by this name; another system's is as unknown as none."""
    rows = ReferencePartenaire.objects.filter(source=source, kind=ReferencePartenaire.STRUCTURE)
    return rows.filter(external_id=external_id).select_related("structure").first()


def structures_of_source(source: UUID, after: str, most: int) -> list[ReferencePartenaire]:
    """Return the structures of a system by its own names, after one of them."""
    rows = ReferencePartenaire.objects.filter(source=source, kind=ReferencePartenaire.STRUCTURE)
    return list(rows.filter(external_id__gt=after).select_related("structure").order_by("external_id")[:most])


def aidant_of_source(source: UUID, structure_id: UUID, external_id: str) -> ReferencePartenaire | None:
    """Return the aidant that a system calls by this name in one of its structures."""
    rows = aidants_of_source(source, structure_id)
    return next((row for row in rows if row.external_id == external_id), None)


def aidants_of_source(source: UUID, structure_id: UUID) -> list[ReferencePartenaire]:
    """Return the aidants that a system keeps in a structure, by its own names."""
    rows = ReferencePartenaire.objects.filter(source=source, structure=structure_id, kind=ReferencePartenaire.AIDANT)
    return list(rows.select_related("structure", "compte", "invitation").order_by("external_id"))


@transaction.atomic
def keep_aidant(
    source: UUID, structure: Structure, external_id: str, fiche: FicheAidant, acteur: Acteur, now: datetime
) -> Kept | Denied:
    """Invite an aidant, or bring their place up to date; the same call again sends nothing."""
    one_at_a_time(f"{structure.id}:{fiche.email}")
    known = aidant_of_source(source, structure.id, external_id)
    if known is not None and _address(known) not in ("", fiche.email):
        return Denied(AIDANT_ADDRESS_FIXED)
    if known is None and _is_kept(structure, fiche.email):
        return Denied(AIDANT_KEPT_BY_ANOTHER)
    here = Affectation.objects.select_for_update(of=("self",)).select_related("compte", "structure")
    place = here.filter(structure=structure, compte__email=fiche.email, ended_at__isnull=True).first()
    waits = Invitation.objects.filter(
        structure=structure, email=fiche.email, accepted_at__isnull=True, cancelled_at__isnull=True, expires_at__gt=now
    ).first()
    if place is None and waits is None and is_full_today(structure, now):
        return Denied(INVITATIONS_TOO_MANY)
    changed = _change_place(place, known, fiche, acteur, now) if place else ()
    if isinstance(changed, Denied):
        return changed
    if place is None and (waits is None or _differs(waits, fiche)):
        invited = Invite.of(fiche, waits.statut if waits else "")
        if isinstance(invited.may_come, Denied):
            return invited.may_come
        waits = invite_for_service(structure, invited, acteur, now)
        changed = ("invitation",)
    given = {
        "compte_id": place.compte_id if place else None,
        "invitation": waits,
        "is_conseiller": fiche.is_conseiller,
        "identity_told": told_by(fiche, known),
    }
    reference, created = ReferencePartenaire.objects.update_or_create(
        source=source, kind=ReferencePartenaire.AIDANT, external_id=external_id, structure=structure,
        defaults=given, create_defaults={**given, "created_at": now},
    )  # fmt: skip
    return Kept(reference, created, changed)


def _differs(waits: Invitation, fiche: FicheAidant) -> bool:
    names = ("given_name", "family_name", "profession", "is_aidant", "is_referent")
    redeclared = fiche.statut not in ("", waits.statut)
    return redeclared or any(getattr(waits, name) != getattr(fiche, name) for name in names)


def _change_place(
    place: Affectation, known: ReferencePartenaire | None, fiche: FicheAidant, acteur: Acteur, now: datetime
) -> tuple[str, ...] | Denied:
    """Bring roles, status and names up to date: all of them, or nothing."""
    names = corrected_by(fiche, known)
    named = check_correction(place.compte, names, acteur, now)
    if isinstance(named, Denied):
        return named
    changed = tuple(
        name for name in ("is_aidant", "is_referent", "is_conseiller") if getattr(place, name) != getattr(fiche, name)
    )
    if fiche.statut not in ("", place.statut):
        changed = (*changed, "statut")
    roles = {"is_aidant": fiche.is_aidant, "is_referent": fiche.is_referent}
    outcome = set_roles_from_outside(place, acteur, **roles, statut=fiche.statut, now=now)
    if isinstance(outcome, Denied):
        return outcome
    Affectation.objects.filter(pk=place.pk).update(is_conseiller=fiche.is_conseiller)
    corrected = correct_identity(place.compte_id, names, acteur, now, place.structure)
    return (*changed, *corrected) if not isinstance(corrected, Denied) else changed


def _address(known: ReferencePartenaire) -> str:
    if known.compte is not None:
        return str(known.compte.email)
    return str(known.invitation.email) if known.invitation is not None else ""


def _is_kept(structure: Structure, email: str) -> bool:
    """Tell whether somebody of this address is kept in the structure under another name."""
    rows = ReferencePartenaire.objects.filter(structure=structure, kind=ReferencePartenaire.AIDANT)
    return rows.filter(compte__email=email).exists() or rows.filter(invitation__email=email).exists()


@transaction.atomic
def end_aidant(known: ReferencePartenaire, acteur: Acteur, now: datetime) -> Decision:
    """End the place, and the invitation that nobody answered; twice changes nothing."""
    if known.invitation is not None:
        cancel(known.invitation, acteur, now)
    place = place_of(known)
    if place is None:
        return GRANTED
    return set_roles_from_outside(place, acteur, is_aidant=False, is_referent=False, now=now)


def place_of(known: ReferencePartenaire) -> Affectation | None:
    """Return the standing place of an aidant that a system keeps."""
    rows = Affectation.objects.filter(structure=known.structure_id, compte=known.compte_id, ended_at__isnull=True)
    return rows.select_related("compte", "structure").first() if known.compte_id else None
