"""Files of structures and of aidants, taken whole or not at all, by an administrateur."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.cartes import Erreur
from aidants.domain.decisions import Denied
from aidants.domain.events import FILE_IMPORT
from aidants.domain.fichiers import LigneAidant, LigneStructure, read_aidants, read_structures
from aidants.journal.record import record
from aidants.structures.invitations import A_DAY, Invite, invite_for_service, is_full_today
from aidants.structures.models import Affectation, Invitation, Structure
from aidants.structures.upkeep import import_structure


class _Wrong(Exception):  # rolls a file back; never leaves this module
    def __init__(self, errors: list[Erreur]) -> None:
        self.errors = errors


def import_structures(text: str, acteur: Acteur, now: datetime) -> int | list[Erreur]:
    """Make or bring up to date every structure of a file; return how many, or what is wrong and where."""
    rows = read_structures(text)
    try:
        with transaction.atomic():
            errors = [error for row in rows for error in _structure(row, acteur, now)]
            return _done("structures", errors, len(rows), acteur, now)
    except _Wrong as wrong:
        return wrong.errors


def _structure(row: LigneStructure | Erreur, acteur: Acteur, now: datetime) -> list[Erreur]:
    if isinstance(row, Erreur):
        return [row]
    outcome = import_structure(row.fiche, acteur, now)
    return [Erreur(row.line, outcome.reason.message)] if isinstance(outcome, Denied) else []


def import_aidants(text: str, acteur: Acteur, now: datetime) -> int | list[Erreur]:
    """Invite every aidant of a file who is not in their structure yet; return how many lines, or what is wrong."""
    rows = read_aidants(text)
    try:
        with transaction.atomic():
            places = _held(rows)
            errors = [error for row in rows for error in _aidant(row, places, acteur, now)]
            return _done("aidants", errors, len(rows), acteur, now)
    except _Wrong as wrong:
        return wrong.errors


def _held(rows: Sequence[LigneAidant | Erreur]) -> dict[str, list[Structure]]:
    """Return the structures of a file by SIRET, held in one order: of two files at once, one waits for the other."""
    sirets = {row.siret for row in rows if isinstance(row, LigneAidant)}
    places: dict[str, list[Structure]] = {}
    for structure in Structure.objects.select_for_update(no_key=True).filter(siret__in=sirets).order_by("id"):
        places.setdefault(structure.siret, []).append(structure)
    return places


def _aidant(
    row: LigneAidant | Erreur, places: dict[str, list[Structure]], acteur: Acteur, now: datetime
) -> list[Erreur]:
    if isinstance(row, Erreur):
        return [row]
    found = places.get(row.siret, [])
    if len(found) != 1:
        words = "Plusieurs structures ont ce SIRET." if found else "Aucune structure n’a ce SIRET : l’importer d’abord."
        return [Erreur(row.line, words)]
    (structure,), fiche = found, row.fiche
    here = Affectation.objects.filter(structure=structure, compte__email=fiche.email, ended_at__isnull=True)
    waits = Invitation.objects.filter(
        structure=structure, email=fiche.email, accepted_at__isnull=True, cancelled_at__isnull=True, expires_at__gt=now
    )
    if here.exists() or waits.exists():
        return []
    if is_full_today(structure, now):
        return [Erreur(row.line, f"Cette structure a déjà reçu {A_DAY} invitations aujourd’hui.")]
    invited = Invite.of(fiche)
    if isinstance(invited.may_come, Denied):
        return [Erreur(row.line, f"statut : {invited.may_come.reason.message}")]
    invite_for_service(structure, invited, acteur, now)
    return []


def _done(kind: str, errors: list[Erreur], count: int, acteur: Acteur, now: datetime) -> int:
    if errors:
        raise _Wrong(errors)
    record(FILE_IMPORT, acteur=acteur, at=now, facts={"kind": kind, "count": count})
    return count
