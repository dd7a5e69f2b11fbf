"""Journals that a record or a paper was opened: the usager sees who looked (DOMAIN §3.4)."""

from datetime import datetime

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.journal.record import record
from mandats.domain import events
from mandats.registre.models import Document, Mandat


@transaction.atomic
def consult_mandat(mandat: Mandat, acteur: Acteur, now: datetime) -> None:
    """Note that the record was opened."""
    record(events.MANDAT_CONSULT, acteur=acteur, at=now, subject=mandat.id, structure=mandat.structure_id)


@transaction.atomic
def consult_proof(mandat: Mandat, acteur: Acteur, now: datetime) -> None:
    """Note that the proof of the mandat's place in the journal was taken."""
    place = mandat.structure_id
    facts = {"kind": "preuve"}
    record(events.DOCUMENT_CONSULT, acteur=acteur, at=now, subject=mandat.id, structure=place, facts=facts)


@transaction.atomic
def consult_document(document: Document, mandat: Mandat, acteur: Acteur, now: datetime) -> None:
    """Note that one paper of the record was opened."""
    facts = {"kind": document.kind, "version": document.version}
    place = mandat.structure_id
    record(events.DOCUMENT_CONSULT, acteur=acteur, at=now, subject=mandat.id, structure=place, facts=facts)


@transaction.atomic
def note_search(acteur: Acteur, count: int, now: datetime) -> None:
    """Note that an usager was searched by name and birth date, and how many mandats were found: neither is written."""
    record(events.USAGER_FIND, acteur=acteur, at=now, facts={"count": count})
