"""What the service tells a person about their own account, by e-mail: a line of this catalogue, a template each.

Nothing secret but the codes that the message is for; no name goes into a subject.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string

from aidants.comptes.models import Compte
from aidants.envois.outbox import post_email


class Avis(StrEnum):
    """One kind of message; its value names the template, whose first line is the subject."""

    INVITATION = "invitation"
    INVITATION_CODE = "invitation_code"
    INVITATION_ACCEPTEE = "invitation_acceptee"
    COMPTE_OUVERT = "compte_ouvert"
    FACTEUR_AJOUTE = "facteur_ajoute"
    FACTEUR_RETIRE = "facteur_retire"
    NOUVEL_APPAREIL = "nouvel_appareil"
    CLE_COPIEE = "cle_copiee"
    CODES_FAUX = "codes_faux"
    CODES_REFAITS = "codes_refaits"
    MOT_DE_PASSE_OUBLIE = "mot_de_passe_oublie"
    MOT_DE_PASSE_CHANGE = "mot_de_passe_change"
    RECUPERATION = "recuperation"
    RECUPERATION_COURRIER = "recuperation_courrier"
    RECUPERATION_FINIE = "recuperation_finie"
    INACTIVITE = "inactivite"
    DESACTIVATION = "desactivation"
    REACTIVATION = "reactivation"
    ADHESION_DEMANDEE = "adhesion_demandee"
    ADHESION_REPONDUE = "adhesion_repondue"
    ROLE_CHANGE = "role_change"
    STRUCTURE_CHANGE = "structure_change"
    IDENTITE_CORRIGEE = "identite_corrigee"
    NOMINATION_DEMANDEE = "nomination_demandee"
    HABILITATION_LIEN = "habilitation_lien"
    DOSSIER_NOUVELLE = "dossier_nouvelle"


def tell(compte: Compte, avis: StrEnum, now: datetime, **facts: Any) -> None:
    """Post ``avis``, of this catalogue or of another room's, to the person, in the caller's transaction."""
    write(compte.email, avis, now, about=compte.id, name=compte.full_name, **facts)


def write(email: str, avis: StrEnum, now: datetime, *, about: UUID, **facts: Any) -> None:
    """Post ``avis`` to an address that may have no account yet; ``about`` is what the message speaks of.

    ``avis`` is a member of this catalogue or of another room's, whose templates stand in the same folder.
    """
    shared = {"now": now, "service": settings.SERVICE_NAME, "issuer": settings.ISSUER}
    shared["accueil_telephone"] = settings.ACCUEIL_TELEPHONE
    text = render_to_string(f"aidants/courriels/{avis.value}.txt", {**shared, **facts}).strip()
    subject, _, body = text.partition("\n")
    body = f"{body.strip()}\n\nCe message vient du {settings.SERVICE_NAME}.\n"
    post_email(email, subject, body, purpose=avis.value, now=now, about=about)
