"""The name and the profession of somebody, corrected by who answers for them: new mandats carry them.

A referent corrects their team, and so does the system that keeps it; an instructeur corrects referents and whoever
has none; another administrateur corrects who holds a national role, and nobody else does.  Nobody corrects their own.
What was signed before keeps its bytes: an acte holds the name that its aidant had.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.comptes.avis import Avis, tell
from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import IDENTITY_OUT_OF_REACH
from aidants.domain.events import IDENTITY_CORRECT, IDENTITY_REFUSED
from aidants.domain.roles import Role
from aidants.journal.record import record
from aidants.structures.models import Affectation, Structure

CORRECTED = ("given_name", "family_name", "profession")
_SERVICE = {
    Role.INSTRUCTEUR.value: "Un instructeur du service",
    Role.ADMINISTRATEUR.value: "Un administrateur du service",
}


def may_correct(acteur: Acteur, compte_id: UUID) -> Decision:
    """Return whether the acteur, in the role in which they act, may correct this person's name.

    That a referent's or a system's person is of their team is for who fetched them.
    """
    if acteur.id == compte_id:
        return Denied(IDENTITY_OUT_OF_REACH)
    if Fonction.objects.filter(compte=compte_id, ended_at__isnull=True).exists():
        allowed = acteur.role == Role.ADMINISTRATEUR
    else:
        allowed = acteur.role not in _SERVICE or not _has_a_referent(compte_id)
    return GRANTED if allowed else Denied(IDENTITY_OUT_OF_REACH)


def correctable(acteur: Acteur, referents: Collection[UUID]) -> set[UUID]:
    """Return whose names somebody of the service may correct, of these referents."""
    others = set(referents) - {acteur.id}
    if acteur.role == Role.ADMINISTRATEUR:
        return others
    national = Fonction.objects.filter(compte__in=others, ended_at__isnull=True)
    return others - set(national.values_list("compte_id", flat=True))


def _has_a_referent(compte_id: UUID) -> bool:
    """Tell whether somebody of the person's own team answers for them; a referent answers to the service."""
    mine = Affectation.objects.filter(compte=compte_id, ended_at__isnull=True)
    if mine.filter(is_referent=True).exists():
        return False
    referents = Affectation.objects.filter(is_referent=True, ended_at__isnull=True, compte__is_active=True)
    return referents.filter(structure__in=mine.values("structure")).exists()


def differing(compte: Compte, typed: Mapping[str, str]) -> list[str]:
    """Return the names of what differs, of what was typed."""
    return [name for name in CORRECTED if name in typed and getattr(compte, name) != typed[name]]


@transaction.atomic
def check_correction(compte: Compte, typed: Mapping[str, str], acteur: Acteur, now: datetime) -> Decision:
    """Return whether what was typed may be written; nothing that differs always may.  A refusal is journaled."""
    verdict = may_correct(acteur, compte.id) if differing(compte, typed) else GRANTED
    if isinstance(verdict, Denied):
        record(IDENTITY_REFUSED, acteur=acteur, at=now, subject=compte.id, reason=verdict.reason.code)
    return verdict


@transaction.atomic
def correct_identity(
    compte_id: UUID, typed: Mapping[str, str], acteur: Acteur, now: datetime, structure: Structure | None = None
) -> list[str] | Denied:
    """Write what differs of ``typed``, checked and named as in :data:`CORRECTED`; return the names of what changed.

    ``structure`` is the team for which a referent or a system corrects.
    The journal keeps these names, never their values; the person is told.
    """
    compte = Compte.objects.select_for_update(no_key=True).get(pk=compte_id)
    verdict = check_correction(compte, typed, acteur, now)
    if isinstance(verdict, Denied):
        return verdict
    changed = differing(compte, typed)
    if changed:
        for name in changed:
            setattr(compte, name, typed[name])
        compte.save(update_fields=changed)
        about, facts = structure.id if structure else None, {"fields": changed}
        record(IDENTITY_CORRECT, acteur=acteur, at=now, subject=compte.id, structure=about, facts=facts)
        tell(compte, Avis.IDENTITE_CORRIGEE, now, by=_who(acteur, structure), profession=compte.profession)
    return changed


def _who(acteur: Acteur, structure: Structure | None) -> str:
    """Return who corrected, as the person is told."""
    if structure is None:
        return _SERVICE[acteur.role]
    who = "Un référent de" if acteur.role == Role.REFERENT else "Le système qui tient à jour l’équipe de"
    return f"{who} {structure.name}"
