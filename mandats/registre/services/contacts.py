"""Writes how the usager is reached: whose contact it may be, and the undoing of a change.

A contact is refused when it is made up, when it is the structure's, and when it is an aidant's or another usager's
unless both confirm.  A change is told to the old contact, which may undo it for 14 days; undoing a change undoes those
that came after it, so that who took an account twice keeps nothing.
"""

import json
import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.telephone import BadTelephone, to_e164
from aidants.domain.vault import seal, unseal
from aidants.envois.outbox import post_email, post_sms
from aidants.journal.record import record
from aidants.structures.models import Structure
from mandats.domain import contact_errors, events
from mandats.domain.contacts import UNDO_LIVES, is_made_up_email, is_made_up_telephone
from mandats.registre.coffre import secret_digest
from mandats.registre.models import AccordContact, ChangementContact, Usager

EMAIL, TELEPHONE = "email", "telephone"
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 12


def contact_digest(kind: str, value: str) -> str:
    """Return the keyed digest by which a contact is recognised."""
    return secret_digest(f"contact-{kind}", value.casefold())


def is_of_structure(kind: str, value: str, structure: Structure) -> bool:
    """Tell whether a contact is the structure's own."""
    if kind == EMAIL:
        return bool(structure.email) and structure.email.casefold() == value.casefold()
    try:
        return bool(structure.telephone) and to_e164(structure.telephone) == value
    except BadTelephone:
        return False


def is_somebody_elses(kind: str, value: str, usager_id: UUID | None) -> bool:
    """Tell whether a contact is an aidant's, or another usager's, whatever the structure."""
    others = Usager.objects.exclude(pk=usager_id) if usager_id else Usager.objects.all()
    if kind == EMAIL:
        return Compte.objects.filter(email=value.lower()).exists() or others.filter(email__iexact=value).exists()
    return others.filter(telephone=value).exists()


def fault_of(
    kind: str, value: str, structure: Structure | None, *, subject_id: UUID, usager_id: UUID | None
) -> ErrorCode | None:
    """Return why a contact is not taken, or ``None``.  ``subject_id``: the brouillon or usager it is for."""
    made_up = is_made_up_email(value) if kind == EMAIL else is_made_up_telephone(value)
    if made_up:
        return contact_errors.CONTACT_MADE_UP
    return held_elsewhere(kind, value, structure, subject_id=subject_id, usager_id=usager_id)


def held_elsewhere(
    kind: str, value: str, structure: Structure | None, *, subject_id: UUID, usager_id: UUID | None
) -> ErrorCode | None:
    """Return why a contact is not this person's alone, unless both agreed to share it."""
    if structure is not None and is_of_structure(kind, value, structure):
        return contact_errors.CONTACT_OF_STRUCTURE
    if is_somebody_elses(kind, value, usager_id) and not _both_agreed(kind, value, subject_id):
        return contact_errors.CONTACT_SHARED
    return None


def _both_agreed(kind: str, value: str, subject_id: UUID) -> bool:
    digest = contact_digest(kind, value)
    agreed = AccordContact.objects.filter(subject_id=subject_id, kind=kind, contact_digest=digest)
    return agreed.filter(confirmed_at__isnull=False).exists()


@transaction.atomic
def replace_contact(usager: Usager, kind: str, new: str, acteur: Acteur, *, way: str, now: datetime) -> bool:
    """Write a contact; when there was another, tell the old one how to undo it.  The row is locked by the caller.

    Returns whether anything changed.  ``way``: ``mandat``, ``aidant`` or ``page_usager``.
    """
    old = str(getattr(usager, kind))
    if old.casefold() == new.casefold():
        return False
    setattr(usager, kind, new)
    usager.save(update_fields=(kind,))
    change = None
    if old:
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        change = ChangementContact.objects.create(
            usager=usager,
            kind=kind,
            contacts_sealed=seal(json.dumps([old, new]).encode(), settings.VAULT_KEYS),
            old_digest=contact_digest(kind, old),
            undo_digest=secret_digest("undo", code),
            way=way,
            made_at=now,
            undo_until=now + UNDO_LIVES,
        )
        _tell_old(kind, old, code, change.id, now)
    facts = {"kind": kind, "way": way, "changement": str(change.id) if change else None}
    record(events.CONTACT_CHANGE, acteur=acteur, at=now, subject=usager.id, facts=facts)
    return True


