"""From rows to what the legal text and the acte are filled with.  Never writes."""

import base64
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings

from aidants.comptes.models import Compte
from aidants.domain.canonical import Json, canonical_bytes
from aidants.structures.models import Structure
from mandats.document.textes import (
    TEXT_VERSION,
    DemarcheAsked,
    ServiceContact,
    TextInput,
    frozen_text,
    summary_text,
    text_file_sha256,
)
from mandats.domain.actes import (
    Acte,
    AidantActing,
    Consent,
    DemarcheGiven,
    Identity,
    Mandant,
    Proof,
    StatusIndex,
    StructureParty,
    TextSigned,
)
from mandats.domain.durees import CHOSEN, Duree, duree_from, expires_at, last_day
from mandats.domain.identite import Identite
from mandats.registre.models import Brouillon

REMPLACER = "remplacer"
"""The usager's choice to end their mandats in other structures too; the other choice is to say nothing."""


def duree_of(stored: str) -> Duree:
    """Return the duration stored as ``J31`` or ``DATE:2027-03-03``.  Raises ValueError."""
    code, _, day = stored.partition(":")
    return duree_from(code, date.fromisoformat(day)) if code == CHOSEN else duree_from(code)


def service_contact() -> ServiceContact:
    """Return how the usager reaches the service, from the settings."""
    return ServiceContact(
        name=settings.SERVICE_NAME,
        usager_url=f"{settings.ISSUER}/usager",
        telephone=settings.ACCUEIL_TELEPHONE,
        post=settings.SERVICE_POST,
        privacy=settings.SERVICE_PRIVACY,
        hours=settings.ACCUEIL_HORAIRES,
    )


def mandant_of(identite: Identite) -> Mandant:
    """Return the usager as the acte names them."""
    return Mandant(
        family_name=identite.family_name,
        given_names=identite.given_name,
        birthdate=identite.birthdate,
        birthcountry=identite.birthcountry,
        birthplace=identite.birthplace,
        preferred_username=identite.preferred_username,
        gender=identite.gender,
    )


def structure_party(structure: Structure) -> StructureParty:
    """Return the structure as it is named today."""
    return StructureParty(structure.name, structure.siret, structure.address)


def aidant_acting(compte: Compte) -> AidantActing:
    """Return the aidant as the acte names them."""
    return AidantActing(str(compte.id), compte.family_name, compte.given_name)


def text_input(brouillon: Brouillon, identite: Identite) -> TextInput:
    """Return all that fills the blanks of the text for one brouillon."""
    return TextInput(
        reference=brouillon.reference,
        mandant=mandant_of(identite),
        structure=structure_party(brouillon.structure),
        aidant=aidant_acting(brouillon.aidant),
        demarches=tuple(DemarcheAsked(d["code"], tuple(d["formalites"])) for d in brouillon.demarches),
        duree=duree_of(brouillon.duree),
        time_zone=brouillon.structure.time_zone,
        identity=brouillon.identity,
        service=service_contact(),
        single_use=brouillon.single_use,
        reserved_acts=tuple(brouillon.reserved_acts),
        host=brouillon.structure.houses_or_bills,
        cited=brouillon.cites.reference if brouillon.cites else "",
        replaces_elsewhere=brouillon.elsewhere == REMPLACER,
        birthplace_label=identite.birthplace_label,
    )


def text_for(brouillon: Brouillon, identite: Identite, version: str = TEXT_VERSION) -> str:
    """Return the exact legal text, in the dated ``version``."""
    return frozen_text(text_input(brouillon, identite), version)


def summary_for(brouillon: Brouillon, identite: Identite, version: str = TEXT_VERSION) -> str:
    """Return the summary of 150 words at most, in the dated ``version``."""
    return summary_text(text_input(brouillon, identite), version)


def status_uri(status_list: int) -> str:
    """Return the address of a Token Status List."""
    return f"{settings.ISSUER}/status/{status_list}"


def acte_of(
    brouillon: Brouillon,
    identite: Identite,
    acceptor: Compte,
    indexes: dict[str, tuple[int, int]],
    now: datetime,
) -> Acte:
    """Return what is signed.  ``indexes``: demarche → (status list, index).  ``now``: acceptation."""
    structure, duree = brouillon.structure, duree_of(brouillon.duree)
    if brouillon.identified_at is None or brouillon.consented_at is None:
        raise ValueError("an acte needs an identity and a consent")
    return Acte(
        issuer=settings.ISSUER,
        reference=brouillon.reference,
        mandant=mandant_of(identite),
        structure=structure_party(structure),
        aidant=aidant_acting(acceptor),
        demarches=tuple(_given(chosen, *indexes[chosen["code"]]) for chosen in brouillon.demarches),
        single_use=brouillon.single_use,
        reserved_acts=tuple(brouillon.reserved_acts),
        consented_at=brouillon.consented_at.astimezone(UTC),
        accepted_at=now.astimezone(UTC),
        expires_at=expires_at(now, duree, structure.time_zone),
        time_zone=structure.time_zone,
        last_day=last_day(now, duree, structure.time_zone),
        text=_text_signed(brouillon),
        identity=Identity(
            brouillon.identity,
            brouillon.identity_level,
            brouillon.identified_at,
            _proofs(brouillon.identity_proof),
        ),
        consentement=Consent(brouillon.consentement, brouillon.consent_method, _proofs(brouillon.consent_proof)),
        place=structure.city,
        appended=_appended(brouillon, identite),
    )


def _appended(brouillon: Brouillon, identite: Identite) -> tuple[tuple[str, str], ...]:
    """Return the fields that came after the first release.

    The mandat taken over, the choice about others, the place of birth as an identity document writes it.
    """
    found: dict[str, Json] = {}
    if brouillon.cites:
        found["cites"] = brouillon.cites.reference
    if brouillon.elsewhere:
        found["elsewhere"] = brouillon.elsewhere
    if identite.birthplace_label:
        found["mandant_birthplace_label"] = identite.birthplace_label
    return tuple((name, canonical_bytes(value).decode()) for name, value in sorted(found.items()))


def _given(chosen: dict[str, Any], status_list: int, index: int) -> DemarcheGiven:
    """Return one demarche as the acte names it."""
    return DemarcheGiven(chosen["code"], StatusIndex(index, status_uri(status_list)), tuple(chosen["formalites"]))


def acte_in(jws: str) -> Acte:
    """Return the acte that our own register holds as a compact JWS (RFC 7515 §3.1), signature unchecked."""
    payload = jws.split(".")[1]
    return Acte.from_bytes(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def _text_signed(brouillon: Brouillon) -> TextSigned:
    version = brouillon.text_version
    return TextSigned(
        version=version,
        file_sha256=text_file_sha256("mandat", version),
        summary_file_sha256=text_file_sha256("resume", version),
        frozen_sha256=brouillon.text_sha256,
        summary_sha256=brouillon.summary_sha256,
    )


def _proofs(digests: dict[str, str]) -> tuple[Proof, ...]:
    """Return the proofs kept as ``{name_sha256: hex}``."""
    return tuple(Proof(name.removesuffix("_sha256"), value) for name, value in digests.items() if value)
