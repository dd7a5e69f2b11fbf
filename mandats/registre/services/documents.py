"""Keeps sealed papers: their first bytes, and the same with the time-stamp once the authority gave it.

Sealing and asking happen outside the transaction that keeps: the authority may take seconds, and the
mandat's row is never locked for it.  The first who keeps a paper wins; the others read theirs.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.events import Event
from aidants.journal.record import record
from mandats.document.sealing import SealedPaper, stamp_paper
from mandats.domain import events
from mandats.domain.horodatage import next_try
from mandats.registre.coffre import sha256_hex
from mandats.registre.models import Document, Horodatage, Mandat

MANDAT, END_CERTIFICATE = "mandat", "attestation_fin"
_AT_ONCE = 20


def latest(mandat_id: UUID, kind: str) -> Document | None:
    """Return the newest version of a paper, with its bytes."""
    return Document.objects.filter(mandat=mandat_id, kind=kind).order_by("-version").first()


@transaction.atomic
def keep_sealed(
    mandat_id: UUID,
    kind: str,
    after: int,
    paper: SealedPaper,
    event: Event,
    acteur: Acteur,
    now: datetime,
    **facts: object,
) -> Document:
    """Keep a sealed paper as the version after ``after``, and journal its SHA-256.

    Somebody else kept one meanwhile: theirs is returned and ``paper`` is forgotten.
    """
    mandat = Mandat.objects.select_for_update().only("id", "structure", "aidant").get(pk=mandat_id)
    existing = latest(mandat_id, kind)
    if existing is not None and existing.version > after:
        return existing
    document = _kept(mandat, kind, after + 1, paper, acteur, now)
    if paper.stamped_at is None:
        Horodatage.objects.create(document=document, next_at=next_try(1, now))
    told = {"sha256": document.sha256, **facts}
    record(event, acteur=acteur, at=now, subject=mandat_id, structure=mandat.structure_id, facts=told)
    return document


def _kept(mandat: Mandat, kind: str, version: int, paper: SealedPaper, acteur: Acteur, now: datetime) -> Document:
    return Document.objects.create(
        mandat=mandat,
        kind=kind,
        version=version,
        content=paper.content,
        content_type="application/pdf",
        sha256=sha256_hex(paper.content),
        stamped_at=paper.stamped_at,
        created_by_id=acteur.known_id if acteur.structure_id else mandat.aidant_id,
        created_at=now,
    )


def stamp_waiting(now: datetime) -> int:
    """Ask the authority for the time-stamps that are due; return how many came.

    One that does not answer ends the visit: the others wait for the next one, none is lost.
    """
    due = Horodatage.objects.filter(next_at__lte=now).order_by("next_at", "document_id")
    came = 0
    for waiting_id in due.values_list("document_id", flat=True)[:_AT_ONCE]:
        document = Document.objects.get(pk=waiting_id)
        paper = stamp_paper(bytes(document.content), now, insist=True)
        if paper.stamped_at is None:
            _wait_longer(waiting_id, now)
            break
        came += _stamped(document, paper, now)
    return came


@transaction.atomic
def _wait_longer(document_id: UUID, now: datetime) -> None:
    row = Horodatage.objects.select_for_update().filter(pk=document_id).first()
    if row is not None:
        row.tries += 1
        row.next_at = next_try(row.tries, now)
        row.save(update_fields=("tries", "next_at"))


@transaction.atomic
def _stamped(document: Document, paper: SealedPaper, now: datetime) -> int:
    """Keep the stamped bytes as the next version; 0 when another worker did, or when the paper is gone."""
    row = Horodatage.objects.select_for_update().filter(pk=document.id).first()
    if row is None or document.mandat_id is None or paper.stamped_at is None:
        return 0
    row.delete()
    mandat = Mandat.objects.select_for_update().only("id", "structure", "aidant").get(pk=document.mandat_id)
    newest = latest(mandat.id, document.kind)
    if newest is not None and newest.version > document.version:
        return 0  # a later certificate tells more: the older one keeps its bytes, and its place
    stamped = _kept(mandat, document.kind, document.version + 1, paper, SYSTEME, now)
    facts = {
        "sha256": stamped.sha256,
        "kind": stamped.kind,
        "version": stamped.version,
        "stamped_at": int(paper.stamped_at.timestamp()),
    }
    record(events.DOCUMENT_STAMP, acteur=SYSTEME, at=now, subject=mandat.id, structure=mandat.structure_id, facts=facts)
    return 1
