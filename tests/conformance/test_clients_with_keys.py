"""Clients that others wrote, at the level of FAPI 2.0: openid-client 6, oauth4webapi, mozilla-django-oidc, Authlib.

They speak to the live service; a scripted aidant chooses.
"""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from django.core.exceptions import SuspiciousOperation
from joserfc.jwk import RSAKey

from aidants.journal.models import Entree
from tests.conformance import django_site
from tests.conformance.node_client import started
from tests.conformance.scene import CALLBACK, Scene
from tests.oidc import keyed

_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def fapi_scene(issuer: str, jwks: dict[str, Any]) -> Scene:
    """Register the site that a client's public keys belong to."""
    back = [CALLBACK.replace("http:", "https:")]
    return Scene(issuer, "administration", jwks=jwks, is_fapi2=True, auth_method="private_key_jwt", redirect_uris=back)


@pytest.mark.spec("FAPI 2.0 Security Profile", "5.3.2.2")
@pytest.mark.spec("RFC 9449", "5")
def test_openid_client_6_held_to_fapi_2(live_service):
    with started("fapi.mjs") as client:
        scene = fapi_scene(live_service, client.hear()["jwks"])
        told = client.tell(scene.configuration())
        assert "url" in told, told
        assert set(parse_qs(urlsplit(told["url"]).query)) == {"client_id", "request_uri"}
        received = client.tell({"callback": scene.browser.go_through(told["url"], scene.autorisation)})
    assert "error" not in received, received
    assert received["tokens"]["token_type"].lower() == "dpop"
    assert received["tokens"]["authorization_details"][0]["demarches"] == ["logement"]
    assert received["identity"]["sub"] == received["claims"]["sub"]
    assert received["introspection"]["cnf"]["jkt"]
    assert received["after"] == {"active": False}


@pytest.mark.spec("RFC 10070", "4")
def test_openid_client_6_with_the_audience_of_yesterday_is_refused(live_service):
    with started("fapi.mjs") as client:
        scene = fapi_scene(live_service, client.hear()["jwks"])
        told = client.tell(scene.configuration(aud=f"{live_service}/token"))
    assert "url" not in told, told
    assert Entree.objects.get(event="client:refuse").reason == "oidc.assertion_audience"


@pytest.mark.spec("RFC 9126", "2")
@pytest.mark.spec("Form Post Response Mode", "2")
def test_oauth4webapi_pushes_proves_and_takes_a_form(live_service):
    scene = Scene(live_service, "administration", requires_par=True, requires_dpop=True)
    with started("oauth4webapi.mjs") as client:
        told = client.tell(scene.configuration())
        assert told.get("expires_in") == 60, told
        page = scene.browser.choose(told["url"], scene.autorisation).text
        form = {unescape(name): unescape(value) for name, value in _FIELD.findall(page)}
        received = client.tell({"form": form})
    assert "error" not in received, received
    assert received["token_type"].lower() == "dpop"
    assert received["identity"]["mandat"]["reference"] == scene.mandat.reference


@pytest.mark.spec("RFC 10070", "4")
@pytest.mark.parametrize("audience", ["default", "issuer"])
def test_authlib_s_default_audience_is_refused_and_the_issuer_taken(live_service, audience):
    key = RSAKey.generate_key(2048)
    jwks = {"keys": [key.as_dict(private=False) | {"kid": keyed.KID, "use": "sig"}]}
    scene = Scene(live_service, "administration", jwks=jwks, auth_method="private_key_jwt")
    known = requests.get(f"{live_service}/.well-known/openid-configuration", timeout=5).json()
    session = OAuth2Session(
        scene.site.client.client_id,
        key.as_dict(private=True) | {"kid": keyed.KID},
        scope="openid",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint_auth_method="private_key_jwt",
    )
    session.trust_env = False
    endpoint = known["token_endpoint"]
    method = PrivateKeyJWT(endpoint, headers={"kid": keyed.KID})
    if audience == "issuer":
        method.token_endpoint = known["issuer"]
    session.register_client_auth_method(method)
    verifier = "v" * 64
    url, state = session.create_authorization_url(known["authorization_endpoint"], code_verifier=verifier)
    callback = scene.browser.go_through(url, scene.autorisation)

    def fetch() -> dict[str, Any]:
        return dict(session.fetch_token(endpoint, authorization_response=callback, state=state, code_verifier=verifier))

    if audience == "issuer":
        assert fetch()["id_token"]
    else:
        with pytest.raises(OAuthError, match="invalid_client"):
            fetch()


@pytest.mark.spec("OIDC Core", "3.1")
@pytest.mark.parametrize(
    ("method", "alg", "userinfo_alg"),
    [("client_secret_post", "ES256", ""), ("client_secret_basic", "RS256", "RS256")],
)
def test_mozilla_django_oidc(live_service, method, alg, userinfo_alg):
    """Its two views and its backend, from the button to the person whom the site lets in."""
    record = {"auth_method": method, "id_token_alg": alg, "userinfo_alg": userinfo_alg}
    scene = Scene(live_service, "administration", redirect_uris=[django_site.CALLBACK], **record)
    settings = {"OIDC_RP_SIGN_ALGO": alg, "OIDC_TOKEN_USE_BASIC_AUTH": method.endswith("basic")}
    with django_site.django_site(live_service, scene.site.client.client_id, scene.site.secret, **settings) as site:
        back = scene.browser.go_through(site.leave(), scene.autorisation)
        person = site.come_back(back)
        with pytest.raises(SuspiciousOperation, match="state"):
            site.come_back(back)
    assert (person["family_name"], person["email"]) == ("DUBOIS", scene.mandat.usager.email)
    assert person["mandat"]["reference"] == scene.mandat.reference


@pytest.mark.spec("OIDC Core", "3.1.2.6")
def test_mozilla_django_oidc_lets_nobody_in_by_another_browser_s_answer(live_service):
    scene = Scene(
        live_service, "administration", redirect_uris=[django_site.CALLBACK], auth_method="client_secret_post"
    )
    with django_site.django_site(live_service, scene.site.client.client_id, scene.site.secret) as site:
        back = scene.browser.go_through(site.leave(), scene.autorisation)
        assert django_site.DjangoSite().come_back(back) == {}
        assert site.come_back(back)["sub"]
