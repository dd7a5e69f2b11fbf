"""Hands on the tables of the rooms, where Django looks for them."""

from aidants.comptes.facteurs.models import Carte, CodeDeSecours, Generateur, JeuDeSecours
from aidants.comptes.models import Appareil, Compte, Fonction, Lien, LienProConnect, Recuperation
from aidants.comptes.sessions.models import SessionOuverte
from aidants.dispositif.models import (
    AvisPrefet,
    Campagne,
    Candidat,
    Candidature,
    Comite,
    Contrat,
    Enveloppe,
    LienDossier,
    LieuAccueil,
    MessageCandidature,
    MiseEnRelation,
    PassageEnComite,
    Poste,
    Quota,
    Versement,
)
from aidants.envois.models import Envoi, MessageRecu
from aidants.habilitation.models import HabilitationAidant, HabilitationStructure
from aidants.journal.models import Checkpoint, Cosignature, Curseur, Entree, Leaf, Node, RefusCompte, Sel
from aidants.structures.models import Affectation, Invitation, Structure

__all__ = [
    "Affectation",
    "Appareil",
    "AvisPrefet",
    "Campagne",
    "Candidat",
    "Candidature",
    "Carte",
    "Checkpoint",
    "CodeDeSecours",
    "Comite",
    "Compte",
    "Contrat",
    "Cosignature",
    "Curseur",
    "Entree",
    "Enveloppe",
    "Envoi",
    "Fonction",
    "Generateur",
    "HabilitationAidant",
    "HabilitationStructure",
    "Invitation",
    "JeuDeSecours",
    "Leaf",
    "Lien",
    "LienDossier",
    "LienProConnect",
    "LieuAccueil",
    "MessageCandidature",
    "MessageRecu",
    "MiseEnRelation",
    "Node",
    "PassageEnComite",
    "Poste",
    "Quota",
    "Recuperation",
    "RefusCompte",
    "Sel",
    "SessionOuverte",
    "Structure",
    "Versement",
]
