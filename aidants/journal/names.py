"""Who can tell the name behind a reference of the journal: each room says it of its own kind of acteur."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from aidants.domain.acteur import Kind

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
