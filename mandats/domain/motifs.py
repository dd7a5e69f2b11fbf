"""Why a mandat or an autorisation ends: the closed list of DOMAIN §3.1 (C. civ. 2003, 2006, 2007)."""

from enum import StrEnum


class MotifDeFin(StrEnum):
    """One cause of end.  A motif is told to nobody but those who must know it."""

    TERME = "terme"
    USAGE_UNIQUE = "usage_unique"
    REVOCATION = "revocation"
    RENONCIATION = "renonciation"
    REMPLACEMENT = "remplacement"
    DECES = "deces"
    TUTELLE = "tutelle"
    FERMETURE = "fermeture"
    HABILITATION = "habilitation"


EXPIRED = frozenset({MotifDeFin.TERME, MotifDeFin.USAGE_UNIQUE})
"""Ends that verification calls ``expire``; any other is ``revoque`` (PROTOCOLS §3)."""

LABELS = {
    MotifDeFin.TERME: "arrivé à son terme",
    MotifDeFin.USAGE_UNIQUE: "usage unique accompli",
    MotifDeFin.REVOCATION: "révoqué par l’usager ou à sa demande",
    MotifDeFin.RENONCIATION: "renonciation de la structure",
    MotifDeFin.REMPLACEMENT: "remplacé par un nouveau mandat",
    MotifDeFin.DECES: "décès de l’usager",
    MotifDeFin.TUTELLE: "tutelle",
    MotifDeFin.FERMETURE: "fermeture de la structure",
    MotifDeFin.HABILITATION: "fin de l’habilitation de la structure",
}
