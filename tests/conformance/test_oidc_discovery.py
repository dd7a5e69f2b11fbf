"""OpenID Connect Discovery 1.0: the configuration document and the keys."""

import base64
import json
from typing import Any

import pytest
from django.conf import settings

from tests import builders
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db
WELL_KNOWN = "/.well-known/openid-configuration"
REQUIRED = {
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "scopes_supported",
    "claims_supported",
}


@pytest.mark.spec("OIDC Discovery", "3")
def test_what_is_required_or_recommended_is_there():
    told = flow.stranger().get(WELL_KNOWN).json()
    assert told.keys() >= REQUIRED
    assert "RS256" in told["id_token_signing_alg_values_supported"]
    assert "none" not in told["id_token_signing_alg_values_supported"]
    assert told["subject_types_supported"] == ["pairwise"]
    assert "openid" in told["scopes_supported"]
    assert told["request_parameter_supported"] is told["request_uri_parameter_supported"] is False
    assert told["claim_types_supported"] == ["normal"]
    assert not [name for name in told if "encryption" in name], "nothing is encrypted"


@pytest.mark.spec("OIDC Discovery", "4.1")
@pytest.mark.spec("OIDC Discovery", "4.2")
def test_it_is_json_by_get_and_leaves_out_what_is_empty():
    answer = flow.stranger().get(WELL_KNOWN, headers={"Origin": "https://site.example"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not [name for name, value in answer.json().items() if value in ([], "", None)]
    for other in (WELL_KNOWN + "/", "/.well-known/webfinger"):
        assert flow.stranger().get(other).status_code == 404


@pytest.mark.spec("OIDC Discovery", "4.3")
def test_the_issuer_is_the_address_asked_and_the_one_of_every_token():
    at, asked = flow.desk(), flow.site()
    told = flow.stranger().get(WELL_KNOWN).json()
    claims = flow.claims_of(flow.tokens_of(at, asked)["id_token"])
    assert told["issuer"] == claims["iss"] == settings.ISSUER


@pytest.mark.spec("OIDC Discovery", "3")
def test_the_claims_announced_are_those_that_are_given():
    at, asked = flow.desk(), flow.site()
    told = set(flow.stranger().get(WELL_KNOWN).json()["claims_supported"])
    tokens = flow.tokens_of(at, asked)
    given = flow.claims_of(tokens["id_token"]).keys() | flow.userinfo(tokens["access_token"]).json().keys()
    assert given <= told


def alg_of(compact: str) -> str:
    head = compact.partition(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["alg"])


def called(path: str, method: str) -> Any:
    """Call an endpoint for clients' servers as one that authenticates by this method."""
    form = {"token": "x", "grant_type": "authorization_code", "code": "x"}
    if method == "private_key_jwt":
        return flow.post_form(path, form | keyed.keyed_site().credentials())
    site = flow.site(auth_method=method)
    if method == "client_secret_basic":
        return flow.post_form(path, form, flow.basic(site))
    return flow.post_form(path, form | {"client_id": site.client.client_id, "client_secret": site.secret})


@pytest.mark.spec("OIDC Discovery", "3")
def test_each_value_announced_is_what_is_done():
    told, at = flow.stranger().get(WELL_KNOWN).json(), flow.desk()
    for alg in told["id_token_signing_alg_values_supported"]:
        tokens = flow.tokens_of(at, flow.site(id_token_alg=alg, userinfo_alg=alg))
        assert alg_of(tokens["id_token"]) == alg_of(flow.userinfo(tokens["access_token"]).content.decode()) == alg
    assert told["userinfo_signing_alg_values_supported"] == told["id_token_signing_alg_values_supported"]
    for endpoint, refusal in (("introspection", None), ("revocation", None), ("token", "invalid_grant")):
        for method in told[f"{endpoint}_endpoint_auth_methods_supported"]:
            answer = called(told[f"{endpoint}_endpoint"].removeprefix(settings.ISSUER), method)
            assert answer.json().get("error") == refusal, (endpoint, method)
    for alg in told["token_endpoint_auth_signing_alg_values_supported"]:
        assert keyed.push(keyed.keyed_site(alg)).status_code == 201, alg
    for profile in ("administration", "franceconnect"):
        tokens = flow.tokens_of(at, flow.site(profile))
        assert flow.claims_of(tokens["id_token"])["acr"] in told["acr_values_supported"]
    for kind in told["authorization_details_types_supported"]:
        details = json.dumps([{"type": kind, "demarches": ["logement"]}])
        page = at.browser.get(flow.choice_page(at.browser, flow.site(), authorization_details=details))
    assert told["require_pushed_authorization_requests"] is False, "none was pushed"
    assert told["ui_locales_supported"] == ["fr"]
    assert '<html lang="fr"' in page.content.decode()


@pytest.mark.spec("OIDC Discovery", "3")
def test_the_keys_hold_signing_keys_of_each_algorithm_and_nothing_private():
    builders.keys()
    answer = flow.stranger().get("/jwks")
    keys = answer.json()["keys"]
    assert {key["alg"] for key in keys} >= {"ES256", "RS256"}
    assert not [key for key in keys if {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys()]
    assert all(key["kid"] and key["use"] == "sig" for key in keys)