def _tell_old(kind: str, old: str, code: str, change_id: UUID, now: datetime) -> None:
    """Tell the old contact: a code to type, never a link that acts by being opened."""
    grouped = "-".join(code[at : at + 4] for at in range(0, _CODE_LENGTH, 4))
    page, accueil = f"{settings.ISSUER}/contact", settings.ACCUEIL_TELEPHONE
    if kind == EMAIL:
        text = (
            "Bonjour,\n\nL’adresse électronique de vos mandats vient de changer : le service n’écrira plus ici.\n\n"
            f"Ce n’était pas vous ? Pendant 14 jours, vous pouvez annuler ce changement : tapez {page} dans votre "
            f"navigateur, puis le code {grouped} ; ou ouvrez {page}#{grouped} .\n"
            f"Vous pouvez aussi appeler le {accueil}.\n\nC’était bien vous ? Ne faites rien.\n"
        )
        post_email(old, "L’adresse de vos mandats a changé", text, purpose="contact_change", now=now, about=change_id)
        return
    text = (
        "Le numéro de téléphone de vos mandats vient de changer. Ce n’était pas vous ? Répondez ANNULER dans les "
        f"14 jours, ou appelez le {accueil}."
    )
    post_sms(old, text, purpose="contact_change", now=now, about=change_id)


def find_undoable(code: str, now: datetime) -> ChangementContact | None:
    """Return the change that a code of an e-mail undoes, while it may."""
    typed = "".join(one for one in code.upper() if one.isalnum())
    return ChangementContact.objects.filter(
        undo_digest=secret_digest("undo", typed), undo_until__gt=now, undone_at__isnull=True
    ).first()


def undoable_by_telephone(telephone: str, now: datetime) -> list[ChangementContact]:
    """Return the changes that the holder of a number may undo, the first one first."""
    digest = contact_digest(TELEPHONE, telephone)
    found = ChangementContact.objects.filter(old_digest=digest, undo_until__gt=now, undone_at__isnull=True)
    return list(found.order_by("made_at", "id"))


@transaction.atomic
def undo_change(change_id: UUID, *, way: str, now: datetime) -> Decision:
    """Put the old contact back, and undo every later change of the same kind with it."""
    change = ChangementContact.objects.filter(pk=change_id).first()
    usager = Usager.objects.select_for_update().filter(pk=change.usager_id).first() if change else None
    change = ChangementContact.objects.select_for_update().filter(pk=change_id, undone_at__isnull=True).first()
    if usager is None or change is None or change.undo_until <= now or change.contacts_sealed is None:
        return Denied(contact_errors.CONTACT_CODE_REFUSED)
    old, _ = json.loads(unseal(bytes(change.contacts_sealed), settings.VAULT_KEYS))
    setattr(usager, change.kind, old)
    usager.save(update_fields=(change.kind,))
    later = ChangementContact.objects.filter(
        usager=usager, kind=change.kind, made_at__gte=change.made_at, undone_at__isnull=True
    )
    later.update(undone_at=now)
    facts = {"kind": change.kind, "way": way, "changement": str(change.id)}
    record(events.CONTACT_UNDO, acteur=Acteur(Kind.USAGER, usager.id), at=now, subject=usager.id, facts=facts)
    return GRANTED


def forget_contacts(now: datetime) -> int:
    """Wipe the contacts of changes that nobody may undo any more."""
    over = ChangementContact.objects.filter(undo_until__lte=now, contacts_sealed__isnull=False)
    return over.update(contacts_sealed=None)
