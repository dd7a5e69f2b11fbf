"""An administration that verifies a mandat over the API, and the mandat that it asks about."""

import base64
import json
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from mandats.registre.models import Mandat
from mandats.registre.services.volet import CodesVolet, renew_codes
from oidc.provider.clients import NewClient, create_client
from tests import builders

PATH = "/api/v1/verifications"


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place, now=timezone.now())


@pytest.fixture
def fields(mandat: Mandat) -> dict[str, Any]:
    codes = renew_codes(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    assert isinstance(codes, CodesVolet)
    return {
        "reference": mandat.reference,
        "code": codes.verification,
        "family_name": "Dubois",
        "birthdate": "1962-08-24",
        "demarche": "logement",
    }


class Administration:
    """A client of ours, calling the API."""

    def __init__(self) -> None:
        new = NewClient("Allocations", "administration", ["https://alloc.example.org/retour"])
        self.client, self.secret = create_client(new, timezone.now())

    def credentials(self) -> str:
        return "Basic " + base64.b64encode(f"{self.client.client_id}:{self.secret}".encode()).decode()

    def ask(self, body: Any, **headers: str) -> Any:
        given = {"Authorization": self.credentials()} | {name.replace("_", "-"): text for name, text in headers.items()}
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        kind = given.pop("Content-Type", "application/json")
        return Browser().post(PATH, text, content_type=kind, headers=given)


@pytest.fixture
def administration() -> Administration:
    return Administration()
