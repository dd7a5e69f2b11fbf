"""Hands on the tables of the rooms, where Django looks for them."""

from mandats.alertes.models import Alerte
from mandats.attestation.keys import SigningKey
from mandats.attestation.sealing_keys import Certificat
from mandats.droits.models import Demande, Rapprochement
from mandats.pilotage.models import FiguresPubliques, MandatsDepartement
from mandats.registre.models import (
    AccordContact,
    Autorisation,
    Avis,
    Brouillon,
    ChangementContact,
    CodeAppel,
    CodeUsager,
    Contestation,
    Correction,
    DemandeSms,
    Document,
    Horodatage,
    Mandat,
    Suspension,
    Usager,
    Utilisation,
    Verification,
)

__all__ = [
    "AccordContact",
    "Alerte",
    "Autorisation",
    "Avis",
    "Brouillon",
    "Certificat",
    "ChangementContact",
    "CodeAppel",
    "CodeUsager",
    "Contestation",
    "Correction",
    "Demande",
    "DemandeSms",
    "Document",
    "FiguresPubliques",
    "Horodatage",
    "Mandat",
    "MandatsDepartement",
    "Rapprochement",
    "SigningKey",
    "Suspension",
    "Usager",
    "Utilisation",
    "Verification",
]
