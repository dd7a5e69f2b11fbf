"""Hands on the tables of the rooms, where Django looks for them."""

from mandats.attestation.keys import SigningKey
from mandats.attestation.sealing_keys import Certificat
from mandats.registre.models import (
    Autorisation,
    Avis,
    Brouillon,
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
    "CodeUsager",
    "Contestation",
    "Correction",
    "Document",
    "Horodatage",
    "Mandat",
    "SigningKey",
    "Suspension",
    "Usager",
    "Utilisation",
    "Verification",
]
