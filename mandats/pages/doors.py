"""The doors that each national role finds on its home page (DOMAIN §4): a table, so that none is forgotten.

Opens nothing: each page asks for the role again.
"""

from collections.abc import Collection
from dataclasses import dataclass

from aidants.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Door:
    """One page: for which roles, where (the name of its address), and in which words."""

    roles: frozenset[Role]
    route: str
    title: str
    words: str


def _door(roles: Collection[Role], route: str, title: str, words: str) -> Door:
    return Door(frozenset(roles), route, title, words)


_INSTRUCTEUR, _ADMINISTRATEUR, _ACCUEIL = Role.INSTRUCTEUR, Role.ADMINISTRATEUR, Role.ACCUEIL
_BOTH = (_INSTRUCTEUR, _ADMINISTRATEUR)

DOORS = (
    _door(
        [_ACCUEIL],
        "mandats:accueil",
        "Accueil téléphonique",
        "Suspendre pour une personne qui téléphone, formulaires reçus, lettres à poster.",
    ),
    _door(
        _BOTH,
        "mandats:administration:droits",
        "Droits des personnes",
        "Copies, corrections, effacements, dossiers à rapprocher : toujours à deux.",
    ),
    _door(
        [_INSTRUCTEUR], "mandats:alertes:list", "Alertes", "Ce qui sort de l’ordinaire. Une alerte ne sanctionne pas."
    ),
    _door([_INSTRUCTEUR], "mandats:objections", "Désaccords", "Ce que des personnes disent ne pas avoir demandé."),
    _door([_INSTRUCTEUR], "aidants:journal_search", "Journal", "Qui a fait quoi, quand, pour quelle structure."),
    _door([_INSTRUCTEUR], "aidants:journal_refusals", "Refus comptés", "Les essais d’inconnus, comptés par minute."),
    _door(
        _BOTH,
        "mandats:closure",
        "Fin d’une structure",
        "Fermeture, liquidation, habilitation perdue : tous ses mandats prennent fin.",
    ),
    _door(
        [_ADMINISTRATEUR],
        "mandats:end_by_proof",
        "Décès ou tutelle",
        "Mettre fin à tous les mandats d’une personne, sur preuve.",
    ),
    _door([_ADMINISTRATEUR], "oidc:registry", "Sites", "FranceConnect et les administrations connectées."),
    _door([_ADMINISTRATEUR], "mandats:administration:archive", "Archive", "Mandats finis depuis plus de trois ans."),
    _door([_ADMINISTRATEUR], "aidants:cards", "Cartes", "Importer des cartes à codes, en retirer une."),
    _door(_BOTH, "aidants:find_person", "Appareil perdu", "Se porter garant d’une personne qui ne peut plus entrer."),
    _door(
        [_ACCUEIL, _ADMINISTRATEUR], "aidants:letters", "Codes par lettre", "Imprimer les lettres qui portent un code."
    ),
)


def doors_of(roles: Collection[str]) -> list[Door]:
    """Return the doors of somebody who holds ``roles``, in the table's order."""
    return [door for door in DOORS if {role.value for role in door.roles} & set(roles)]
