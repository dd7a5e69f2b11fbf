"""Hands on the tables of the rooms, where Django looks for them."""

from aidants.comptes.models import Compte, Fonction
from aidants.envois.models import Envoi, MessageRecu
from aidants.habilitation.models import HabilitationAidant, HabilitationStructure
from aidants.journal.models import Checkpoint, Cosignature, Curseur, Entree, Leaf, Node, RefusCompte, Sel
from aidants.structures.models import Affectation, Structure

__all__ = [
    "Affectation",
    "Checkpoint",
    "Compte",
    "Cosignature",
    "Curseur",
    "Entree",
    "Envoi",
    "Fonction",
    "HabilitationAidant",
    "HabilitationStructure",
    "Leaf",
    "MessageRecu",
    "Node",
    "RefusCompte",
    "Sel",
    "Structure",
]
