"""The register's tables.  Only :mod:`mandats.registre.services` writes them.

What must always be true of rows stands here as constraints; what may happen
stands in :mod:`mandats.domain.rules`.
"""

from mandats.registre.models.appels import CodeAppel
from mandats.registre.models.avis import Avis, Verification
from mandats.registre.models.brouillons import Brouillon
from mandats.registre.models.consentements import AccordContact, ChangementContact, DemandeSms
from mandats.registre.models.mandats import Autorisation, Mandat, Utilisation
from mandats.registre.models.papiers import CodeUsager, Document, Horodatage
from mandats.registre.models.suites import Contestation, Correction
from mandats.registre.models.suspensions import Suspension
from mandats.registre.models.titres import Titre
from mandats.registre.models.usagers import Usager

__all__ = [
    "AccordContact",
    "Autorisation",
    "Avis",
    "Brouillon",
    "ChangementContact",
    "CodeAppel",
    "CodeUsager",
    "Contestation",
    "Correction",
    "DemandeSms",
    "Document",
    "Horodatage",
    "Mandat",
    "Suspension",
    "Titre",
    "Usager",
    "Utilisation",
    "Verification",
]
