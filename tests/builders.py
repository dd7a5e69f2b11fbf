"""Plain builders: the smallest rows that a test needs, made through the services wherever one exists."""

import io
import os
import time
import uuid
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.test import Client
from django_otp.oath import hotp
from PIL import Image, ImageDraw

from aidants.comptes.facteurs.models import Generateur, new_application
from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.formation.models import Certification, Parcours
from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.domain.activite.formation import FIGURES, Cadre
from aidants.domain.decisions import Decision
from aidants.domain.events import HABILITATION_VALIDATE, ROLE_GRANT
from aidants.habilitation.models import AcceptationConditions, HabilitationAidant, HabilitationStructure
from aidants.habilitation.textes import standing_conditions
from aidants.journal.record import record
from aidants.structures.models import Affectation, Structure
from mandats.attestation.certificates import Sealer, new_authority, new_seal
from mandats.attestation.keys import SigningKey, create_key, forget_keys
from mandats.attestation.sealing_keys import SEAL, Certificat, keep_sealer
from mandats.consentement.ecran import consent_by_drawing
from mandats.domain.durees import local_date
from mandats.domain.identite import Identite, PreuveIdentite
from mandats.domain.perimetre import DemarcheChoisie, Perimetre
from mandats.registre.coffre import FrozenTexts
from mandats.registre.models import Brouillon, Mandat, Utilisation
from mandats.registre.selectors import annotated_autorisations
from mandats.registre.services.brouillons import freeze, identify, open_brouillon
from mandats.registre.services.carte import answer_card
from mandats.registre.services.sign import sign_mandat
from mandats.registre.services.uses import declare_utilisation, may_use_once

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = "une phrase de passe bien longue"

IDENTITE = Identite(
    sub_digest="a" * 64,
    given_name="Angela Claire Louise",
    family_name="DUBOIS",
    birthdate="1962-08-24",
    gender="female",
    birthplace="75107",
    birthcountry="99100",
    email="angela.dubois@example.org",
)
PREUVE = PreuveIdentite(kind="franceconnect", level="eidas1", sub_digest="a" * 64, token_id_digest="b" * 64)


def structure(name: str = "CCAS de Démonstration", **fields: Any) -> Structure:
    """Return a habilitated structure in Paris."""
    given = {
        "siret": "99999910500011",
        "street": "1 place de la Mairie",
        "postcode": "75011",
        "city": "Paris",
        "insee_code": "75111",
        "created_at": NOW,
    } | fields
    made = Structure.objects.create(name=name, **given)
    HabilitationStructure.objects.create(structure=made, validee_at=NOW)
    return made


def compte(email: str = "", **fields: Any) -> Compte:
    """Return an account with the password and a confirmed TOTP device."""
    given = {"given_name": "Camille", "family_name": "Martin", "created_at": NOW} | fields
    made = Compte.objects.create_compte(email or f"{uuid.uuid4().hex[:10]}@example.org", PASSWORD, **given)
    new_application(made, os.urandom(20), name="application", created_at=NOW, confirmed=True).save()
    return made


def aidant(place: Structure, email: str = "", **fields: Any) -> Compte:
    """Return an habilitated aidant of a structure."""
    made = compte(email, **fields)
    affectation = Affectation.objects.create(compte=made, structure=place, is_aidant=True, started_at=NOW)
    HabilitationAidant.objects.create(affectation=affectation, validee_at=NOW)
    able(made)
    return made


def able(who: Compte, cadre: str = "conseiller") -> None:
    """Let somebody have done the training, obtained the certification and accepted the terms of use."""
    day = LONG_AGO.date()
    owed = FIGURES.owed(Cadre(cadre))
    Parcours.objects.create(compte=who, cadre=cadre, half_days=owed, started_on=day, completed_on=day, source="reprise")
    Certification.objects.create(compte=who, obtained=True, obtained_on=day, source="reprise", written_at=LONG_AGO)
    terms = standing_conditions()
    accepted = {"version": terms.version, "text_sha256": terms.sha256}
    AcceptationConditions.objects.create(compte=who, **accepted, accepted_at=LONG_AGO)


def acteur(who: Compte, place: Structure) -> Acteur:
    """Return the acteur that the pages would hand to services."""
    return Acteur(Kind.COMPTE, who.id, place.id, "aidant")


def decided_use(
    autorisation_id: UUID, *, acteur: Acteur, now: datetime, crosses_to_franceconnect: bool = False
) -> Decision:
    """Decide a new use as the bridge and a declaration do."""
    row = annotated_autorisations(acteur).get(pk=autorisation_id)
    return may_use_once(row, now, crosses_to_franceconnect=crosses_to_franceconnect)


def totp_code(who: Compte, offset: int = 0) -> str:
    """Return the current code of an account's device, ready to be accepted once more.

    A code serves once; the tests do not wait thirty seconds for the next one.
    """
    device = Generateur.objects.get(user=who, kind="application")
    Generateur.objects.filter(pk=device.pk).update(last_step=-1)
    return f"{hotp(device.seed, int(time.time()) // 30 + offset, device.digits):06d}"


def factor(who: Compte) -> dict[str, str]:
    """Return what a form that asks for a fresh second factor is posted with."""
    return {"code": totp_code(who)}


def signed_in(who: Compte) -> Client:
    """Return a client that went through the sign-in page with e-mail, password and code."""
    client = Client()
    answer = client.post("/connexion", {"email": who.email, "password": PASSWORD, "code": totp_code(who)}, follow=False)
    assert answer.status_code == 302, answer.content.decode()
    return client


def signature_png(width: int = 400) -> bytes:
    """Return a drawing that looks like a signature, ``width`` pixels wide."""
    picture = Image.new("RGBA", (width, 150), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(20, 100), (120, 30), (200, 120), (380, 40)], fill="black", width=4)
    output = io.BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()


