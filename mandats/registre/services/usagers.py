"""Writes the usager's row when a mandat is concluded: the identity as it was proven today, the contacts given."""

from dataclasses import replace
from datetime import datetime

from aidants.domain.acteur import Acteur
from aidants.domain.folding import fold
from aidants.journal.record import record
from mandats.domain import events
from mandats.domain.identite import Identite
from mandats.registre.models import Brouillon, Usager
from mandats.registre.services.contacts import EMAIL, TELEPHONE, known_usager_id, replace_contact
from mandats.registre.services.contacts_bureau import withheld_address

WAY = "mandat"


def keep_usager(brouillon: Brouillon, identite: Identite, acteur: Acteur, now: datetime) -> Usager:
    """Return the usager's row under lock, with the identity as it was proven today.

    A contact that is not given again stays; one that changes is told to the old one, which may undo it.  An address
    of FranceConnect's that is somebody else's is kept beside, for FranceConnect alone.
    """
    withheld = withheld_address(brouillon, identite)
    aside = identite.email if withheld else ""
    if withheld:
        reason, facts = withheld.code, {"kind": EMAIL}
        record(events.CONTACT_REFUSED, acteur=acteur, at=now, subject=brouillon.id, reason=reason, facts=facts)
        identite = replace(identite, email="")
    row, created = _row(brouillon, identite, aside, now)
    if created:
        return row
    for name, value in identity_columns(identite).items():
        setattr(row, name, value)
    if brouillon.identity == "franceconnect":
        row.franceconnect_email = aside
    row.save(update_fields=(*identity_columns(identite), "franceconnect_email"))
    for kind, value in ((EMAIL, identite.email), (TELEPHONE, identite.telephone)):
        if value:
            replace_contact(row, kind, value, acteur, way=WAY, now=now)
    return row


def _row(brouillon: Brouillon, identite: Identite, aside: str, now: datetime) -> tuple[Usager, bool]:
    """Return the row of who FranceConnect knows under this ``sub``, or whom the aidant recognised, or a new one.

    Foreign keys still read it under the lock: who uses or ends an older mandat holds that one when they write its avis.
    """
    contacts = {"email": identite.email, "telephone": identite.telephone, "franceconnect_email": aside}
    fields = identity_columns(identite) | contacts
    if identite.sub_digest:
        new = {**fields, "created_at": now}
        return Usager.objects.select_for_update(no_key=True).get_or_create(sub_digest=identite.sub_digest, defaults=new)
    recognised = known_usager_id(brouillon, identite)
    weak = Usager.objects.select_for_update(no_key=True).filter(sub_digest__isnull=True)
    found = weak.filter(pk=recognised).first() if recognised else None
    if found is not None:
        return found, False
    return Usager.objects.create(**fields, created_at=now), True


def identity_columns(identite: Identite) -> dict[str, str]:
    """Return the columns of an usager that say who they are, contacts apart."""
    return {
        "given_name": identite.given_name,
        "family_name": identite.family_name,
        "preferred_username": identite.preferred_username,
        "birthdate": identite.birthdate,
        "gender": identite.gender,
        "birthplace": identite.birthplace,
        "birthcountry": identite.birthcountry,
        "birthplace_label": identite.birthplace_label,
        "folded_family_given": fold(f"{identite.family_name} {identite.given_name}"),
        "folded_given_family": fold(f"{identite.given_name.split()[0]} {identite.family_name}"),
    }
