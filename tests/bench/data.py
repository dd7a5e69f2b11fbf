"""What the service holds while it is measured, and what each operation needs to run.

One mandat is concluded through the services; the others are copies of its rows, since thousands of signatures would
take longer than the measure.  Whatever an operation uses up (codes, tokens, one-time passwords) is made in bulk too.
"""

import copy
import os
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from aidants.comptes.facteurs.models import Generateur, new_application
from aidants.comptes.models import Compte
from aidants.comptes.passwords import OwaspArgon2Hasher
from aidants.structures.models import Affectation, Structure
from mandats.domain.codes import new_code
from mandats.domain.references import new_reference
from mandats.registre.models import Autorisation, Brouillon, CodeUsager, Mandat, Usager, Utilisation
from mandats.registre.services.volet import VERIFICATION, VERIFICATION_LIVES, _digest
from oidc.protocol.still_asked import StillAsked
from oidc.provider.choices import code_digest
from oidc.provider.models import AccessToken, Connexion
from oidc.provider.standing import token_digest
from tests import builders
from tests.bench.operations import Item
from tests.oidc import flow

STRUCTURES = 10
_LIVES = timedelta(hours=1)
_BROWSERS = 8


def twin(row: Any, **changes: Any) -> Any:
    """Return an unsaved copy of a row under a new key."""
    made = copy.copy(row)
    made.pk = uuid.uuid4()
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def _csrf() -> str:
    return secrets.token_hex(16)


