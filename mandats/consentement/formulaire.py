"""Revocation on paper: the form that the usager signed, kept as it came, ends the mandat that it names."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from mandats.consentement.papier import content_type_of
from mandats.domain import errors, events
from mandats.domain.fins import PAPER
from mandats.registre.coffre import sha256_hex
from mandats.registre.models import Document
from mandats.registre.services.reach import locked_mandat_to_stop, tell, tell_refusal
from mandats.registre.services.revoke import revoke_mandat

KIND = "revocation"


@transaction.atomic
def revoke_on_paper(mandat_id: UUID | None, scan: bytes, acteur: Acteur, now: datetime) -> Decision:
    """End a mandat by its signed form: PDF, JPEG or PNG, told by its content, 10 MiB at most.

    ``mandat_id`` is ``None`` for a reference that nobody knows.
    """
    refused, content_type = events.MANDAT_REVOKE_REFUSED, content_type_of(scan)
    mandat = locked_mandat_to_stop(mandat_id, acteur) if mandat_id else None
    if mandat is None:
        return tell_refusal(refused, errors.AUTORISATION_UNKNOWN, None, acteur, now, way=PAPER)
    if content_type is None:
        return tell_refusal(refused, errors.SCAN_REFUSED, mandat, acteur, now, way=PAPER)
    done = revoke_mandat(mandat.id, acteur, way=PAPER, now=now)
    if isinstance(done, Denied):
        return done
    version = Document.objects.filter(mandat=mandat, kind=KIND).count() + 1
    kept = Document.objects.create(
        mandat=mandat,
        kind=KIND,
        version=version,
        content=scan,
        content_type=content_type,
        sha256=sha256_hex(scan),
        created_by_id=acteur.known_id,
        created_at=now,
    )
    tell(events.REVOCATION_FORM_ADD, mandat, acteur, now, sha256=kept.sha256, version=version)
    return GRANTED