@cache
def sealer() -> Sealer:
    """Return a seal under a throwaway authority, made once a process."""
    return new_seal(new_authority("Essais", LONG_AGO), "Essais", LONG_AGO, timedelta(days=15 * 365))


_KEYS = (("acte", "ES256"), ("oidc", "ES256"), ("oidc", "RS256"))
_DRAWN: dict[tuple[str, ...], Any] = {}


def _stand(kind: tuple[str, ...], draw: Callable[[], Any]) -> None:
    """Draw a key once a process and store the same row for each test: to draw one of RSA takes a tenth of a second."""
    if kind in _DRAWN:
        type(_DRAWN[kind]).objects.bulk_create([copy(_DRAWN[kind])])
    else:
        _DRAWN[kind] = draw()


def keys() -> None:
    """Make sure that a key signs actes and tokens, and that papers have their seal."""
    standing = set(SigningKey.objects.values_list("purpose", "alg"))
    for kind in (kind for kind in _KEYS if kind not in standing):
        _stand(kind, partial(create_key, *kind, NOW))
    forget_keys()
    if not Certificat.objects.filter(purpose=SEAL).exists():
        _stand((SEAL,), lambda: keep_sealer(SEAL, sealer(), LONG_AGO))


def identite(**fields: Any) -> Identite:
    """Return an identity unlike any other unless its ``sub_digest`` is given: a ``sub`` and an address of its own."""
    number = uuid.uuid4().hex
    own = {"sub_digest": number * 2, "email": f"angela.dubois.{number[:12]}@example.org"}
    return replace(IDENTITE, **(own | fields))


def brouillon(
    who: Compte,
    place: Structure,
    demarches: tuple[str, ...] = ("logement",),
    duree: str = "J31",
    now: datetime = NOW,
    single_use: bool = False,
    reserved_acts: tuple[str, ...] = (),
) -> Brouillon:
    """Return an open brouillon whose silent card was read."""
    chosen: tuple[DemarcheChoisie, ...] = tuple({"code": code, "formalites": []} for code in demarches)
    doer = acteur(who, place)
    made = open_brouillon(doer, Perimetre(chosen, duree, single_use, reserved_acts), now, shown_for=place.id)
    assert isinstance(made, Brouillon), made
    assert answer_card(made.id, doer, concerned=False, now=now)
    made.refresh_from_db()
    return made


def consented(
    who: Compte, place: Structure, person: Identite | None = None, now: datetime = NOW, **fields: Any
) -> Brouillon:
    """Return a brouillon identified by FranceConnect and consented by a drawn signature."""
    made = brouillon(who, place, now=now, **fields)
    doer = acteur(who, place)
    assert identify(made.id, person or identite(), PREUVE, doer, now)
    texts = freeze(made.id, doer, now)
    assert isinstance(texts, FrozenTexts), texts
    assert consent_by_drawing(made.id, signature_png(), texts.text_sha256, doer, now)
    return made


def sign_identified(brouillon: Brouillon, who: Compte, place: Structure, now: datetime) -> Mandat:
    """Return the mandat of a brouillon that somebody identified themselves for: drawn signature, acceptation."""
    doer = acteur(who, place)
    texts = freeze(brouillon.id, doer, now)
    assert isinstance(texts, FrozenTexts), texts
    assert consent_by_drawing(brouillon.id, signature_png(), texts.text_sha256, doer, now)
    signed = sign_mandat(brouillon.id, doer, now)
    assert isinstance(signed, Mandat), signed
    return signed


def mandat(who: Compte, place: Structure, person: Identite | None = None, now: datetime = NOW, **fields: Any) -> Mandat:
    """Return a mandat concluded through the services."""
    keys()
    with transaction.atomic():
        signed = sign_mandat(consented(who, place, person, now, **fields).id, acteur(who, place), now)
    assert isinstance(signed, Mandat), signed
    return signed


def utilisation(mandat: Mandat, now: datetime | None = None, **fields: Any) -> Utilisation:
    """Return a use of the mandat's first demarche, declared by the aidant who concluded it."""
    at = now or mandat.accepted_at
    given: dict[str, Any] = {
        "channel": "telephone",
        "body": "CAF des Hautes-Alpes",
        "description": "Appel pour connaître l’avancement du dossier.",
        "used_on": local_date(at, mandat.time_zone),
        "manner": "avec",
    } | fields
    first = mandat.autorisations.order_by("demarche")[0]
    made = declare_utilisation(first.id, acteur(mandat.aidant, mandat.structure), now=at, **given)
    assert isinstance(made, Utilisation), made
    return made


@transaction.atomic
def journal_rights() -> None:
    """Journal what the builders wrote without an act (structures, places, roles), for who compares rows and entries."""
    for right in HabilitationStructure.objects.order_by("id"):
        about, at = right.structure_id, right.validee_at
        record(HABILITATION_VALIDATE, acteur=SYSTEME, at=at, subject=about, structure=about)
    for place in Affectation.objects.filter(ended_at__isnull=True).order_by("id"):
        roles = [role for role in ("aidant", "referent") if getattr(place, f"is_{role}")]
        told: dict[str, Any] = {"subject": place.compte_id, "structure": place.structure_id, "facts": {"roles": roles}}
        record(ROLE_GRANT, acteur=SYSTEME, at=place.started_at, **told)
    for role in Fonction.objects.filter(ended_at__isnull=True).order_by("id"):
        facts = {"roles": [role.role], "departement": role.departement}
        record(ROLE_GRANT, acteur=SYSTEME, at=NOW, subject=role.compte_id, facts=facts)
