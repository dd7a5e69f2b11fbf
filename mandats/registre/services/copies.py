"""Sends the usager a copy of their mandat: an e-mail in the outbox, in the transaction that journals it."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.envois.outbox import Piece, post_email
from mandats.domain import errors, events
from mandats.registre.models import Document
from mandats.registre.services.avis import signed
from mandats.registre.services.documents import MANDAT, latest
from mandats.registre.services.reach import locked_mandat, tell

_WORDS = (
    "Bonjour,\n\nVoici votre copie du mandat {reference}, confié à {structure}.\n"
    "Gardez-la. Elle ne contient aucun code : vos codes sont sur la feuille remise à vous seul.\n\n"
    "Vous pouvez arrêter ce mandat quand vous voulez : téléphonez au {accueil}."
)


@transaction.atomic
def send_copy(mandat_id: UUID, acteur: Acteur, now: datetime) -> Document | Denied:
    """Post the mandat's newest PDF to the usager's own address; refused when they gave none, or it is not made."""
    mandat = locked_mandat(mandat_id, acteur)
    if mandat is None:
        return Denied(errors.AUTORISATION_UNKNOWN)
    document = latest(mandat_id, MANDAT)
    if not mandat.usager.email or document is None:
        tell(events.COPY_REFUSED, mandat, acteur, now)
        return Denied(errors.NO_ADDRESS)
    name = f"mandat-{mandat.reference}.pdf"
    piece = Piece(name, bytes(document.content), document.content_type)
    words = _WORDS.format(
        reference=mandat.reference,
        structure=mandat.structure.name,
        accueil=settings.ACCUEIL_TELEPHONE,
    )
    words += signed()
    subject = f"Votre copie du mandat {mandat.reference}"
    post_email(mandat.usager.email, subject, words, purpose="copie", now=now, about=mandat.id, pieces=(piece,))
    facts = {"sha256": document.sha256, "version": document.version, "bytes": len(piece.content)}
    tell(events.COPY_SEND, mandat, acteur, now, **facts)
    return document
