"""Writes how the usager is reached: whose contact it may be, and the undoing of a change.

A contact is refused when it is made up, when it is the structure's, and when it is an aidant's or another usager's
unless both confirm.  A change is told to the old contact, which may undo it for 14 days; undoing a change undoes those
that came after it, so that who took an account twice keeps nothing.
"""

import json
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.telephone import BadTelephone, receives_sms, to_e164
from aidants.domain.vault import seal, unseal
from aidants.envois.outbox import post_email, post_sms
from aidants.journal.record import record
from aidants.structures.models import Structure
from mandats.domain import avis_suites, contact_errors, events
from mandats.domain.contacts import UNDO_LIVES, is_made_up_email, is_made_up_telephone
from mandats.domain.identite import Identite
from mandats.registre.coffre import secret_digest
from mandats.registre.models import AccordContact, Brouillon, ChangementContact, Mandat, Usager
from mandats.registre.services.avis import ACCUEIL, announce, signed

EMAIL, TELEPHONE = "email", "telephone"
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 12
LETTER_OF_CHANGE = "contact:"
"""How the key of the letter begins that tells a landline's holder of a change; the change's number follows."""


def contact_digest(kind: str, value: str) -> str:
    """Return the keyed digest by which a contact is recognised."""
    return secret_digest(f"contact-{kind}", value.casefold())


def hold_contacts(*held: tuple[str, str]) -> None:
    """Make whoever writes one of these contacts at the same moment wait: two persons never both find it free.

    Held until the transaction ends, and taken before the row of any usager; the order is that of the keys.
    """
    digests = sorted(contact_digest(kind, value) for kind, value in held if value)
    keys = [int.from_bytes(bytes.fromhex(digest)[:8], signed=True) for digest in digests]
    if keys:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def is_of_structure(kind: str, value: str, structure: Structure) -> bool:
    """Tell whether a contact is the structure's own."""
    if kind == EMAIL:
        return bool(structure.email) and structure.email.casefold() == value.casefold()
    try:
        return bool(structure.telephone) and to_e164(structure.telephone) == value
    except BadTelephone:
        return False


def is_theirs(kind: str, value: str, usager_id: UUID | None) -> bool:
    """Tell whether a contact is the one that the service writes to for this person already."""
    return usager_id is not None and Usager.objects.filter(pk=usager_id, **{f"{kind}__iexact": value}).exists()


def is_somebody_elses(kind: str, value: str, usager_id: UUID | None) -> bool:
    """Tell whether a contact is an aidant's, or another usager's, whatever the structure."""
    others = Usager.objects.exclude(pk=usager_id) if usager_id else Usager.objects.all()
    if kind == EMAIL:
        held = Compte.objects.filter(email=value.lower()).exists() or others.filter(email__iexact=value).exists()
    else:
        held = Compte.objects.filter(telephone=value).exists() or others.filter(telephone=value).exists()
    return held or _may_come_back(kind, value, usager_id)


def _may_come_back(kind: str, value: str, usager_id: UUID | None) -> bool:
    """Tell whether another usager may still undo the change that took this contact from them.

    Whoever holds it is asked by a code; a landline receives none, and is free as soon as it was given up.
    """
    if kind == TELEPHONE and not receives_sms(value):
        return False
    given_up = ChangementContact.objects.filter(kind=kind, old_digest=contact_digest(kind, value))
    return given_up.filter(contacts_sealed__isnull=False, undone_at__isnull=True).exclude(usager=usager_id).exists()


def no_sms(number: str) -> ErrorCode | None:
    """Return why nothing is sent to this number, or ``None``."""
    return None if receives_sms(number) else contact_errors.CONTACT_NO_SMS


def fault_of(
    kind: str, value: str, structure: Structure | None, *, subject_id: UUID, usager_id: UUID | None
) -> ErrorCode | None:
    """Return why a contact is not taken, or ``None``.  ``subject_id``: the brouillon or usager it is for.

    What is theirs already stays so, whatever it looks like.
    """
    if is_theirs(kind, value, usager_id):
        return None
    made_up = is_made_up_email(value) if kind == EMAIL else is_made_up_telephone(value)
    if made_up:
        return contact_errors.CONTACT_MADE_UP
    return held_elsewhere(kind, value, structure, subject_id=subject_id, usager_id=usager_id)


