"""Writes contacts typed at the desk or on the usager's page, and the accord of who shares one.

Both confirm a shared contact: the usager, who gives it, and who holds it, by a code that is sent to it.
"""

import hmac
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from aidants.envois.outbox import post_email, post_sms
from aidants.journal.record import record
from aidants.structures.models import Structure
from mandats.domain import contact_errors, errors, events
from mandats.domain.identite import Identite
from mandats.registre.coffre import identity_of, seal_identity, secret_digest
from mandats.registre.models import AccordContact, Brouillon, Usager
from mandats.registre.services.brouillons import locked, refuse
from mandats.registre.services.contacts import (
    EMAIL,
    TELEPHONE,
    contact_digest,
    fault_of,
    held_elsewhere,
    hold_contacts,
    replace_contact,
)

CODE_LIVES = timedelta(minutes=30)
CODE_TRIES = 5


@transaction.atomic
def give_contacts(
    brouillon_id: UUID, email: str, telephone: str, acteur: Acteur, now: datetime
) -> Decision | dict[str, ErrorCode]:
    """Keep the contacts that the usager gives at the desk; either may be empty.

    Returns the faults by kind when one is not taken; nothing is kept then.
    """
    brouillon = locked(brouillon_id, acteur)
    identite = identity_of(brouillon) if brouillon else None
    if brouillon is None or identite is None:
        return refuse(events.CONTACT_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    faults = _faults(brouillon, identite, {EMAIL: email, TELEPHONE: telephone})
    for kind, fault in faults.items():
        event, code = events.CONTACT_REFUSED, fault.code
        record(event, acteur=acteur, at=now, subject=brouillon.id, reason=code, facts={"kind": kind})
    if faults:
        return faults
    typed = identite.typed_email if email == identite.email else bool(email)
    kept = replace(identite, email=email, telephone=telephone, typed_email=typed)
    brouillon.identity_sealed, brouillon.updated_at = seal_identity(kept), now
    brouillon.save(update_fields=("identity_sealed", "updated_at"))
    facts = {"email": bool(email), "telephone": bool(telephone)}
    record(events.CONTACT_GIVE, acteur=acteur, at=now, subject=brouillon.id, facts=facts)
    return GRANTED


def _faults(brouillon: Brouillon, identite: Identite, given: dict[str, str]) -> dict[str, ErrorCode]:
    """Return what is wrong with each contact that is typed here."""
    found: dict[str, ErrorCode] = {}
    if is_franceconnect_s(brouillon, identite) and given[EMAIL] != identite.email:
        found[EMAIL] = contact_errors.CONTACT_GIVEN_BY_FRANCECONNECT
    known = known_usager_id(brouillon, identite)
    for kind, value in given.items():
        if not value or kind in found or (kind == EMAIL and is_franceconnect_s(brouillon, identite)):
            continue
        fault = fault_of(kind, value, brouillon.structure, subject_id=brouillon.id, usager_id=known)
        if fault is not None:
            found[kind] = fault
    return found


def fault_for_brouillon(kind: str, value: str, brouillon: Brouillon) -> ErrorCode | None:
    """Return why a contact cannot be the one of the person whom a brouillon is for, or ``None``."""
    identite = identity_of(brouillon)
    known = known_usager_id(brouillon, identite) if identite else None
    return fault_of(kind, value, brouillon.structure, subject_id=brouillon.id, usager_id=known)


def is_franceconnect_s(brouillon: Brouillon, identite: Identite) -> bool:
    """Tell whether the address came from FranceConnect, to which it goes back as it is."""
    return brouillon.identity == "franceconnect" and bool(identite.email) and not identite.typed_email


def withheld_address(brouillon: Brouillon, identite: Identite) -> ErrorCode | None:
    """Return why nobody writes to the address that FranceConnect gave, or ``None`` when it becomes the contact.

    An aidant's or another usager's is not kept as a contact until both confirm; the structure's never is.  The mandat
    goes on, and the address still goes back to FranceConnect as it came (PROTOCOLS §1), to FranceConnect alone.
    Whether it looks made up is not asked: FranceConnect writes to it.  What is the usager's contact already stays so.
    """
    if not is_franceconnect_s(brouillon, identite):
        return None
    own = Usager.objects.filter(sub_digest=identite.sub_digest).only("email").first()
    if own is not None and own.email.casefold() == identite.email.casefold():
        return None
    usager_id = own.pk if own else None
    return held_elsewhere(EMAIL, identite.email, brouillon.structure, subject_id=brouillon.id, usager_id=usager_id)


def taken_meanwhile(brouillon: Brouillon, identite: Identite) -> ErrorCode | None:
    """Return why a contact typed at the desk cannot go with the mandat any more, or ``None``.

    Asked at the signature, which holds both contacts until it ends: meanwhile another desk may have concluded with
    the same ones.
    """
    hold_contacts((EMAIL, identite.email), (TELEPHONE, identite.telephone))
    known = known_usager_id(brouillon, identite) if identite.typed_email or identite.telephone else None
    typed = {EMAIL: identite.email if identite.typed_email else "", TELEPHONE: identite.telephone}
    found = (
        held_elsewhere(kind, value, brouillon.structure, subject_id=brouillon.id, usager_id=known)
        for kind, value in typed.items()
        if value
    )
    return next((fault for fault in found if fault), None)


def known_usager_id(brouillon: Brouillon, identite: Identite) -> UUID | None:
    """Return the usager's row, when the person is known already."""
    if identite.sub_digest:
        return Usager.objects.filter(sub_digest=identite.sub_digest).values_list("pk", flat=True).first()
    return brouillon.same_as_id


@transaction.atomic
def ask_holder(subject_id: UUID, kind: str, value: str, structure: Structure, acteur: Acteur, now: datetime) -> None:
    """Send a code to a shared contact: who holds it gives it if they agree."""
    code = f"{secrets.randbelow(10**6):06d}"
    row, _ = AccordContact.objects.select_for_update().update_or_create(
        subject_id=subject_id,
        kind=kind,
        contact_digest=contact_digest(kind, value),
        defaults={"code_digest": "", "tries": 0, "asked_by_id": acteur.known_id, "asked_at": now},
    )
    row.code_digest = secret_digest("accord-contact", f"{row.id}:{code}")
    row.save(update_fields=("code_digest",))
    text = (
        f"Une personne aidée par {structure.name[:60]} veut aussi recevoir ses messages ici. Si vous êtes d’accord, "
        f"donnez le code {code}. Sinon, ne faites rien. Valable 30 minutes."
    )
    if kind == EMAIL:
        post_email(
            value, "Partager votre adresse électronique ?", text, purpose="contact_accord", now=now, about=row.id
        )
    else:
        post_sms(value, text, purpose="contact_accord", now=now, about=row.id)
    record(events.CONTACT_ASK, acteur=acteur, at=now, subject=subject_id, facts={"kind": kind})


@transaction.atomic
def confirm_shared(subject_id: UUID, kind: str, value: str, code: str, acteur: Acteur, now: datetime) -> Decision:
    """Take the holder's code: both have confirmed, the usager by giving the contact, the holder by the code."""
    digest = contact_digest(kind, value)
    rows = AccordContact.objects.select_for_update().filter(subject_id=subject_id, kind=kind, contact_digest=digest)
    row = rows.first()
    if row is None or not row.code_digest or row.tries >= CODE_TRIES or now - row.asked_at > CODE_LIVES:
        return refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_CODE_REFUSED, acteur, now, subject_id)
    typed = "".join(code.split())
    if not hmac.compare_digest(row.code_digest, secret_digest("accord-contact", f"{row.id}:{typed}")):
        row.tries += 1
        row.save(update_fields=("tries",))
        return refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_CODE_REFUSED, acteur, now, subject_id)
    row.confirmed_at, row.code_digest = now, ""
    row.save(update_fields=("confirmed_at", "code_digest"))
    record(events.CONTACT_SHARE, acteur=acteur, at=now, subject=subject_id, facts={"kind": kind})
    return GRANTED


@transaction.atomic
def change_contact(
    usager_id: UUID, kind: str, value: str, structure: Structure | None, acteur: Acteur, *, way: str, now: datetime
) -> Decision:
    """Change one contact of a known usager; ``value`` may be empty: the releve is then on paper.

    What is theirs already stays so, whatever it looks like.
    """
    hold_contacts((kind, value))
    usager = Usager.objects.select_for_update().get(pk=usager_id)
    judged = bool(value) and value.casefold() != str(getattr(usager, kind)).casefold()
    fault = fault_of(kind, value, structure, subject_id=usager.id, usager_id=usager.id) if judged else None
    if fault is not None:
        record(
            events.CONTACT_REFUSED, acteur=acteur, at=now, subject=usager.id, reason=fault.code, facts={"kind": kind}
        )
        return Denied(fault)
    replace_contact(usager, kind, value, acteur, way=way, now=now)
    return GRANTED
