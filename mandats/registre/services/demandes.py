"""Writes the request for consent that goes by text message, and what its answer does (DOMAIN §3.5).

The brouillon's row is locked before the request's, always: the desk and the telephone never wait for each other.
"""

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.vault import seal, unseal
from aidants.envois.models import Envoi
from aidants.envois.outbox import post_sms
from aidants.journal.record import record
from mandats.domain import errors, events
from mandats.domain.accord_sms import DEMANDE_LIVES, VERIFIED
from mandats.registre.coffre import secret_digest, sha256_hex
from mandats.registre.models import Brouillon, DemandeSms
from mandats.registre.services.brouillons import refuse
from mandats.registre.services.consent import forget_consent, give, keep_document, ready

DEMANDES = 3
"""Requests sent for one brouillon: who does not answer three is not pressed further."""
USAGER = Acteur(Kind.USAGER)


@dataclass(slots=True, repr=False)
class Exchange:
    """All that was said both ways, and to which number; becomes the proof.  Never shown by ``repr``."""

    telephone: str
    code: str
    recap: str
    request: str
    answers: list[dict[str, str]] = field(default_factory=list)


def telephone_digest(telephone: str) -> str:
    """Return the keyed digest by which a request finds the telephone that answers it."""
    return secret_digest("telephone", telephone)


def new_code() -> str:
    """Draw the four digits by which one request is told from another on the same telephone."""
    return f"{secrets.randbelow(9000) + 1000}"


def exchange_of(demande: DemandeSms) -> Exchange | None:
    """Return what was said so far, while the request waits."""
    if demande.exchange_sealed is None:
        return None
    return Exchange(**json.loads(unseal(bytes(demande.exchange_sealed), settings.VAULT_KEYS)))


def _sealed(exchange: Exchange) -> bytes:
    return seal(json.dumps(asdict(exchange)).encode(), settings.VAULT_KEYS)


@transaction.atomic
def ask_by_sms(
    brouillon_id: UUID, exchange: Exchange, verified: str, text_sha256: str, acteur: Acteur, now: datetime
) -> DemandeSms | Denied:
    """Post the recap and the request; one request waits at a time.  A consent given before falls."""
    brouillon = ready(brouillon_id, text_sha256, acteur, now)
    if isinstance(brouillon, Denied):
        return brouillon
    reason = _why_not_by_sms(brouillon, verified)
    if reason is not None:
        return refuse(events.CONSENT_REFUSED, reason, acteur, now, brouillon_id)
    forget_consent(brouillon)
    brouillon.save()
    recap = post_sms(exchange.telephone, exchange.recap, purpose="accord_recap", now=now, about=brouillon.id)
    request = post_sms(
        exchange.telephone, exchange.request, purpose="accord_demande", now=now, about=brouillon.id, after=recap
    )
    demande = DemandeSms.objects.create(
        brouillon=brouillon,
        aidant_id=acteur.known_id,
        telephone_digest=telephone_digest(exchange.telephone),
        exchange_sealed=_sealed(exchange),
        verified=verified,
        text_sha256=text_sha256,
        recap_envoi_id=recap.id,
        request_envoi_id=request.id,
        created_at=now,
        expires_at=now + DEMANDE_LIVES,
    )
    facts = {
        "recap_sha256": sha256_hex(exchange.recap.encode()),
        "request_sha256": sha256_hex(exchange.request.encode()),
        "verified": verified,
    }
    record(events.CONSENT_SMS_ASK, acteur=acteur, at=now, subject=brouillon.id, facts=facts)
    return demande


def _why_not_by_sms(brouillon: Brouillon, verified: str) -> ErrorCode | None:
    asked = DemandeSms.objects.filter(brouillon=brouillon)
    if verified not in VERIFIED:
        return errors.SMS_NUMBER_UNVERIFIED
    if asked.filter(closed_at__isnull=True).exists():
        return errors.SMS_WAITING
    return errors.TOO_MANY_CODES if asked.count() >= DEMANDES else None


def waiting_for(telephone: str) -> list[DemandeSms]:
    """Return the requests that a telephone may answer, the oldest first."""
    found = DemandeSms.objects.filter(telephone_digest=telephone_digest(telephone), closed_at__isnull=True)
    return list(found.order_by("created_at", "id"))


def lock_waiting(demande_id: UUID, brouillon_id: UUID) -> DemandeSms | None:
    """Return a request that still waits, its brouillon and itself locked in this order."""
    held = Brouillon.objects.select_for_update().filter(pk=brouillon_id, signed_as__isnull=True).first()
    if held is None:
        return None
    rows = DemandeSms.objects.select_for_update(of=("self",)).select_related(
        "brouillon__structure", "brouillon__aidant"
    )
    return rows.filter(pk=demande_id, closed_at__isnull=True).first()


