"""Whole logins through the endpoints, for FranceConnect's record and for an administration's."""

import pytest
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey

from aidants.journal.models import Entree
from tests.oidc import flow

pytestmark = pytest.mark.django_db


def published():
    return KeySet.import_key_set(flow.stranger().get("/jwks").json())


@pytest.mark.spec("OIDC Core", "3.1.3.3")
def test_an_administration_receives_the_usager_the_aidant_and_the_mandat():
    at, asked = flow.desk(), flow.site()
    tokens = flow.tokens_of(at, asked)
    assert tokens["token_type"] == "Bearer"
    assert 0 < tokens["expires_in"] <= 300
    assert "refresh_token" not in tokens
    decoded = jwt.decode(tokens["id_token"], published(), ["ES256"])
    claims = decoded.claims
    assert claims["iss"] == settings.ISSUER
    assert claims["aud"] == asked.client.client_id
    assert claims["nonce"] == asked.nonce
    assert claims["acr"] == f"{settings.ISSUER}/acr/aidant-2fa"
    assert claims["act"]["structure"] == {"siret": at.place.siret, "name": at.place.name}
    assert claims["act"]["sub"] != claims["sub"]
    assert not {"given_name", "family_name", "birthdate", "email", "mandat", "nbf"} & claims.keys()
    identity = flow.userinfo(tokens["access_token"]).json()
    assert identity["sub"] == claims["sub"]
    assert identity["family_name"] == "DUBOIS"
    assert identity["mandat"]["reference"] == at.mandat.reference
    assert identity["mandat"]["demarche"] == "logement"
    assert identity["mandat"]["identity_level"] == "eidas1"
    assert identity["act"] == claims["act"]


@pytest.mark.writes("connexion:redeem", "identite:release")
@pytest.mark.spec("PROTOCOLS", "1")
@pytest.mark.parametrize("alg", ["HS256", "ES256", "RS256"])
def test_franceconnect_receives_the_identity_and_the_demarche(alg):
    at, asked = flow.desk(), flow.site("franceconnect", id_token_alg=alg, userinfo_alg=alg)
    tokens = flow.tokens_of(at, asked)
    keys = OctKey.import_key(asked.secret) if alg == "HS256" else published()
    claims = jwt.decode(tokens["id_token"], keys, [alg]).claims
    assert claims["acr"] == "eidas1"
    assert claims["rep_scope"] == ["Logement"]
    assert isinstance(claims["amr"], list)
    assert not {"act", "mandat", "nbf", "given_name"} & claims.keys()
    answer = flow.userinfo(tokens["access_token"])
    assert answer["Content-Type"] == "application/jwt"
    signed = jwt.decode(answer.content, keys, [alg]).claims
    assert (signed["iss"], signed["aud"]) == (settings.ISSUER, asked.client.client_id)
    assert signed["given_name"] == "Angela Claire Louise"
    assert signed["birthplace"] == "75107"
    assert signed["email"] == at.mandat.usager.email
    assert not {"act", "mandat"} & signed.keys()


def test_the_journal_tells_the_use_the_exchange_and_one_release_a_token():
    at, asked = flow.desk(), flow.site()
    before = Entree.objects.order_by("-id").values_list("id", flat=True)[0]
    token = flow.tokens_of(at, asked)["access_token"]
    for _ in range(3):
        assert flow.userinfo(token).status_code == 200
    events = list(Entree.objects.filter(id__gt=before).order_by("id").values_list("event", flat=True))
    assert events == ["utilisation:bridge", "connexion:redeem", "identite:release"]