@dataclass
class Data:
    """The rows.  ``mandats`` is how many stand, over :data:`STRUCTURES` structures of which the first is the desk."""

    mandats: int
    now: datetime

    @cached_property
    def place(self) -> Structure:
        """The structure whose aidants are at work."""
        return builders.structure()

    @cached_property
    def aidant(self) -> Compte:
        """An habilitated aidant of the place."""
        return builders.aidant(self.place)

    @cached_property
    def standing(self) -> list[Autorisation]:
        """The autorisations that the desk may use, each of another usager."""
        others = [builders.structure(f"Structure {number}") for number in range(1, STRUCTURES)]
        first = builders.mandat(self.aidant, self.place, now=self.now, demarches=("logement", "argent"))
        twins = [self._mandat(first, place, number) for number, place in self._places(others)]
        Usager.objects.bulk_create(twin.usager for twin in twins)
        Mandat.objects.bulk_create(twins)
        given = list(first.autorisations.order_by("demarche"))
        rows = [row for number, twin in enumerate(twins) for row in self._autorisations(given, twin, number)]
        Autorisation.objects.bulk_create(rows)
        return [row for row in rows if row.structure_id == self.place.id and row.demarche == "logement"]

    def _places(self, others: list[Structure]) -> Iterator[tuple[int, Structure]]:
        places = [self.place, *others]
        return ((number, places[number % len(places)]) for number in range(self.mandats))

    def _mandat(self, first: Mandat, place: Structure, number: int) -> Mandat:
        name = f"NOM {secrets.token_hex(4).upper()}"
        folded = {"folded_family_given": f"{name.lower()} angela", "folded_given_family": f"angela {name.lower()}"}
        email = f"usager.{number}@example.org"
        usager = twin(first.usager, sub_digest=f"{number:064x}", family_name=name, email=email, **folded)
        made: Mandat = twin(first, reference=new_reference(), usager=usager, structure=place)
        return made

    def _autorisations(self, given: list[Autorisation], mandat: Mandat, number: int) -> list[Autorisation]:
        own = {"mandat": mandat, "usager": mandat.usager, "structure": mandat.structure, "status_list": 1}
        return [twin(row, status_index=len(given) * number + at, **own) for at, row in enumerate(given)]

    # --- who signs in --------------------------------------------------------------------------

    def newcomers(self, count: int) -> list[Item]:
        """Return aidants who have never signed in, each with the code of this moment."""
        hasher = OwaspArgon2Hasher()
        encoded = hasher.encode(builders.PASSWORD, hasher.salt())
        people = [self._newcomer(encoded) for _ in range(count)]
        Compte.objects.bulk_create(people)
        Generateur.objects.bulk_create(
            new_application(who, os.urandom(20), name="application", confirmed=True, created_at=self.now)
            for who in people
        )
        Affectation.objects.bulk_create(
            Affectation(compte=who, structure=self.place, is_aidant=True, started_at=self.now) for who in people
        )
        return [self._credentials(who) for who in people]

    def _newcomer(self, encoded: str) -> Compte:
        names = {"given_name": "Camille", "family_name": "Martin"}
        return Compte(email=f"{uuid.uuid4().hex}@example.org", password=encoded, created_at=self.now, **names)

    def _credentials(self, who: Compte) -> Item:
        given = {"email": who.email, "password": builders.PASSWORD}
        return given | {"code": builders.totp_code(who), "csrf": _csrf()}

    @cached_property
    def browsers(self) -> list[Item]:
        """The cookies of aidants who are signed in."""
        return [self._browser(builders.aidant(self.place)) for _ in range(_BROWSERS)]

    def _browser(self, who: Compte) -> Item:
        csrf, name = _csrf(), settings.SESSION_COOKIE_NAME
        session = builders.signed_in(who).cookies[name].value
        return {"csrf": csrf, "cookie": f"{name}={session}; {settings.CSRF_COOKIE_NAME}={csrf}"}

    def pages(self, path: str) -> list[Item]:
        """Return visits of one page, by each of the browsers."""
        return [{**browser, "path": path} for browser in self.browsers]

    # --- who verifies ----------------------------------------------------------------------------

    @cached_property
    def questions(self) -> list[Item]:
        """What verifiers hold of each standing mandat of the desk: its code, and the usager's name and birth date."""
        codes = [new_code() for _ in self.standing]
        made = zip(self.standing, codes, strict=True)
        CodeUsager.objects.bulk_create(self._code(row.mandat_id, code) for row, code in made)
        shared = {"organisation": "Mesure", "demarche": "logement", **self._credentials_of(self.administration)}
        return [
            {**shared, **self._held(row), "code": code, "csrf": _csrf()}
            for row, code in zip(self.standing, codes, strict=True)
        ]

    def _code(self, mandat_id: uuid.UUID, code: str) -> CodeUsager:
        digest, ends = _digest(mandat_id, VERIFICATION, code), self.now + VERIFICATION_LIVES
        given = {"kind": VERIFICATION, "created_at": self.now, "expires_at": ends}
        return CodeUsager(mandat_id=mandat_id, digest=digest, **given)

    def _held(self, row: Autorisation) -> dict[str, str]:
        usager = row.mandat.usager
        named = {"family_name": usager.family_name, "birthdate": usager.birthdate}
        return {"reference": row.mandat.reference, **named}

    # --- clients, codes and tokens ---------------------------------------------------------------

    @cached_property
    def franceconnect(self) -> flow.Site:
        """FranceConnect's record, userinfo signed."""
        return flow.site("franceconnect", userinfo_alg="ES256")

    @cached_property
    def administration(self) -> flow.Site:
        """An administration's record, userinfo in JSON."""
        return flow.site()

    @cached_property
    def signing_administration(self) -> flow.Site:
        """An administration's record, userinfo signed: the same claims in another form."""
        return flow.site(userinfo_alg="ES256", sector="autre.example")

    def _credentials_of(self, asked: flow.Site) -> dict[str, str]:
        given = {"redirect_uri": asked.redirect_uri}
        if asked.client.needs_pkce:
            given["code_verifier"] = asked.verifier
        if asked.client.auth_method == "client_secret_basic":
            return given | {"client_authorization": flow.basic(asked)["Authorization"]}
        return given | {"client_id": asked.client.client_id, "client_secret": asked.secret}

    def flows(self, asked: flow.Site) -> list[Item]:
        """Return whole flows: one of the browsers, one of the standing autorisations."""
        query = urlencode(asked.request())
        shared = {"query": query, **self._credentials_of(asked)}
        return [
            {**shared, **self.browsers[number % _BROWSERS], "autorisation": str(row.id)}
            for number, row in enumerate(self.standing[:40])
        ]

    def codes(self, asked: flow.Site, count: int) -> list[Item]:
        """Return codes that wait for their exchange."""
        texts = [secrets.token_urlsafe(32) for _ in range(count)]
        self._connexions(asked, [code_digest(text) for text in texts])
        return [{"code": text, **self._credentials_of(asked)} for text in texts]

    def tokens(self, asked: flow.Site, count: int, *, released: bool = True) -> list[Item]:
        """Return live access tokens; ``released`` when userinfo has already been asked with them."""
        texts = [secrets.token_urlsafe(32) for _ in range(count)]
        connexions = self._connexions(asked, [code_digest(text) for text in texts])
        at = self.now if released else None
        AccessToken.objects.bulk_create(
            AccessToken(
                digest=token_digest(text),
                connexion=connexion,
                created_at=self.now,
                expires_at=self.now + _LIVES,
                identity_released_at=at,
            )
            for text, connexion in zip(texts, connexions, strict=True)
        )
        return [{"token": text, **self._credentials_of(asked)} for text in texts]

    def _connexions(self, asked: flow.Site, digests: list[str]) -> list[Connexion]:
        use = self._use
        shared = {
            "client": asked.client,
            "aidant": self.aidant,
            "structure": self.place,
            "utilisation": use,
            "subject": "s" * 43,
            "actor_subject": "a" * 43,
            "redirect_uri": asked.redirect_uri,
            "nonce": asked.nonce,
            "scope": asked.request()["scope"],
            "code_challenge": asked.challenge if asked.client.needs_pkce else "",
            "rep_scope": ["Logement"],
            "asked": StillAsked(rep_scope=["Logement"]).to_json(),
            "auth_time": self.now,
            "created_at": self.now,
            "expires_at": self.now + _LIVES,
        }
        rows = [self.standing[number % len(self.standing)] for number in range(len(digests))]
        made = [
            Connexion(autorisation=row, code_digest=digest, **shared) for row, digest in zip(rows, digests, strict=True)
        ]
        return Connexion.objects.bulk_create(made)

    @cached_property
    def _use(self) -> Utilisation:
        row = self.standing[0]
        written = {"channel": "bridge", "body": "Mesure", "used_on": self.now.date(), "created_at": self.now}
        return Utilisation.objects.create(autorisation=row, mandat=row.mandat, aidant=self.aidant, **written)

    # --- mandats to conclude -----------------------------------------------------------------------

    def consented(self, count: int) -> list[Brouillon]:
        """Return brouillons that wait for the structure's acceptation."""
        return [builders.consented(self.aidant, self.place, now=self.now) for _ in range(count)]


def make(mandats: int) -> Data:
    """Return data around ``mandats`` mandats that stand now."""
    return Data(mandats, timezone.now() - timedelta(seconds=5))
