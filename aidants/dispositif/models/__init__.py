"""The tables of the scheme, one file a concern."""

from aidants.dispositif.models.candidatures import Candidature, LienDossier, LieuAccueil, MessageCandidature
from aidants.dispositif.models.comites import AvisPrefet, Comite, PassageEnComite
from aidants.dispositif.models.contrats import Contrat, Versement
from aidants.dispositif.models.postes import Campagne, Enveloppe, ParametresAppel, Poste, Quota
from aidants.dispositif.models.vivier import Candidat, MiseEnRelation

__all__ = [
    "AvisPrefet",
    "Campagne",
    "Candidat",
    "Candidature",
    "Comite",
    "Contrat",
    "Enveloppe",
    "LienDossier",
    "LieuAccueil",
    "MessageCandidature",
    "MiseEnRelation",
    "ParametresAppel",
    "PassageEnComite",
    "Poste",
    "Quota",
    "Versement",
]
