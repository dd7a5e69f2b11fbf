"""Tells the usager: by e-mail, else by text message, else by a letter that waits to be handed over or posted.

One avis a ``key``: the same act never tells twice.  Always in the transaction of the act that is told.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from aidants.compiled import CompiledInsert
from aidants.envois.outbox import post_email, post_sms
from mandats.domain.avis import Modele
from mandats.registre.models import Avis, Mandat, Usager

_SIGNED = (
    "\n\nCe message vient du {service}. Ne répondez pas à ce message : personne ne le lirait. "
    "Téléphonez au {accueil}.\n"
)
STRUCTURE, ACCUEIL = "structure", "accueil"
_AVIS = CompiledInsert(Avis)


def signed() -> str:
    """Return the end of every e-mail to an usager: who writes, and whom to call."""
    return _SIGNED.format(service=settings.SERVICE_NAME, accueil=settings.ACCUEIL_TELEPHONE)


def announce(modele: Modele, mandat: Mandat, now: datetime, *, key: str, office: str = "", **facts: str) -> Avis:
    """Tell the usager of ``mandat`` once; return the avis, the first one when ``key`` was told already.

    ``key``    what makes this telling unique, e.g. ``utilisation:<uuid>``; references only
    ``office`` ``accueil``: by a letter that the service's own accueil prints, whatever the usager's channel
    ``facts``  what ``modele`` needs beyond ``reference``, ``structure`` and ``accueil``; nothing about the usager

    The channel is the usager's: e-mail when known, else a telephone that receives messages, else ``courrier``, which
    waits as a line « à remettre » of the structure.
    """
    fields, sms = _written(modele, mandat, mandat.usager, mandat.structure.name, now, office, facts)
    avis, created = Avis.objects.get_or_create(key=key, defaults=fields)
    if created and (envoi_id := _post(avis, mandat.usager, sms, now)):
        avis.envoi_id = envoi_id
        avis.save(update_fields=("envoi_id",))
    return avis


def announce_first(
    modele: Modele,
    mandat: Mandat,
    now: datetime,
    *,
    key: str,
    usager: Usager,
    structure: str,
    office: str = "",
    **facts: str,
) -> Avis:
    """Tell what was written just now in the same transaction, so that nobody can have told it: two statements.

    ``usager`` and ``structure`` (its name) are given by a caller who has fetched them.
    """
    fields, sms = _written(modele, mandat, usager, structure, now, office, facts)
    avis = Avis(key=key, **fields)
    avis.envoi_id = _post(avis, usager, sms, now)
    _AVIS.write(avis)
    return avis


def _written(
    modele: Modele, mandat: Mandat, usager: Usager, structure: str, now: datetime, office: str, facts: dict[str, str]
) -> tuple[dict[str, Any], str]:
    """Return the columns of an avis, and the words of its text message."""
    channel = "email" if usager.email else "sms" if usager.sms_number else "courrier"
    common = {"reference": mandat.reference, "structure": structure, "accueil": settings.ACCUEIL_TELEPHONE}
    objet, texte, sms = modele.words(**common | facts)
    fields = {
        "usager_id": usager.id,
        "mandat_id": mandat.id,
        "kind": modele.code,
        "channel": "courrier" if office else channel,
        "office": office or STRUCTURE,
        "objet": objet,
        "texte": texte,
        "created_at": now,
    }
    return fields, sms


def _post(avis: Avis, usager: Usager, sms: str, now: datetime) -> UUID | None:
    """Put the message in the outbox and return its row; a letter has none."""
    if avis.channel == "courrier":
        return None
    if avis.channel == "email":
        text = avis.texte + signed()
        return post_email(usager.email, avis.objet, text, purpose=avis.kind, now=now, about=avis.id).id
    return post_sms(usager.telephone, sms, purpose=avis.kind, now=now, about=avis.id).id
