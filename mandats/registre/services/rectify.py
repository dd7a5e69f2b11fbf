"""Corrects what the register knows of a person.  What was signed never changes: that wants a new mandat."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.folding import fold
from aidants.journal.record import record
from mandats.domain import errors_droits, events
from mandats.domain.droits import may_rectify
from mandats.domain.durees import is_adult
from mandats.registre.models import Usager
from mandats.registre.services.contacts import EMAIL, TELEPHONE, fault_of, hold_contacts, replace_contact

_TOLD = frozenset({EMAIL, TELEPHONE})
"""What the old contact is told of, and may undo for fourteen days (DOMAIN §3.5)."""
_NEEDED = ("given_name", "family_name", "birthdate", "gender", "birthcountry")


def changes_of(usager: Usager, given: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of ``given`` that differ from the row."""
    return {name: value.strip() for name, value in given.items() if getattr(usager, name) != value.strip()}


def may_rectify_so(usager: Usager, changes: Mapping[str, str], now: datetime) -> Decision:
    """Decide a rectification before anybody approves it, and again when it is made."""
    verdict = may_rectify(frozenset(changes), from_franceconnect=usager.sub_digest is not None)
    if isinstance(verdict, Denied):
        return verdict
    if any(name in changes and not changes[name] for name in _NEEDED):
        return Denied(errors_droits.NOTHING_TO_RECTIFY)
    for kind in changes.keys() & _TOLD:
        fault = (
            fault_of(kind, changes[kind], None, subject_id=usager.id, usager_id=usager.id) if changes[kind] else None
        )
        if fault is not None:
            return Denied(fault)
    try:
        adult = is_adult(changes.get("birthdate", usager.birthdate), timezone.localdate(now))
    except ValueError:
        adult = False
    return GRANTED if adult else Denied(errors_droits.NOTHING_TO_RECTIFY)


def rectify_usager(usager_id: UUID, changes: Mapping[str, str], acteur: Acteur, now: datetime) -> Decision:
    """Write the corrected values, in the caller's transaction; the journal names the fields, never what they hold."""
    hold_contacts(*((kind, changes[kind]) for kind in changes.keys() & _TOLD))
    usager = Usager.objects.select_for_update().filter(pk=usager_id, erased_at__isnull=True).first()
    if usager is None:
        return Denied(errors_droits.DEMANDE_UNKNOWN)
    verdict = may_rectify_so(usager, changes, now)
    if isinstance(verdict, Denied):
        return verdict
    for name in changes.keys() - _TOLD:
        setattr(usager, name, changes[name])
    usager.folded_family_given = fold(f"{usager.family_name} {usager.given_name}")
    usager.folded_given_family = fold(f"{usager.given_name.split()[0]} {usager.family_name}")
    usager.save()
    for kind in sorted(changes.keys() & _TOLD):
        replace_contact(usager, kind, changes[kind], acteur, way="rectification", now=now)
    facts = {"fields": sorted(changes)}
    record(events.IDENTITY_RECTIFY, acteur=acteur, at=now, subject=usager.id, facts=facts)
    return GRANTED
