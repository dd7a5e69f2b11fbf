"""Writes the accord of who holds a contact that another person gives too (DOMAIN §3.5).

The person who gives it confirms by giving it.  Who holds it confirms in one of four ways: by a code sent to the
contact; where none can be sent (a landline), by their volet, or by a code written to them (``accord_letters``); by a
tick beside the other's when both are at the desk for one appointment.  Nobody is told whose the contact is, and an
aidant never takes down the accord for a contact of their own.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Decision
from aidants.domain.telephone import receives_sms
from aidants.envois.outbox import post_email, post_sms
from aidants.journal.record import record
from mandats.domain import contact_errors, errors, events
from mandats.registre.coffre import identity_of, secret_digest
from mandats.registre.models import AccordContact, Brouillon, Usager
from mandats.registre.selectors import other_of
from mandats.registre.services.avis import signed
from mandats.registre.services.brouillons import locked, refuse
from mandats.registre.services.contacts import (
    EMAIL,
    TELEPHONE,
    both_agreed,
    contact_digest,
    held_elsewhere,
    known_usager_id,
)

_SHARE = "Partager votre adresse électronique ?"
CODE_LIVES = timedelta(minutes=30)
CODE_TRIES = 5
ASKS, ASKS_WITHIN = 3, timedelta(hours=1)
BY_CODE, BY_VOLET, IN_COUPLE, IN_WRITING = "code", "volet", "couple", "ecrit"


@transaction.atomic
def ask_holder(subject_id: UUID, kind: str, value: str, asker: str, acteur: Acteur, now: datetime) -> Decision:
    """Send a code to a shared contact: who holds it gives it if they agree.

    ``asker`` says who asks, as the message names them.  Three times an hour at most: each one rings somebody.
    """
    if kind == TELEPHONE and not receives_sms(value):
        return refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_NO_SMS, acteur, now, subject_id)
    if asker_known(kind, value, acteur):
        return refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_YOURS, acteur, now, subject_id)
    row = locked_accord(subject_id, kind, value, acteur, now)
    asks = row.asks if now - row.asked_at < ASKS_WITHIN else 0
    if asks >= ASKS:
        return refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_ASKED_ENOUGH, acteur, now, subject_id)
    row.asks, row.asked_by_id, row.asked_at = asks + 1, _known(acteur), now
    row.save()
    code = give_code(row, now, CODE_LIVES)
    where = "cette adresse" if kind == EMAIL else "ce numéro"
    text = (
        f"{asker[:80]} demande à recevoir ses messages à {where}, en plus de vous. D’accord ? Donnez-lui le code "
        f"{code}, valable 30 minutes. Sinon, ne le donnez à personne."
    )
    if kind == EMAIL:
        text = f"Bonjour,\n\n{text}{signed()}"
        post_email(value, _SHARE, text, purpose="contact_accord", now=now, about=row.id)
    else:
        text = f"{settings.SERVICE_NAME} : {text}"
        post_sms(value, text, purpose="contact_accord", now=now, about=row.id)
    record(events.CONTACT_ASK, acteur=acteur, at=now, subject=subject_id, facts={"kind": kind, "way": BY_CODE})
    return GRANTED


def _known(acteur: Acteur) -> UUID | None:
    return acteur.known_id if acteur.kind is Kind.COMPTE else None


def asker_known(kind: str, value: str, acteur: Acteur) -> bool:
    """Tell whether the aidant who asks holds the contact: they would give the accord to themselves."""
    whose = {"email": value.lower()} if kind == EMAIL else {"telephone": value}
    return acteur.kind is Kind.COMPTE and Compte.objects.filter(pk=acteur.known_id, **whose).exists()


def locked_accord(subject_id: UUID, kind: str, value: str, acteur: Acteur, now: datetime) -> AccordContact:
    """Return the row of this contact and person, made when there is none, under lock."""
    row, _ = AccordContact.objects.select_for_update().get_or_create(
        **accord_of(subject_id, kind, value), defaults={"asked_by_id": _known(acteur), "asked_at": now}
    )
    return row


def give_code(row: AccordContact, now: datetime, lives: timedelta) -> str:
    """Make the six digits of an accord, keep their digest and their term, return them for the one message."""
    code = f"{secrets.randbelow(10**6):06d}"
    row.tries, row.code_until = 0, now + lives
    row.code_digest = secret_digest("accord-contact", f"{row.id}:{code}")
    row.save(update_fields=("tries", "code_until", "code_digest"))
    return code


def accord_of(subject_id: UUID, kind: str, value: str) -> dict[str, str | UUID]:
    """Return what makes an accord one of a kind."""
    return {"subject_id": subject_id, "kind": kind, "contact_digest": contact_digest(kind, value)}


@transaction.atomic
def confirm_shared(subject_id: UUID, kind: str, value: str, code: str, acteur: Acteur, now: datetime) -> Decision:
    """Take the holder's code: both have confirmed, the usager by giving the contact, the holder by the code."""
    row = AccordContact.objects.select_for_update().filter(**accord_of(subject_id, kind, value)).first()
    until = (row.code_until or row.asked_at + CODE_LIVES) if row else now
    if row is None or not row.code_digest or row.tries >= CODE_TRIES or now > until:
        return refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_CODE_REFUSED, acteur, now, subject_id)
    typed = "".join(code.split())
    if not hmac.compare_digest(row.code_digest, secret_digest("accord-contact", f"{row.id}:{typed}")):
        row.tries += 1
        row.save(update_fields=("tries",))
        return refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_CODE_REFUSED, acteur, now, subject_id)
    keep_accord(subject_id, kind, value, acteur, now, way=IN_WRITING if row.letter_at else BY_CODE)
    return GRANTED