def held_elsewhere(
    kind: str, value: str, structure: Structure | None, *, subject_id: UUID, usager_id: UUID | None
) -> ErrorCode | None:
    """Return why a contact is not this person's alone, unless both agreed to share it, once and for all."""
    if is_theirs(kind, value, usager_id):
        return None
    if structure is not None and is_of_structure(kind, value, structure):
        return contact_errors.CONTACT_OF_STRUCTURE
    if is_somebody_elses(kind, value, usager_id) and not both_agreed(kind, value, subject_id):
        cannot_agree = kind == TELEPHONE and not receives_sms(value)
        return contact_errors.CONTACT_LANDLINE_SHARED if cannot_agree else contact_errors.CONTACT_SHARED
    return None


def both_agreed(kind: str, value: str, subject_id: UUID) -> bool:
    """Tell whether who holds a contact agreed to share it with this person."""
    digest = contact_digest(kind, value)
    agreed = AccordContact.objects.filter(subject_id=subject_id, kind=kind, contact_digest=digest)
    return agreed.filter(confirmed_at__isnull=False).exists()


def known_usager_id(brouillon: Brouillon, identite: Identite) -> UUID | None:
    """Return the usager's row, when the person is known already; a renewal says by itself whose it is."""
    known = None
    if identite.sub_digest:
        known = Usager.objects.filter(sub_digest=identite.sub_digest).values_list("pk", flat=True).first()
    if known is None and brouillon.renews is not None:
        return brouillon.renews.usager_id
    return known if identite.sub_digest else brouillon.same_as_id


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
        change_id = uuid4()
        change = ChangementContact.objects.create(
            id=change_id,
            usager=usager,
            kind=kind,
            contacts_sealed=seal(json.dumps([old, new]).encode(), settings.VAULT_KEYS),
            old_digest=contact_digest(kind, old),
            undo_digest=_undo_digest(undo_code(change_id)),
            way=way,
            made_at=now,
            undo_until=now + UNDO_LIVES,
        )
        _tell_old(usager, kind, old, change.id, now)
    facts = {"kind": kind, "way": way, "changement": str(change.id) if change else None}
    record(events.CONTACT_CHANGE, acteur=acteur, at=now, subject=usager.id, facts=facts)
    return True


_CHANGED = {
    EMAIL: (
        "L’adresse de vos mandats a changé",
        "L’adresse électronique de vos mandats vient de changer : le service n’écrira plus ici.",
    ),
    TELEPHONE: ("Le téléphone de vos mandats a changé", "Le numéro de téléphone de vos mandats vient de changer."),
}


def undo_code(change_id: UUID) -> str:
    """Return the code that undoes a change, its digits by four.

    Made from the change's own number by the service's key: a letter is printed days after, and no code is kept for it.
    """
    drawn = int(secret_digest("undo-code", str(change_id)), 16)
    code = "".join(_ALPHABET[drawn >> 5 * rank & 31] for rank in range(_CODE_LENGTH))
    return "-".join(code[at : at + 4] for at in range(0, _CODE_LENGTH, 4))


def _undo_digest(typed: str) -> str:
    """Return the digest of a code, however it is spaced."""
    return secret_digest("undo", "".join(one for one in typed.upper() if one.isalnum()))


def _tell_old(usager: Usager, kind: str, old: str, change_id: UUID, now: datetime) -> None:
    """Tell the old contact: a code to type, never a link that acts by being opened.

    A landline receives no message: its holder is told at their address, else by a letter of the accueil.
    """
    if kind == TELEPHONE and receives_sms(old):
        _tell_old_mobile(old, change_id, now)
    elif kind == EMAIL or usager.email:
        _tell_by_email(old if kind == EMAIL else usager.email, kind, change_id, now)
    else:
        last = Mandat.objects.filter(usager=usager).select_related("usager", "structure").order_by("-accepted_at")[:1]
        for mandat in last:
            announce(avis_suites.CONTACT, mandat, now, key=f"{LETTER_OF_CHANGE}{change_id}", office=ACCUEIL)


