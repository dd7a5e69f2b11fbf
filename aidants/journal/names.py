"""Who can tell the name behind a reference of the journal: each room says it of its own kind of acteur."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from uuid import UUID

from aidants.domain.acteur import Kind
from aidants.journal.models import Entree

Namer = Callable[[Collection[UUID]], Mapping[UUID, str]]

_NAMERS: dict[Kind, Namer] = {}
UNNAMED = {
    Kind.COMPTE: "Un compte supprimé",
    Kind.USAGER: "La personne",
    Kind.CLIENT: "Un site",
    Kind.SYSTEME: "Le service",
    Kind.ANONYME: "Quelqu’un sans compte",
}
"""What is said of whoever has no name here: usagers never have one, their identity is nobody's business."""


def name_with(kind: Kind, namer: Namer) -> None:
    """Let ``namer`` tell the names of one kind of acteur.  Called once, when the app is ready."""
    _NAMERS[kind] = namer


def names_of(kind: Kind, identifiers: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names that are known, by one query at most."""
    return _NAMERS[kind](identifiers) if identifiers and kind in _NAMERS else {}


def names_among(entries: Sequence[Entree], kinds: Iterable[Kind] = Kind) -> dict[UUID, str]:
    """Return the names of who acted in these entries, by one query at most a kind that has names."""
    found: dict[UUID, str] = {}
    for kind in kinds:
        found |= names_of(kind, {one.acteur_id for one in entries if one.acteur_kind == kind and one.acteur_id})
    return found
