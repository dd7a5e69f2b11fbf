"""Hands on the tables of the rooms, where Django looks for them."""

from mandats.attestation.keys import SigningKey
from mandats.attestation.sealing_keys import Certificat
from mandats.droits.models import Demande, Rapprochement
from mandats.registre.models import (
    Autorisation,
    Avis,
    Brouillon,
    CodeAppel,
    CodeUsager,
    Contestation,
    Correction,
    Document,
    Horodatage,
    Mandat,
    Suspension,
    Usager,
    Utilisation,
    Verification,
)

__all__ = [
    "Autorisation",
    "Avis",
    "Brouillon",
    "Certificat",
    "CodeAppel",
    "CodeUsager",
    "Contestation",
    "Correction",
    "Demande",
    "Document",
    "Horodatage",
    "Mandat",
    "Rapprochement",
    "SigningKey",
    "Suspension",
    "Usager",
    "Utilisation",
    "Verification",
]
