"""Writes contacts typed at the desk or on the usager's page.

Both confirm a shared contact: the usager, who gives it, and who holds it (see ``accords``).
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from aidants.journal.record import record
from aidants.structures.models import Structure
from mandats.domain import contact_errors, errors, events
from mandats.domain.identite import Identite
from mandats.registre.coffre import identity_of, seal_identity
from mandats.registre.models import Brouillon, Usager
from mandats.registre.services.accords import needs_accord_in_couple
from mandats.registre.services.brouillons import locked, refuse
from mandats.registre.services.contacts import (
    EMAIL,
    TELEPHONE,
    fault_of,
    held_elsewhere,
    hold_contacts,
    known_usager_id,
    replace_contact,
)
from mandats.registre.services.many import standing_of


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
        if fault is None and needs_accord_in_couple(brouillon, kind, value):
            fault = contact_errors.CONTACT_SHARED_IN_COUPLE
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
    renewed = brouillon.renews.usager_id if brouillon.renews else None
    known = own.pk if own else renewed
    return held_elsewhere(EMAIL, identite.email, brouillon.structure, subject_id=brouillon.id, usager_id=known)


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


@transaction.atomic
def change_contact(
    usager_id: UUID, kind: str, value: str, structure: Structure | None, acteur: Acteur, *, way: str, now: datetime
) -> Decision:
    """Change one contact of a known usager; ``value`` may be empty: the releve is then on paper.

    ``structure``: at whose desk, while a mandat of theirs stands there; ``None`` on their own page.
    What is theirs already stays so, whatever it looks like.
    """
    hold_contacts((kind, value))
    usager = Usager.objects.select_for_update().get(pk=usager_id)
    fault = fault_of(kind, value, structure, subject_id=usager.id, usager_id=usager.id) if value else None
    if structure is not None and not standing_of(now, usager=usager, structure=structure).exists():
        fault = errors.ALREADY_ENDED
    if fault is not None:
        record(
            events.CONTACT_REFUSED, acteur=acteur, at=now, subject=usager.id, reason=fault.code, facts={"kind": kind}
        )
        return Denied(fault)
    replace_contact(usager, kind, value, acteur, way=way, now=now)
    return GRANTED
