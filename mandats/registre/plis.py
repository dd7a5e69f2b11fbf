"""Letters that wait: the avis of one person gathered into one letter, for who prints them.

A structure prints what its own acts say; the accueil what a structure must not hold back, or cannot send any more.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from aidants.structures.models import Structure
from mandats.document.given import Letter
from mandats.document.render import render_letter
from mandats.registre.models import Avis, Mandat, Usager
from mandats.registre.services.avis import ACCUEIL, STRUCTURE
from mandats.registre.services.contacts import LETTER_OF_CHANGE, undo_code
from mandats.registre.texts import service_contact

_LINES, _WIDTH = 4, 38
_CLOSING = (
    "Vous pouvez arrêter un mandat à tout moment, sans dire pourquoi : téléphonez au {telephone} ({hours}), "
    "ou renvoyez le formulaire d’arrêt."
)
_UNDOING = (
    "Vous pouvez aussi remettre l’ancien numéro, seul ou avec quelqu’un, dans les 14 jours du changement : tapez "
    "{page} dans un navigateur, puis le code {code}."
)
_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Pli:
    """What waits for one person, from one structure: one letter."""

    usager: Usager
    structure: Structure
    avis: list[Avis]

    @property
    def since(self) -> datetime:
        """When the oldest line was written."""
        return self.avis[0].created_at

    @property
    def has_address(self) -> bool:
        """False when the letter goes to the structure, for the person."""
        return bool(self.usager.postal_address)


def waiting_of(office: str, structure_id: UUID | None) -> QuerySet[Avis]:
    """Return the avis that wait to be printed: by a structure, or, when ``office`` is the accueil, from all of them."""
    rows = Avis.objects.filter(channel="courrier", office=office, handed_at__isnull=True)
    return rows.filter(mandat__structure=structure_id) if office == STRUCTURE else rows


def waiting_count(structure_id: UUID) -> int:
    """Return how many persons wait for a letter or for a sheet handed over, of this structure."""
    return waiting_of(STRUCTURE, structure_id).values("usager").distinct().count()


def plis_of_structure(structure_id: UUID) -> list[Pli]:
    """Return the letters « à remettre » of a structure, the oldest first."""
    return _gathered(waiting_of(STRUCTURE, structure_id))


def plis_of_accueil() -> list[Pli]:
    """Return the letters that the service itself prints, the oldest first."""
    return _gathered(waiting_of(ACCUEIL, None))


def _gathered(rows: QuerySet[Avis]) -> list[Pli]:
    found: dict[tuple[UUID, UUID], list[Avis]] = defaultdict(list)
    waiting = rows.filter(mandat__isnull=False).select_related("usager", "mandat__structure")
    for row in waiting.defer("mandat__acte", "mandat__frozen_text", "mandat__summary").order_by("created_at", "id")[
        :_AT_MOST
    ]:
        found[row.usager_id, _mandat(row).structure_id].append(row)
    return [_pli(rows) for rows in found.values()]


def _pli(rows: list[Avis]) -> Pli:
    return Pli(rows[0].usager, _mandat(rows[0]).structure, rows)


def _mandat(row: Avis) -> Mandat:
    """Return the mandat that an avis speaks of; those of no mandat are left out by the query."""
    if row.mandat is None:
        raise LookupError(str(row.pk))
    return row.mandat


def _undoing(avis: Avis) -> tuple[str, ...]:
    """Return how its reader undoes what a letter tells, with the code that is printed and kept nowhere."""
    if not avis.key.startswith(LETTER_OF_CHANGE):
        return ()
    code = undo_code(UUID(avis.key.removeprefix(LETTER_OF_CHANGE)))
    return (_UNDOING.format(page=f"{settings.ISSUER}/contact", code=code),)


def recipient_of(usager: Usager, structure: Structure) -> tuple[str, ...]:
    """Return the lines of the address: the person's own, or the structure's for who has none (NF Z10-011)."""
    name = f"{usager.given_name.split()[0]} {usager.preferred_username or usager.family_name}"
    lines = [line for line in usager.postal_address.splitlines() if line.strip()][:_LINES]
    if lines:
        return (name, *lines)
    whose = wrap(f"Aux bons soins de {structure.name}", _WIDTH, max_lines=3, placeholder="…")
    return (name, *whose, structure.street, f"{structure.postcode} {structure.city}")


def render_pli(pli: Pli, now: datetime, *, from_accueil: bool) -> bytes:
    """Return the letter of one person: every line that waits, the oldest first.  May raise PaperNotMade."""
    contact, first = service_contact(), pli.avis[0]
    alone = len(pli.avis) == 1
    return render_letter(
        Letter(
            recipient=recipient_of(pli.usager, pli.structure),
            place="Paris" if from_accueil else pli.structure.city,
            written_at=now,
            time_zone="Europe/Paris" if from_accueil else pli.structure.time_zone,
            object=first.objet if alone else "Votre mandat : ce que nous devons vous dire",
            paragraphs=tuple(part for one in pli.avis for part in (one.texte, *_undoing(one))),
            service=contact,
            signatory=contact.name if from_accueil else pli.structure.name,
            reference=first.mandat.reference if alone and first.mandat else "",
            closing=(_CLOSING.format(telephone=contact.telephone, hours=contact.hours),),
        )
    )
