"""A whole life of a mandat leaves no identity and no secret in the journal, nor in what operators read."""

import logging

import pytest
from django.test import Client
from django.utils import timezone

from aidants.journal.models import Entree, RefusCompte
from mandats.registre.models import Autorisation
from mandats.registre.services.volet import CodesVolet, renew_codes
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db


def _live() -> list[str]:
    """Go through sign-in, mandat, bridge, declared use, revocation; return what may not be told."""
    at, asked = flow.desk(), flow.site()
    tokens = flow.tokens_of(at, asked)
    assert flow.userinfo(tokens["access_token"]).status_code == 200
    now, doer = timezone.now(), builders.acteur(at.aidant, at.place)
    codes = renew_codes(at.mandat.id, doer, now)
    assert isinstance(codes, CodesVolet)
    at.browser.get(f"/mandats/{at.mandat.id}")
    wrong = {"email": at.aidant.email, "password": "mot de passe faux", "code": "123456"}
    assert Client().post("/connexion", wrong).status_code == 403
    _stop(at, codes)
    assert flow.userinfo(tokens["access_token"]).status_code == 401
    usager = at.mandat.usager
    named = [
        usager.given_name,
        usager.family_name,
        usager.email,
        usager.birthdate,
        at.aidant.email,
        at.aidant.family_name,
    ]
    secret = [
        codes.verification,
        codes.revocation,
        asked.secret,
        tokens["access_token"],
        builders.PASSWORD,
        *wrong.values(),
    ]
    return [*named, usager.sub_digest, *secret]


def _stop(at: flow.Desk, codes: CodesVolet) -> None:
    person = Client()
    typed = {"reference": at.mandat.reference, "code": codes.revocation, "day": "24", "month": "8", "year": "1962"}
    assert person.post("/usager", typed).status_code == 302
    person.post(f"/usager/mandats/{at.mandat.id}/arreter", {"confirmer": "oui"})
    assert not Autorisation.objects.filter(mandat=at.mandat, ended_at__isnull=True).exists()


def test_a_whole_life_names_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        hidden = _live()
    ours = [one for one in caplog.records if not one.name.startswith(("django.db", "faker", "PIL"))]
    journal = "\n".join(bytes(body).decode() for body in Entree.objects.values_list("body", flat=True))
    journal += repr([*Entree.objects.values("event", "reason"), *RefusCompte.objects.values("kind", "bucket")])
    told = "\n".join(f"{one.getMessage()} {one.__dict__.get('request', '')}" for one in ours)
    assert journal.count("\n") > 15
    assert not [one for one in hidden if one and one in journal]
    assert not [one for one in hidden if one and one in told]
