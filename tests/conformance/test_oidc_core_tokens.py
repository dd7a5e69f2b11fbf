"""OpenID Connect Core 1.0: what an ID token tells of itself, and what one shown back to us is worth."""

import base64
import json

import pytest
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import OctKey

from oidc.keys import sign
from tests.oidc import flow
from tests.oidc.silent import silently

pytestmark = pytest.mark.django_db


@pytest.mark.spec("OIDC Core", "2")
@pytest.mark.spec("OIDC Core", "3.1.2.1")
@pytest.mark.parametrize("changes", [{"max_age": "3600"}, {"claims": '{"id_token":{"auth_time":{"essential":true}}}'}])
def test_auth_time_is_there_for_who_asked_it(changes):
    at, asked = flow.desk(), flow.site()
    claims = flow.claims_of(flow.tokens_of(at, asked, **changes)["id_token"])
    assert claims["auth_time"] == int(at.browser.session["second_factor_at"])


@pytest.mark.spec("OIDC Core", "2")
@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_an_id_token_s_header_leads_nowhere(alg):
    at, asked = flow.desk(), flow.site(id_token_alg=alg, userinfo_alg=alg, access_token_format="jwt")
    tokens = flow.tokens_of(at, asked)
    signed = flow.userinfo(tokens["access_token"]).content.decode()
    for token in (tokens["id_token"], tokens["access_token"], signed):
        head = token.split(".")[0]
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        assert not {"x5u", "x5c", "jku", "jwk", "crit"} & header.keys()


@pytest.mark.spec("OIDC Core", "10.1")
@pytest.mark.spec("OIDC Core", "16.19")
def test_a_shared_secret_keys_by_its_octets_and_is_long_enough():
    at, asked = flow.desk(), flow.site("franceconnect", id_token_alg="HS256", userinfo_alg="HS256")
    tokens = flow.tokens_of(at, asked)
    assert len(asked.secret.encode()) >= 32
    for signed in (tokens["id_token"], flow.userinfo(tokens["access_token"]).content.decode()):
        read = jwt.decode(signed, OctKey.import_key(asked.secret.encode()), ["HS256"])
        assert (read.header["alg"], read.claims["aud"]) == ("HS256", asked.client.client_id)


@pytest.mark.spec("OIDC Core", "3.1.2.1")
def test_a_hint_of_another_usager_is_refused_whatever_its_age():
    at, asked, other = flow.desk(), flow.site(), flow.site()
    tokens = flow.tokens_of(at, asked)
    old = flow.claims_of(tokens["id_token"]) | {"iat": 1795200000, "exp": 1795200300}
    stale = sign(old, "ES256", secret=None, now=timezone.now())
    assert "code" in silently(at, asked, id_token_hint=stale), "out of date is no reason"
    stranger = sign(old | {"sub": "x" * 43}, "ES256", secret=None, now=timezone.now())
    assert silently(at, asked, id_token_hint=stranger)["error"] == "interaction_required", "nobody whom we serve"
    foreign = flow.claims_of(flow.tokens_of(at, other)["id_token"])
    of_another = sign(foreign, "ES256", secret=None, now=timezone.now())
    assert silently(at, asked, id_token_hint=of_another)["error"] == "invalid_request", "another client's token"