def _tell_by_email(to: str, kind: str, change_id: UUID, now: datetime) -> None:
    grouped, page = undo_code(change_id), f"{settings.ISSUER}/contact"
    subject, what = _CHANGED[kind]
    text = (
        f"Bonjour,\n\n{what}\n\n"
        f"Ce n’était pas vous ? Pendant 14 jours, vous pouvez annuler ce changement : tapez vous-même "
        f"{page} dans votre navigateur, puis le code {grouped}.\n"
        f"Vous pouvez aussi appeler le {settings.ACCUEIL_TELEPHONE}.\n\nC’était bien vous ? Ne faites rien."
    )
    post_email(to, subject, text + signed(), purpose="contact_change", now=now, about=change_id)


def _tell_old_mobile(old: str, change_id: UUID, now: datetime) -> None:
    text = (
        "Le numéro de téléphone de vos mandats vient de changer. Ce n’était pas vous ? Répondez ANNULER dans les "
        f"14 jours, ou appelez le {settings.ACCUEIL_TELEPHONE}."
    )
    post_sms(old, text, purpose="contact_change", now=now, about=change_id)


def find_undoable(code: str, now: datetime) -> ChangementContact | None:
    """Return the change that a code of an e-mail undoes, while it may."""
    return ChangementContact.objects.filter(
        undo_digest=_undo_digest(code), undo_until__gt=now, undone_at__isnull=True
    ).first()


def undoable_by_telephone(telephone: str, now: datetime) -> list[ChangementContact]:
    """Return the changes that the holder of a number may undo, the first one first."""
    digest = contact_digest(TELEPHONE, telephone)
    found = ChangementContact.objects.filter(old_digest=digest, undo_until__gt=now, undone_at__isnull=True)
    return list(found.order_by("made_at", "id"))


@transaction.atomic
def undo_change(change_id: UUID, *, way: str, now: datetime) -> Decision:
    """Put the old contact back, and undo every later change of the same kind with it.

    A landline that somebody else gave meanwhile is theirs: this person is then left without one.
    """
    change = ChangementContact.objects.filter(pk=change_id).first()
    old = _old_of(change) if change else ""
    if change is not None:
        hold_contacts((change.kind, old))
    usager = Usager.objects.select_for_update().filter(pk=change.usager_id).first() if change else None
    change = ChangementContact.objects.select_for_update().filter(pk=change_id, undone_at__isnull=True).first()
    if usager is None or change is None or change.undo_until <= now or not old:
        return Denied(contact_errors.CONTACT_CODE_REFUSED)
    taken = is_somebody_elses(change.kind, old, usager.id) and not both_agreed(change.kind, old, usager.id)
    setattr(usager, change.kind, "" if taken else old)
    usager.save(update_fields=(change.kind,))
    later = ChangementContact.objects.filter(
        usager=usager, kind=change.kind, made_at__gte=change.made_at, undone_at__isnull=True
    )
    later.update(undone_at=now)
    facts = {"kind": change.kind, "way": way, "changement": str(change.id)}
    record(events.CONTACT_UNDO, acteur=Acteur(Kind.USAGER, usager.id), at=now, subject=usager.id, facts=facts)
    return GRANTED


def _old_of(change: ChangementContact) -> str:
    """Return the contact that a change replaced; empty once nobody may undo it any more."""
    if change.contacts_sealed is None:
        return ""
    return str(json.loads(unseal(bytes(change.contacts_sealed), settings.VAULT_KEYS))[0])


def forget_contacts(now: datetime) -> int:
    """Wipe the contacts of changes that nobody may undo any more."""
    over = ChangementContact.objects.filter(undo_until__lte=now, contacts_sealed__isnull=False)
    return over.update(contacts_sealed=None)
