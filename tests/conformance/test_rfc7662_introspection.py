"""RFC 7662: a client asks whether a token of its own still stands."""

import pytest
from django.utils import timezone

from mandats.registre.models import Mandat
from oidc.provider.models import AccessToken
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db
_OF_THE_TOKEN = {"active", "scope", "client_id", "token_type", "exp", "iat", "sub", "aud", "iss"}
_REGISTERED = _OF_THE_TOKEN | {"acr", "auth_time", "act"}


@pytest.fixture
def scene():
    at, asked = flow.desk(), flow.site()
    return at, asked, flow.tokens_of(at, asked)["access_token"]


@pytest.mark.spec("RFC 7662", "2.1")
@pytest.mark.parametrize(("form", "status"), [({}, 400), ({"token": ""}, 400), ({"token": ["a", "b"]}, 400)])
def test_one_token_is_asked_about(form, status):
    answer = flow.post_form("/introspect", form, flow.basic(flow.site()))
    assert (answer.status_code, answer.json()["error"]) == (status, "invalid_request")


@pytest.mark.spec("RFC 7662", "2.1")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "saml", ""])
def test_a_hint_changes_nothing(scene, hint):
    _, asked, token = scene
    form = {"token": token, "token_type_hint": hint}
    assert flow.post_form("/introspect", form, flow.basic(asked)).json()["active"] is True


@pytest.mark.spec("RFC 7662", "2.1")
@pytest.mark.spec("RFC 7662", "2.3")
def test_who_asks_proves_who_it_is_and_shows_no_token_in_an_address(scene):
    _, asked, token = scene
    refused = flow.post_form("/introspect", {"token": token}, {"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert "WWW-Authenticate" in refused
    assert flow.stranger().get("/introspect", {"token": token}, headers=flow.basic(asked)).status_code == 405
    in_address = flow.post_form(f"/introspect?token={token}", {}, flow.basic(asked))
    assert in_address.json()["error"] == "invalid_request"


@pytest.mark.spec("RFC 7662", "2.2")
def test_an_active_token_is_described_as_json_that_no_cache_keeps(scene):
    _, asked, token = scene
    answer = flow.introspect(asked, token)
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]
    told = answer.json()
    assert told["active"] is True
    assert (told["token_type"], told["client_id"]) == ("Bearer", asked.client.client_id)
    assert all(isinstance(told[name], int) for name in ("exp", "iat"))
    assert set(told["scope"].split()) == {"openid", "profile", "email", "birth", "mandat"}
    assert told.keys() == _REGISTERED | {"mandat"}, "one name is our own; nobody's identity is told"


@pytest.mark.spec("RFC 7662", "2.2")
@pytest.mark.spec("RFC 7662", "4")
@pytest.mark.parametrize("what", ["unknown", "another's", "expired", "revoked", "ended", "bent"])
def test_of_any_other_nothing_is_said(scene, what):
    _, asked, token = scene
    asker = flow.site() if what == "another's" else asked
    if what == "expired":
        AccessToken.objects.update(expires_at=timezone.now())
    elif what == "revoked":
        flow.post_form("/revoke", {"token": token}, flow.basic(asked))
    elif what == "ended":
        Mandat.objects.update(ended_at=timezone.now(), motif="revocation")
    shown = {"unknown": "unknown", "bent": token[:-1] + ("A" if token[-1] != "A" else "B")}.get(what, token)
    answer = flow.introspect(asker, shown)
    assert (answer.status_code, answer.json()) == (200, {"active": False})


@pytest.mark.spec("RFC 7662", "4")
def test_neither_a_code_nor_an_id_token_is_a_token(scene):
    at, asked, _ = scene
    tokens = flow.tokens_of(at, asked)
    for other in (flow.code_of(at, asked), tokens["id_token"], asked.secret):
        assert flow.introspect(asked, other).json() == {"active": False}


@pytest.mark.spec("RFC 7662", "2.1")
def test_a_client_with_keys_asks_by_its_assertion():
    at, site = flow.desk(), keyed.keyed_site()
    token = keyed.exchange(site, keyed.code_pushed(at, site), proof=None).json()["access_token"]
    told = flow.post_form("/introspect", {"token": token} | site.credentials()).json()
    assert told["active"] is True
