"""Inclusion kits: the catalogue, and the states of an order (DOMAIN §5)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from aidants.domain.activite import activity_errors as errors
from aidants.domain.decisions import GRANTED, Decision, Denied

CATALOGUE: Final[Mapping[str, tuple[str, str]]] = {
    "ordinateur": ("Ordinateur portable", "Équipement"),
    "tablette": ("Tablette", "Équipement"),
    "smartphone": ("Téléphone d’exercice", "Équipement"),
    "routeur": ("Routeur 4G et un an d’abonnement", "Équipement"),
    "videoprojecteur": ("Vidéoprojecteur de poche", "Équipement"),
    "mallette": ("Mallette d’ateliers : fiches et jeux", "Médiation"),
    "affiches": ("Affiches et dépliants", "Médiation"),
    "guide": ("Guide du médiateur", "Médiation"),
}
MOST: Final = 10


class EtatCommande(StrEnum):
    """Where an order stands."""

    COMMANDEE = "commandee"
    EXPEDIEE = "expediee"
    RECUE = "recue"
    PERDUE = "perdue"


ETATS_COMMANDE: Final = {
    EtatCommande.COMMANDEE: "Commandée",
    EtatCommande.EXPEDIEE: "Expédiée",
    EtatCommande.RECUE: "Reçue",
    EtatCommande.PERDUE: "Perdue",
}
_NEXT: Final = {
    EtatCommande.COMMANDEE: {EtatCommande.EXPEDIEE},
    EtatCommande.EXPEDIEE: {EtatCommande.RECUE, EtatCommande.PERDUE},
    EtatCommande.RECUE: {EtatCommande.PERDUE},
    EtatCommande.PERDUE: {EtatCommande.RECUE},
}
"""What was received may be lost later; what was lost may turn up."""


def may_order(articles: Mapping[str, int]) -> Decision:
    """Return whether these articles may be ordered: known ones, ten at most of each, one at least in all."""
    good = bool(articles) and set(articles) <= CATALOGUE.keys() and all(1 <= one <= MOST for one in articles.values())
    return GRANTED if good else Denied(errors.KIT_EMPTY)


def may_follow(before: str, after: str) -> Decision:
    """Return whether an order may go from one state to the other."""
    known = after in list(EtatCommande) and EtatCommande(after) in _NEXT[EtatCommande(before)]
    return GRANTED if known else Denied(errors.KIT_MOVED)
