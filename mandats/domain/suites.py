"""What an administration did with a mandat it verified: a closed list, so that figures say why mandats are refused."""

from enum import StrEnum


class Suite(StrEnum):
    """Accepted or refused; a mandat that stands does not oblige anybody to accept it."""

    ACCEPTEE = "acceptee"
    REFUSEE = "refusee"


MOTIFS_DE_REFUS = {
    "perimetre": "la démarche n’est pas couverte",
    "identite": "l’identité de l’usager n’est pas assez sûre pour cette démarche",
    "presence": "la présence de l’usager est exigée",
    "signature": "la signature de l’usager lui-même est exigée",
    "consigne": "notre organisme n’accepte pas ce mandat",
    "fin": "le mandat ne tient plus",
    "doute": "un doute sur l’aidant ou sur la demande",
}
"""Why an administration refused, in the agent's words; no free text, which could name somebody."""
