"""The mandats that the usager's session opens; any other answers as an unknown one."""

from datetime import datetime
from uuid import UUID

from django.http import Http404

from mandats.pages.usager.session import UsagerSession
from mandats.registre.models import Mandat
from mandats.verification.usager_record import mandats_of_usager, summary_of

WAY = "page_usager"


def mine(who: UsagerSession, mandat_id: UUID) -> Mandat:
    """Return a mandat of this session.  Raises ``Http404``."""
    mandat = mandats_of_usager(who.usager_id, who.mandat_id).filter(pk=mandat_id).first()
    if mandat is None:
        raise Http404
    return mandat


def standing(who: UsagerSession, mandat_id: UUID, now: datetime) -> Mandat:
    """Return a mandat of this session that has not ended.  Raises ``Http404``."""
    mandat = mine(who, mandat_id)
    if not summary_of(mandat, now).is_standing:
        raise Http404
    return mandat
