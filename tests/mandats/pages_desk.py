"""What the tests of the conseiller's pages stand on: a desk, a client signed in, objects of another structure."""

import base64
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.structures.models import Structure
from mandats.domain.identite import Identite
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.services.brouillons import identify
from tests import builders

UNKNOWN = UUID("11111111-1111-4111-8111-111111111111")


@dataclass(frozen=True, slots=True)
class Desk:
    """One aidant signed in for one structure."""

    place: Structure
    who: Compte
    client: Client

    @property
    def acteur(self) -> Acteur:
        """Who acts, as the services take it."""
        return builders.acteur(self.who, self.place)

    def mandat(self, person: Identite | None = None, **fields: object) -> Mandat:
        """Return a mandat concluded now."""
        return builders.mandat(self.who, self.place, person, now=timezone.now(), **fields)

    def brouillon(self, **fields: object) -> Brouillon:
        """Return a brouillon opened now, nobody identified."""
        return builders.brouillon(self.who, self.place, now=timezone.now(), **fields)  # type: ignore[arg-type]

    def identified(self, person: Identite | None = None, **fields: object) -> Brouillon:
        """Return a brouillon of somebody identified by FranceConnect."""
        made = self.brouillon(**fields)
        assert identify(made.id, person or builders.identite(), builders.PREUVE, self.acteur, timezone.now())
        return made

    def consented(self, person: Identite | None = None) -> Brouillon:
        """Return a brouillon that waits for the acceptation."""
        return builders.consented(self.who, self.place, person, now=timezone.now())

    def code(self) -> str:
        """Return a code that the service accepts now."""
        return builders.totp_code(self.who)


def desk(name: str = "CCAS de Démonstration", **fields: object) -> Desk:
    """Return a desk of its own structure."""
    place = builders.structure(name, **fields)
    who = builders.aidant(place)
    return Desk(place, who, builders.signed_in(who))


def text(answer: Any) -> str:
    """Return the page's HTML."""
    return answer.content.decode()


def shown_digest(page: str) -> str:
    """Return the digest of the text that a recap carries in its forms."""
    found = set(re.findall(r'name="text_sha256" value="([0-9a-f]{64})"', page))
    assert len(found) == 1
    return found.pop()


def drawing() -> str:
    """Return a signature as the page sends it."""
    return "data:image/png;base64," + base64.b64encode(builders.signature_png()).decode()
