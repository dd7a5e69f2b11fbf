"""Hands on the tables of the rooms, where Django looks for them."""

from mandats.attestation.keys import SigningKey
from mandats.registre.models import (
    Autorisation,
    Avis,
    Brouillon,
    CodeUsager,
    Document,
    Mandat,
    Usager,
    Utilisation,
    Verification,
)

__all__ = [
    "Autorisation",
    "Avis",
    "Brouillon",
    "CodeUsager",
    "Document",
    "Mandat",
    "SigningKey",
    "Usager",
    "Utilisation",
    "Verification",
]
