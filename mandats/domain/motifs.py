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
    INSOLVABILITE = "insolvabilite"
    FERMETURE = "fermeture"
    LIQUIDATION = "liquidation"
    HABILITATION = "habilitation"


EXPIRED = frozenset({MotifDeFin.TERME, MotifDeFin.USAGE_UNIQUE})
"""Ends that verification calls ``expire``; any other is ``revoque`` (PROTOCOLS §3)."""

OF_THE_STRUCTURE = frozenset({MotifDeFin.FERMETURE, MotifDeFin.LIQUIDATION, MotifDeFin.HABILITATION})
"""Ends that come to the structure, and so to all its mandats at once (C. civ. 2003: « déconfiture »)."""

BY_PROOF = frozenset({MotifDeFin.DECES, MotifDeFin.TUTELLE, MotifDeFin.INSOLVABILITE})
"""Ends that somebody has to prove to an administrateur; the last is the usager's « déconfiture » (C. civ. 2003)."""

LABELS = {
    MotifDeFin.TERME: "arrivé à son terme",
    MotifDeFin.USAGE_UNIQUE: "usage unique accompli",
    MotifDeFin.REVOCATION: "révoqué par l’usager ou à sa demande",
    MotifDeFin.RENONCIATION: "renonciation de la structure",
    MotifDeFin.REMPLACEMENT: "remplacé par un nouveau mandat",
    MotifDeFin.DECES: "décès de l’usager",
    MotifDeFin.TUTELLE: "tutelle",
    MotifDeFin.INSOLVABILITE: "insolvabilité de l’usager",
    MotifDeFin.FERMETURE: "fermeture de la structure",
    MotifDeFin.LIQUIDATION: "liquidation de la structure",
    MotifDeFin.HABILITATION: "fin de l’habilitation de la structure",
}
