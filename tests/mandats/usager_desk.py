"""An usager on their own page, by the codes of their volet."""

import pytest
from django.test import Client
from django.utils import timezone

from mandats.domain.codes import grouped
from mandats.registre.models import Mandat
from mandats.registre.services.volet import CodesVolet, renew_codes
from tests import builders


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    who = builders.aidant(place, given_name="Camille", family_name="Martin")
    return builders.mandat(who, place, now=timezone.now(), demarches=("logement", "famille"))


@pytest.fixture
def codes(mandat: Mandat) -> CodesVolet:
    made = renew_codes(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    assert isinstance(made, CodesVolet)
    return made


def typed(mandat: Mandat, codes: CodesVolet, **changes: str) -> dict[str, str]:
    given = {
        "reference": mandat.reference.lower().replace("-", " "),
        "code": grouped(codes.revocation),
        "day": "24",
        "month": "8",
        "year": "1962",
    }
    return {**given, **changes}


@pytest.fixture
def inside(mandat: Mandat, codes: CodesVolet) -> Client:
    client = Client()
    assert client.post("/usager", typed(mandat, codes))["Location"] == "/usager/mandats"
    return client


def page_of(mandat: Mandat) -> str:
    return f"/usager/mandats/{mandat.id}"