def note_answer(demande: DemandeSms, exchange: Exchange, text: str, message_id: str, now: datetime) -> None:
    """Add an answer to what was said."""
    exchange.answers.append({"text": text, "message": message_id, "at": now.astimezone(UTC).isoformat()})
    demande.exchange_sealed = _sealed(exchange)
    demande.save(update_fields=("exchange_sealed", "unknown_answers"))


def close(demande: DemandeSms, outcome: str, now: datetime, acteur: Acteur = USAGER) -> None:
    """Close a request without consent and forget what was said."""
    demande.closed_at, demande.outcome, demande.exchange_sealed = now, outcome, None
    demande.save(update_fields=("closed_at", "outcome", "exchange_sealed"))
    brouillon, facts = demande.brouillon, {"outcome": outcome}
    place = brouillon.structure_id
    record(events.CONSENT_SMS_CLOSE, acteur=acteur, at=now, subject=brouillon.id, structure=place, facts=facts)


def consent_by_sms(demande: DemandeSms, exchange: Exchange, now: datetime) -> None:
    """The usager answered « oui » or the code: keep both messages, their deliveries and the answer as the proof."""
    brouillon = demande.brouillon
    keeper = Acteur(Kind.COMPTE, demande.aidant_id, brouillon.structure_id)
    content = json.dumps(_proof(demande, exchange), ensure_ascii=False, sort_keys=True).encode()
    kept = keep_document(brouillon, "echange", content, "application/json", keeper, now)
    demande.closed_at, demande.outcome, demande.exchange_sealed = now, "accord", None
    demande.save(update_fields=("closed_at", "outcome", "exchange_sealed"))
    usager = Acteur(Kind.USAGER, None, brouillon.structure_id)
    proof = {"echange_sha256": kept.sha256}
    give(brouillon, "sms", "reponse", proof, usager, now, main_proof="echange_sha256")


def _proof(demande: DemandeSms, exchange: Exchange) -> dict[str, object]:
    sent = Envoi.objects.in_bulk((demande.recap_envoi_id, demande.request_envoi_id))
    return {
        "reference": demande.brouillon.reference,
        "telephone": exchange.telephone,
        "numero_verifie": demande.verified,
        "text_sha256": demande.text_sha256,
        "demande_le": demande.created_at.astimezone(UTC).isoformat(),
        "recapitulatif": _message(exchange.recap, sent.get(demande.recap_envoi_id)),
        "demande": _message(exchange.request, sent.get(demande.request_envoi_id)),
        "reponses": exchange.answers,
    }


def _message(text: str, sent: Envoi | None) -> dict[str, str]:
    return {"text": text, "livraison": sent.delivery if sent else "", "accuse": sent.report if sent else ""}


@transaction.atomic
def cancel_request(demande_id: UUID, brouillon_id: UUID, acteur: Acteur, now: datetime) -> bool:
    """The aidant withdraws a request that nobody answered yet."""
    demande = lock_waiting(demande_id, brouillon_id)
    if demande is None:
        return False
    close(demande, "annule", now, acteur)
    return True


def expire_requests(now: datetime) -> int:
    """Close the requests that were not answered in time; return how many."""
    over = DemandeSms.objects.filter(closed_at__isnull=True, expires_at__lte=now).order_by("expires_at", "id")
    return sum(_expire(pk, brouillon_id, now) for pk, brouillon_id in list(over.values_list("pk", "brouillon_id")))


@transaction.atomic
def _expire(demande_id: UUID, brouillon_id: UUID, now: datetime) -> bool:
    demande = lock_waiting(demande_id, brouillon_id)
    if demande is None:
        return False
    close(demande, "expire", now, SYSTEME)
    return True


def last_request(brouillon: Brouillon) -> DemandeSms | None:
    """Return the latest request of a brouillon, whatever became of it."""
    return DemandeSms.objects.filter(brouillon=brouillon).order_by("-created_at").first()


def sent_messages(demande: DemandeSms) -> list[tuple[str, str]]:
    """Return the two messages of a request and what became of each (``attente``, ``en_route``, ``delivre``…)."""
    sent = Envoi.objects.in_bulk((demande.recap_envoi_id, demande.request_envoi_id))
    named = (("récapitulatif", demande.recap_envoi_id), ("demande", demande.request_envoi_id))
    return [(label, _state(sent.get(pk))) for label, pk in named]


def _state(sent: Envoi | None) -> str:
    if sent is None or sent.sent_at is None:
        return "echec" if sent is not None and sent.failed_at else "attente"
    return sent.report or "envoye"
