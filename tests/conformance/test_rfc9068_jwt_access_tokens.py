"""RFC 9068: access tokens that a resource reads by itself, for the clients whose record says so."""

import pytest
from django.conf import settings
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet

from mandats.registre.models import Mandat
from oidc.keys import sign
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db
SPEC = "RFC 9068"


def read(token, alg="ES256"):
    return jwt.decode(token, KeySet.import_key_set(flow.stranger().get("/jwks").json()), [alg])


@pytest.mark.spec(SPEC, "2.1")
@pytest.mark.spec(SPEC, "2.2")
@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_the_token_is_typed_signed_and_complete(alg):
    at, site = flow.desk(), flow.site(access_token_format="jwt", id_token_alg=alg)
    tokens = flow.tokens_of(at, site)
    told = read(tokens["access_token"], alg)
    assert told.header["typ"] == "at+jwt"
    required = {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}
    assert told.claims.keys() == required | {"scope", "auth_time", "acr", "act"}, (
        "§2.2.1: the aidant's sign-in; who acts"
    )
    assert (told.claims["iss"], told.claims["aud"]) == (settings.ISSUER, settings.ISSUER)
    assert told.claims["client_id"] == site.client.client_id
    assert told.claims["sub"] == flow.claims_of(tokens["id_token"])["sub"]
    assert told.claims["scope"] == tokens["scope"]
    assert told.claims["exp"] - told.claims["iat"] <= 300


@pytest.mark.spec(SPEC, "4")
def test_it_dies_with_the_mandat_wherever_it_is_shown_to_us():
    at, site = flow.desk(), flow.site(access_token_format="jwt")
    token = flow.tokens_of(at, site)["access_token"]
    assert flow.userinfo(token).status_code == 200
    assert flow.introspect(site, token).json()["active"] is True
    Mandat.objects.update(ended_at=timezone.now(), motif="revocation")
    assert flow.userinfo(token).status_code == 401
    assert flow.introspect(site, token).json() == {"active": False}


@pytest.mark.spec(SPEC, "4")
@pytest.mark.spec("RFC 7662", "4")
def test_what_a_reader_must_check_is_checked_and_told_as_invalid_token():
    at, site = flow.desk(), flow.site(access_token_format="jwt")
    token = flow.tokens_of(at, site)["access_token"]
    claims, now = flow.claims_of(token), timezone.now()

    def signed(typ="at+jwt", **changes):
        return sign(claims | changes, "ES256", secret=None, now=now, typ=typ)

    forged = {
        "none": keyed.unsigned({"typ": "at+jwt"}, claims),
        "typ": signed("JWT"),
        "iss": signed(iss="https://other.example"),
        "aud": signed(aud=site.client.client_id),
        "exp": signed(exp=claims["exp"] + 3600),
        "sub": signed(sub="x" * 43),
        "another signature": token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"),
    }
    for what, one in forged.items():
        answer = flow.userinfo(one)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token"), what
        assert 'error="invalid_token"' in answer["WWW-Authenticate"], what
        assert flow.introspect(site, one).json() == {"active": False}, what
    assert flow.userinfo(token).status_code == 200


@pytest.mark.spec(SPEC, "5")
def test_no_other_token_of_ours_is_taken_for_it_nor_it_for_another():
    at, site = flow.desk(), flow.site(access_token_format="jwt")
    tokens = flow.tokens_of(at, site)
    assert flow.userinfo(tokens["id_token"]).status_code == 401
    assert flow.claims_of(tokens["access_token"])["aud"] != flow.claims_of(tokens["id_token"])["aud"]
    answer = at.browser.get("/end_session", {"id_token_hint": tokens["access_token"]})
    assert answer.status_code == 400
    tampered = tokens["access_token"][:-4] + "AAAA"
    assert flow.userinfo(tampered).status_code == 401


@pytest.mark.spec("RFC 9449", "6.1")
def test_a_bound_one_names_its_key():
    at, site = flow.desk(), keyed.keyed_site(access_token_format="jwt")
    token = keyed.exchange(site, flow.code_of(at, site)).json()["access_token"]
    assert read(token).claims["cnf"] == {"jkt": site.jkt()}
    assert keyed.userinfo(site, token).status_code == 200
