"""Discovery, JWKS, logout and the registration of clients."""

import json
from io import StringIO

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from joserfc.jwk import KeySet

from oidc.provider.models import Client
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db


@pytest.mark.spec("OIDC Discovery", "4")
def test_the_discovery_document_is_valid_and_cacheable():
    answer = flow.stranger().get("/.well-known/openid-configuration")
    assert answer.status_code == 200
    assert "max-age=300" in answer["Cache-Control"]
    document = answer.json()
    assert document["issuer"] == settings.ISSUER
    OpenIDProviderMetadata(document | {"id_token_signing_alg_values_supported": ["RS256", "ES256"]}).validate()
    AuthorizationServerMetadata(document).validate()
    assert flow.stranger().get("/.well-known/oauth-authorization-server").json() == document
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"):
        path = document[name].removeprefix(settings.ISSUER)
        assert flow.stranger().get(path).status_code in (200, 400, 401, 405), path
        assert flow.stranger().get(path + "/").status_code == 404, "no slash is ever appended"


@pytest.mark.spec("RFC 7517", "5")
def test_the_keys_are_public_and_cacheable():
    builders.keys()
    answer = flow.stranger().get("/jwks")
    assert "max-age=300" in answer["Cache-Control"]
    keys = answer.json()["keys"]
    assert {key["alg"] for key in keys} == {"ES256", "RS256"}
    assert not any({"d", "p", "q"} & key.keys() for key in keys)
    KeySet.import_key_set(answer.json())


@pytest.mark.spec("RP-Initiated Logout", "2")
@pytest.mark.parametrize("alg", ["HS256", "ES256"])
def test_logout_ends_that_connexion_and_goes_back_at_once(alg):
    at, asked = flow.desk(), flow.site("franceconnect", id_token_alg=alg)
    first, second = flow.tokens_of(at, asked), flow.tokens_of(at, asked)
    form = {"id_token_hint": first["id_token"], "state": "é&", "post_logout_redirect_uri": flow.FC_LOGOUT}
    answer = at.browser.get("/end_session", form)
    assert (answer.status_code, answer["Location"]) == (303, flow.FC_LOGOUT + "?state=%C3%A9%26")
    assert flow.userinfo(first["access_token"]).status_code == 401
    assert flow.userinfo(second["access_token"]).status_code == 200
    assert at.browser.get(flow.choice_page(at.browser, asked)).status_code == 200, "the aidant is still signed in"
    assert at.browser.get("/end_session", form).status_code == 303, "a second time changes nothing"


def test_logout_believes_nobody_without_a_hint_of_ours():
    at, asked = flow.desk(), flow.site()
    tokens = flow.tokens_of(at, asked)
    forged = tokens["id_token"][:-6] + "AAAAAA"
    end = asked.client.post_logout_redirect_uris[0]
    refused = [
        {"id_token_hint": forged, "post_logout_redirect_uri": end},
        {"id_token_hint": "x.y.z", "post_logout_redirect_uri": end},
        {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "https://evil.example/"},
        {"client_id": asked.client.client_id, "post_logout_redirect_uri": end},
        {"id_token_hint": tokens["id_token"], "client_id": flow.site().client.client_id},
    ]
    for form in refused:
        answer = at.browser.get("/end_session", form)
        assert answer.status_code == 400, form
        assert "Location" not in answer
    assert at.browser.get("/end_session").status_code == 200
    assert flow.userinfo(tokens["access_token"]).status_code == 200


def created(*options: str) -> dict[str, str]:
    out = StringIO()
    call_command("create_client", "--name", "Essai", *options, stdout=out)
    return dict(json.loads(out.getvalue()))


@pytest.mark.spec("PROTOCOLS", "5")
def test_create_client_prints_id_and_secret():
    made = created(
        *("--profile", "franceconnect", "--redirect-uri", flow.FC_CALLBACK),
        *("--post-logout-redirect-uri", flow.FC_LOGOUT, "--id-token-alg", "HS256", "--userinfo-alg", "ES256"),
    )
    row = Client.objects.get(client_id=made["client_id"])
    assert (row.auth_method, row.id_token_alg, row.userinfo_alg) == ("client_secret_post", "HS256", "ES256")
    assert row.needs_pkce is False
    assert made["client_secret"] not in repr(Client.objects.values())
    assert created("--profile", "administration", "--redirect-uri", "http://localhost:8002/retour")["client_secret"]
    assert Client.objects.get(profile="administration").needs_pkce is True


@pytest.mark.spec("OIDC Core", "9")
def test_create_client_without_a_method_authenticates_by_basic():
    made = created("--profile", "administration", "--redirect-uri", flow.CALLBACK)
    asked = flow.Site(Client.objects.get(client_id=made["client_id"]), made["client_secret"], flow.CALLBACK)
    assert asked.client.auth_method == "client_secret_basic"
    assert flow.introspect(asked, "x").json() == {"active": False}
    form = {"token": "x", "client_id": asked.client.client_id, "client_secret": asked.secret}
    assert flow.post_form("/introspect", form).status_code == 401


@pytest.mark.parametrize(
    "options",
    [
        ("--profile", "administration", "--redirect-uri", "http://site.example/retour"),
        ("--profile", "administration", "--redirect-uri", "https://site.example/retour#a"),
        ("--profile", "administration", "--redirect-uri", "https://*.example/retour"),
        ("--profile", "administration", "--redirect-uri", "javascript:alert(1)"),
        ("--profile", "administration", "--redirect-uri", flow.CALLBACK, "--id-token-alg", "HS256"),
        ("--profile", "administration", "--redirect-uri", flow.CALLBACK, "--redirect-uri", "https://b.example/"),
    ],
)
def test_an_unfit_record_is_refused(options):
    with pytest.raises(CommandError):
        created(*options)


@pytest.mark.parametrize(
    "changes",
    [{"needs_pkce": False}, {"id_token_alg": "HS256"}, {"id_token_alg": "none"}, {"auth_method": "none"}],
)
def test_the_database_holds_what_a_record_may_be(changes):
    asked = flow.site()
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.filter(pk=asked.client.pk).update(**changes)
