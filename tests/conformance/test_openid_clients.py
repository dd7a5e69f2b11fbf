"""Clients that others wrote complete a login against the live service, driven by a scripted aidant."""

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet

from mandats.registre.models import Mandat
from tests.conformance.node_client import started
from tests.conformance.scene import CALLBACK, LOGOUT, Scene


@pytest.mark.spec("PROTOCOLS", "1")
@pytest.mark.parametrize(
    ("id_token_alg", "userinfo_alg", "discovery"),
    [("HS256", "", False), ("ES256", "ES256", False), ("RS256", "RS256", True), ("ES256", "HS256", False)],
)
def test_openid_client_5_as_franceconnect_configures_it(live_service, id_token_alg, userinfo_alg, discovery):
    scene = Scene(live_service, "franceconnect", id_token_alg=id_token_alg, userinfo_alg=userinfo_alg)
    with started("franceconnect.mjs") as client:
        received = scene.log_in(client, discovery=discovery)
    assert "error" not in received, received
    assert received["claims"]["acr"] == "eidas1"
    assert received["claims"]["rep_scope"] == ["Logement"]
    assert received["identity"]["family_name"] == "DUBOIS"
    assert received["identity"]["sub"] == received["claims"]["sub"]
    back = scene.browser.open(received["logout"])
    assert back.headers["Location"].startswith(f"{LOGOUT}?state=")
    assert scene.browser.session.get(f"{live_service}/userinfo", timeout=5).status_code == 401


@pytest.mark.spec("PROTOCOLS", "1")
def test_openid_client_5_reads_a_refusal(live_service):
    scene = Scene(live_service, "franceconnect")
    with started("franceconnect.mjs") as client:
        url = client.tell(scene.configuration())["url"]
        received = client.tell({"callback": scene.browser.decline(url)})
    assert received["error"] == "access_denied"
    assert received["description"]


def test_openid_client_5_meets_a_mandat_revoked_after_the_code(live_service):
    scene = Scene(live_service, "franceconnect")
    with started("franceconnect.mjs") as client:
        url = client.tell(scene.configuration())["url"]
        callback = scene.browser.go_through(url, scene.autorisation)
        Mandat.objects.filter(pk=scene.mandat.pk).update(ended_at=timezone.now(), motif="revocation")
        assert client.tell({"callback": callback})["error"] == "invalid_grant"


@pytest.mark.spec("RFC 7636", "4")
@pytest.mark.parametrize(
    ("auth_method", "id_token_alg", "userinfo_alg"),
    [("client_secret_basic", "ES256", ""), ("client_secret_post", "RS256", "ES256")],
)
def test_openid_client_6_with_pkce(live_service, auth_method, id_token_alg, userinfo_alg):
    record = {"auth_method": auth_method, "id_token_alg": id_token_alg, "userinfo_alg": userinfo_alg}
    scene = Scene(live_service, "administration", **record)
    with started("administration.mjs") as client:
        received = scene.log_in(client)
    assert "error" not in received, received
    assert received["claims"]["act"]["structure"]["siret"] == "99999910500011"
    assert received["identity"]["mandat"]["reference"] == scene.mandat.reference
    assert received["introspection"]["active"] is True
    assert received["introspection"]["act"] == received["claims"]["act"]
    assert scene.browser.open(received["logout"]).headers["Location"].startswith(f"{LOGOUT}?state=")


@pytest.mark.spec("OIDC Core", "3.1")
def test_authlib_s_client_with_pkce(live_service):
    scene = Scene(live_service, "administration")
    known = requests.get(f"{live_service}/.well-known/openid-configuration", timeout=5).json()
    session = OAuth2Session(
        scene.site.client.client_id,
        scene.site.secret,
        scope="openid profile mandat",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",
        leeway=0,
    )
    session.trust_env = False
    verifier = "v" * 64
    url, state = session.create_authorization_url(
        known["authorization_endpoint"], code_verifier=verifier, nonce="n" * 32
    )
    callback = scene.browser.go_through(url, scene.autorisation)
    token = session.fetch_token(
        known["token_endpoint"], authorization_response=callback, state=state, code_verifier=verifier
    )
    keys = KeySet.import_key_set(requests.get(known["jwks_uri"], timeout=5).json())
    decoded = jwt.decode(token["id_token"], keys, ["ES256"])
    expected = {"nonce": "n" * 32, "client_id": scene.site.client.client_id, "access_token": token["access_token"]}
    CodeIDToken(decoded.claims, decoded.header, params=expected).validate()
    identity = session.get(known["userinfo_endpoint"]).json()
    assert identity["sub"] == decoded.claims["sub"]
    assert identity["mandat"]["demarche"] == "logement"
    assert "email" not in identity
