"""Writes the reading aloud of the text, and the consent given before a named witness who is not the aidant."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.folding import fold
from aidants.journal.record import record
from mandats.domain import errors, events
from mandats.domain.pieces import looks_like_a_name, typed_name
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon
from mandats.registre.services.brouillons import refuse
from mandats.registre.services.consent import give, keep_document, ready

DECLARATION = (
    "J’ai entendu la lecture du mandat à voix haute. J’ai vu et entendu la personne dire qu’elle le comprend et "
    "qu’elle est d’accord. Je ne suis pas l’aidant."
)


@dataclass(frozen=True, slots=True)
class Temoin:
    """Who was there: full name, and in what quality (« sa fille », « agent d’accueil »)."""

    name: str
    quality: str


@transaction.atomic
def note_read_aloud(brouillon_id: UUID, text_sha256: str, acteur: Acteur, now: datetime) -> Decision:
    """Note that the very text that stands was read aloud to the usager, to its end."""
    brouillon = ready(brouillon_id, text_sha256, acteur, now)
    if isinstance(brouillon, Denied):
        return brouillon
    brouillon.read_aloud_at = brouillon.updated_at = now
    brouillon.save(update_fields=("read_aloud_at", "updated_at"))
    facts = {"text_sha256": text_sha256}
    record(events.CONSENT_READ_ALOUD, acteur=acteur, at=now, subject=brouillon.id, facts=facts)
    return GRANTED


@transaction.atomic
def consent_before_witness(
    brouillon_id: UUID, temoin: Temoin, text_sha256: str, acteur: Acteur, now: datetime
) -> Decision:
    """The usager agrees aloud, after the reading, before a witness; both ticked.

    The proof is the witness's declaration with their name and quality, kept with the mandat's papers.
    """
    brouillon = ready(brouillon_id, text_sha256, acteur, now)
    if isinstance(brouillon, Denied):
        return brouillon
    if brouillon.read_aloud_at is None:
        return refuse(events.CONSENT_REFUSED, errors.NOT_READ_ALOUD, acteur, now, brouillon_id)
    named = Temoin(typed_name(temoin.name), typed_name(temoin.quality))
    if not _may_witness(named, brouillon, acteur):
        return refuse(events.CONSENT_REFUSED, errors.WITNESS_REFUSED, acteur, now, brouillon_id)
    told = asdict(named) | {
        "declaration": DECLARATION,
        "reference": brouillon.reference,
        "text_sha256": text_sha256,
        "read_aloud_at": int(brouillon.read_aloud_at.timestamp()),
        "at": int(now.timestamp()),
    }
    content = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    kept = keep_document(brouillon, "temoin", content, "application/json", acteur, now)
    proof = {"temoin_sha256": kept.sha256}
    return give(brouillon, "ecran", "temoin", proof, acteur, now, main_proof="temoin_sha256")


def _may_witness(temoin: Temoin, brouillon: Brouillon, acteur: Acteur) -> bool:
    """Tell whether the witness is somebody else than the aidant and the usager, and bears a name."""
    if not looks_like_a_name(temoin.name) or " " not in temoin.name or not temoin.quality:
        return False
    identite = identity_of(brouillon)
    aidant = Compte.objects.filter(pk=acteur.known_id).first()
    others = [brouillon.aidant.full_name, *([aidant.full_name] if aidant else [])]
    if identite is not None:
        first = identite.given_name.split()[0]
        others += [identite.full_name, f"{first} {identite.family_name}"]
    said = sorted(fold(temoin.name).split())
    return all(said != sorted(fold(other).split()) for other in others)