@transaction.atomic
def keep_accord(subject_id: UUID, kind: str, value: str, acteur: Acteur, now: datetime, *, way: str) -> None:
    """Write that both confirmed; the proof of it was just judged by the caller."""
    said = {"confirmed_at": now, "code_digest": "", "way": way}
    AccordContact.objects.update_or_create(
        **accord_of(subject_id, kind, value),
        defaults=said,
        create_defaults=said | {"asked_by_id": _known(acteur), "asked_at": now},
    )
    record(events.CONTACT_SHARE, acteur=acteur, at=now, subject=subject_id, facts={"kind": kind, "way": way})


@transaction.atomic
def agree_in_couple(brouillon_id: UUID, kind: str, value: str, acteur: Acteur, now: datetime) -> Decision:
    """Both persons of one appointment ticked: they share this contact, whichever of them concludes first."""
    brouillon = locked(brouillon_id, acteur)
    other = other_of(brouillon) if brouillon else None
    if brouillon is None or other is None or not holds_in_couple(other, kind, value):
        return refuse(events.CONTACT_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    keep_accord(brouillon.id, kind, value, acteur, now, way=IN_COUPLE)
    keep_accord(other.signed_as.usager_id if other.signed_as else other.id, kind, value, acteur, now, way=IN_COUPLE)
    return GRANTED


def holds_in_couple(other: Brouillon, kind: str, value: str) -> bool:
    """Tell whether the other person of the appointment has this contact, or gave it and may have it."""
    if other.signed_as is not None:
        return is_held_by(other.signed_as.usager, kind, value)
    identite = identity_of(other)
    if identite is None or not _same(str(getattr(identite, kind)), value):
        return False
    known = known_usager_id(other, identite)
    return held_elsewhere(kind, value, other.structure, subject_id=other.id, usager_id=known) is None


def needs_accord_in_couple(brouillon: Brouillon, kind: str, value: str) -> bool:
    """Tell whether the other of a couple gave this contact too, and the two have not agreed yet."""
    other = other_of(brouillon)
    return other is not None and holds_in_couple(other, kind, value) and not both_agreed(kind, value, brouillon.id)


def is_held_by(usager: Usager, kind: str, value: str) -> bool:
    """Tell whether a contact is this usager's."""
    return _same(str(getattr(usager, kind)), value)


def _same(one: str, other: str) -> bool:
    return bool(one) and one.casefold() == other.casefold()
