"""Tells the usager: by e-mail, else by text message, else by a letter that waits to be handed over or posted.

One avis a ``key``: the same act never tells twice.  Always in the transaction of the act that is told.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from aidants.envois.outbox import post_email, post_sms
from mandats.domain.avis import Modele
from mandats.registre.models import Avis, Mandat

_SIGNED = "\n\nCe message vient du {service}. Répondre ne sert à rien : téléphonez au {accueil}.\n"


def announce(modele: Modele, mandat: Mandat, now: datetime, *, key: str, **facts: str) -> Avis:
    """Tell the usager of ``mandat`` once; return the avis, the first one when ``key`` was told already.

    ``key``    what makes this telling unique, e.g. ``utilisation:<uuid>``; references only
    ``facts``  what ``modele`` needs beyond ``reference``, ``structure`` and ``accueil``; nothing about the usager

    The channel is the usager's: e-mail when known, else telephone, else ``courrier``, which waits as a line
    « à remettre » of the structure.
    """
    usager = mandat.usager
    channel = "email" if usager.email else "sms" if usager.telephone else "courrier"
    common = {
        "reference": mandat.reference,
        "structure": mandat.structure.name,
        "accueil": settings.ACCUEIL_TELEPHONE,
    }
    objet, texte, sms = modele.words(**common | facts)
    avis, created = Avis.objects.get_or_create(
        key=key,
        defaults={
            "usager": usager,
            "mandat": mandat,
            "kind": modele.code,
            "channel": channel,
            "objet": objet,
            "texte": texte,
            "created_at": now,
        },
    )
    if created:
        _post(avis, usager.email or usager.telephone, sms, now)
    return avis


def _post(avis: Avis, to: str, sms: str, now: datetime) -> None:
    """Put the message in the outbox; a letter has none."""
    if avis.channel == "courrier":
        return
    if avis.channel == "email":
        signed = _SIGNED.format(service=settings.SERVICE_NAME, accueil=settings.ACCUEIL_TELEPHONE)
        sent = post_email(to, avis.objet, avis.texte + signed, purpose=avis.kind, now=now, about=avis.id)
    else:
        sent = post_sms(to, sms, purpose=avis.kind, now=now, about=avis.id)
    avis.envoi_id = sent.id
    avis.save(update_fields=("envoi_id",))


def waiting_letters(structure_id: UUID) -> list[Avis]:
    """Return the avis « à remettre » of a structure, the oldest first."""
    waiting = Avis.objects.filter(mandat__structure=structure_id, channel="courrier", handed_at__isnull=True)
    return list(waiting.select_related("usager", "mandat").order_by("created_at", "id"))
