"""Consent by text message, at a distance: the recap, the request, the answer, the receipt."""

from datetime import datetime
from uuid import UUID

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.telephone import BadTelephone, to_e164
from aidants.envois.outbox import post_sms
from mandats.consentement.entrants import Reponse
from mandats.domain import errors, events
from mandats.domain.accord_sms import Answer, is_over, read_answer
from mandats.registre.coffre import texts_of
from mandats.registre.models import Brouillon, DemandeSms
from mandats.registre.selectors import brouillon_of
from mandats.registre.services.brouillons import refuse
from mandats.registre.services.contacts import TELEPHONE, no_sms
from mandats.registre.services.contacts_bureau import fault_for_brouillon
from mandats.registre.services.demandes import (
    Exchange,
    ask_by_sms,
    close,
    consent_by_sms,
    exchange_of,
    lock_waiting,
    new_code,
    note_answer,
    waiting_for,
)


def ask(
    brouillon_id: UUID, telephone: str, verified: str, text_sha256: str, acteur: Acteur, now: datetime
) -> DemandeSms | Denied:
    """Send the recap and the request to the usager's own, verified number."""
    brouillon = brouillon_of(acteur.structure_id, brouillon_id) if acteur.structure_id else None
    if brouillon is None or brouillon.signed_as_id:
        return refuse(events.CONSENT_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    try:
        number = to_e164(telephone)
    except BadTelephone:
        return refuse(events.CONSENT_REFUSED, errors.TELEPHONE_REFUSED, acteur, now, brouillon_id)
    fault = fault_for_brouillon(TELEPHONE, number, brouillon) or no_sms(number)
    if fault is not None:
        return refuse(events.CONSENT_REFUSED, fault, acteur, now, brouillon_id)
    code = new_code()
    exchange = Exchange(number, code, recap_text(brouillon), request_text(brouillon, code))
    return ask_by_sms(brouillon_id, exchange, verified, text_sha256, acteur, now)


def recap_text(brouillon: Brouillon) -> str:
    """Return the recap: the very summary that the desk shows."""
    texts = texts_of(brouillon)
    summary = " ".join(texts.summary.split()) if texts else ""
    return f"Mandat {brouillon.reference}, en bref : {summary}"


def request_text(brouillon: Brouillon, code: str) -> str:
    """Return the request: what « oui » would do, and how to say no."""
    return (
        f"Donnez-vous ce mandat ({brouillon.reference}) à {brouillon.structure.name[:60]} ? Répondez OUI ou le code "
        f"{code} si vous êtes d’accord, NON sinon. Rien ne vous presse : vous avez 3 jours."
    )


def take_answer(reponse: Reponse, now: datetime) -> bool:
    """Take an answer to a request that waits; ``False`` when the number has none."""
    waiting = waiting_for(reponse.telephone)
    for chosen in _addressed(waiting, reponse.words):
        demande = lock_waiting(chosen.id, chosen.brouillon_id)
        exchange = exchange_of(demande) if demande else None
        if demande is None or exchange is None:
            continue
        _answer(demande, exchange, reponse, alone=len(waiting) == 1, now=now)
        return True
    return False


def _addressed(waiting: list[DemandeSms], words: str) -> list[DemandeSms]:
    """Return the requests an answer may be for, the likeliest first: the one whose code it holds, else the latest."""
    digits = words.replace(" ", "").removeprefix("oui")

    def holds_code(demande: DemandeSms) -> bool:
        exchange = exchange_of(demande)
        return exchange is not None and digits == exchange.code

    return sorted(waiting, key=lambda one: (not holds_code(one), -one.created_at.timestamp()))


def _answer(demande: DemandeSms, exchange: Exchange, reponse: Reponse, *, alone: bool, now: datetime) -> None:
    """Do what the answer says; « oui » without a code is not enough when several requests wait on one telephone."""
    said = read_answer(reponse.words, exchange.code)
    if said is Answer.YES and not alone and exchange.code not in reponse.words.replace(" ", ""):
        said = Answer.UNKNOWN
    note_answer(demande, exchange, reponse.text[:400], reponse.message_id, now)
    if now >= demande.expires_at:
        _say(demande, exchange, "Votre réponse est arrivée trop tard : rien n’est signé.", now)
        close(demande, "expire", now)
    elif said is Answer.YES and demande.brouillon.text_sha256 == demande.text_sha256:
        _say(
            demande,
            exchange,
            "Votre accord est enregistré. Le mandat commencera quand la structure l’aura accepté.",
            now,
        )
        consent_by_sms(demande, exchange, now)
    elif said is Answer.NO:
        _say(demande, exchange, "C’est noté : rien n’est signé.", now)
        close(demande, "refus", now)
    else:
        _not_understood(demande, exchange, now)


def _not_understood(demande: DemandeSms, exchange: Exchange, now: datetime) -> None:
    """Ask again, twice; then refuse."""
    demande.unknown_answers += 1
    demande.save(update_fields=("unknown_answers",))
    if is_over(demande.unknown_answers):
        _say(demande, exchange, "Nous n’avons pas compris vos réponses : rien n’est signé.", now)
        close(demande, "incompris", now)
        return
    again = f"Nous n’avons pas compris. Répondez OUI {exchange.code} si vous êtes d’accord, ou NON. Rien n’est signé."
    _say(demande, exchange, again, now)


def _say(demande: DemandeSms, exchange: Exchange, words: str, now: datetime) -> None:
    text = f"Mandat {demande.brouillon.reference} : {words}"
    post_sms(exchange.telephone, text, purpose="accord_reponse", now=now, about=demande.brouillon_id)
