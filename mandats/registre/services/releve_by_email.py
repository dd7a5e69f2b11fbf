"""Sends the account of uses to the usager's own address, as a PDF."""

from datetime import datetime

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.envois.outbox import Piece, post_email
from aidants.structures.models import Structure
from mandats.domain.durees import french_date
from mandats.registre.releve import Releve, render_releve
from mandats.registre.services.avis import signed
from mandats.registre.services.letters import note_releve
from mandats.registre.texts import service_contact

_TEXT = (
    "Bonjour,\n\nVoici le relevé de ce qui a été fait en votre nom, du {start} au {end} : {counted}.\n\n"
    "Vous n’avez pas demandé l’une de ces lignes ? Téléphonez au {telephone}."
)


@transaction.atomic
def send_releve(releve: Releve, place: Structure, acteur: Acteur, now: datetime) -> None:
    """Post the account by e-mail.  Raises ``PaperNotMade``; nothing is then sent."""
    pdf, contact = render_releve(releve, place, now), service_contact()
    text = _TEXT.format(
        start=french_date(releve.start),
        end=french_date(releve.end),
        counted=releve.counted,
        telephone=contact.telephone,
    )
    post_email(
        releve.usager.email,
        f"Votre relevé de mandat, de {place.name}",
        text + signed(),
        purpose="releve",
        now=now,
        about=releve.usager.id,
        pieces=[Piece("releve.pdf", pdf, "application/pdf")],
    )
    note_releve(releve.usager.id, acteur, "email", len(releve.lignes), now)
