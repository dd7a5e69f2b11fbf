"""Hands the usager their mandat as a credential (``dc+sd-jwt``); keeps its place in a status list, never its bytes."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from aidants.domain.decisions import Denied
from aidants.journal.record import record
from mandats.attestation.acte import verify_acte
from mandats.attestation.credential import issue_credential
from mandats.attestation.keys import active_key, published_keys
from mandats.domain import errors, events
from mandats.domain.actes import Acte, StatusIndex
from mandats.registre.models import Mandat, Titre
from mandats.registre.models.titres import FIRST_LIST
from mandats.registre.services.many import acteur_usager
from mandats.registre.services.places import draw_places
from mandats.registre.texts import status_uri

_SALT_BYTES = 16


def issue_titre(mandat_id: UUID, now: datetime, holder: Mapping[str, Any] | None = None) -> str | Denied:
    """Return the credential of a mandat that stands, with the demarches that stand; ``holder`` is a public JWK.

    The entry is about the usager: the structure does not see it.  Each credential has salts of its own.
    """
    key = active_key("acte", "ES256", now)  # read before the transaction: the key ring keeps nothing of one
    with transaction.atomic():
        mandat = Mandat.objects.select_for_update().get(pk=mandat_id)
        acte = _standing_part(mandat, now)
        if acte is None:
            return Denied(errors.ALREADY_ENDED)
        titre = _titre_of(mandat, now)
        facts = {"mandat": str(mandat.id), "place": str(titre), "bound": holder is not None}
        acteur = acteur_usager(mandat.usager_id)
        record(events.TITRE_ISSUE, acteur=acteur, at=now, subject=mandat.usager_id, facts=facts)
    place = StatusIndex(titre.status_index, status_uri(titre.status_list))
    draw = lambda: secrets.token_urlsafe(_SALT_BYTES)  # noqa: E731 -- one salt a disclosure
    return issue_credential(acte, place, now, key=key.ec, kid=key.kid, draw=draw, holder=holder)


def _standing_part(mandat: Mandat, now: datetime) -> Acte | None:
    """Return the acte with what still stands of it; ``None`` when nothing does."""
    if mandat.ended_at is not None or now >= mandat.expires_at:
        return None
    standing = set(mandat.autorisations.filter(ended_at__isnull=True).values_list("demarche", flat=True))
    acte = verify_acte(mandat.acte, published_keys(now))
    demarches = tuple(given for given in acte.demarches if given.code in standing)
    return replace(acte, demarches=demarches) if demarches else None


def _titre_of(mandat: Mandat, now: datetime) -> Titre:
    """Return the place of this mandat's credential, drawn once."""
    titre = Titre.objects.filter(mandat=mandat).first()
    if titre is None:
        ((status_list, index),) = draw_places(1, Titre, FIRST_LIST)
        titre = Titre.objects.create(mandat=mandat, status_list=status_list, status_index=index, created_at=now)
    return titre
