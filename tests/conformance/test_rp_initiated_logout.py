"""OpenID Connect RP-Initiated Logout 1.0: a site ends one connexion, and goes back where it registered."""

import pytest
from django.conf import settings
from django.utils import timezone

from oidc.keys import sign
from oidc.provider.models import Connexion
from tests.oidc import flow

pytestmark = pytest.mark.django_db
END = "https://site.example/fin"


@pytest.fixture
def scene():
    at, asked = flow.desk(), flow.site()
    return at, asked, flow.tokens_of(at, asked)


def ended():
    return Connexion.objects.filter(revoked_at__isnull=False).exists()


@pytest.mark.spec("RP-Initiated Logout", "2")
@pytest.mark.parametrize("method", ["get", "post"])
def test_by_get_and_by_post(scene, method):
    at, _, tokens = scene
    form = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": END, "state": "a b&c"}
    if method == "get":
        answer = at.browser.get("/end_session", form)
    else:
        body = flow.urlencode(form)
        answer = at.browser.post("/end_session", body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer["Location"]) == (303, END + "?state=a%20b%26c")
    assert ended()
    assert flow.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.spec("RP-Initiated Logout", "2")
def test_a_hint_that_is_out_of_date_is_still_one(scene):
    _, _, tokens = scene
    yesterday = flow.claims_of(tokens["id_token"]) | {"iat": 1795200000, "exp": 1795200300}
    stale = sign(yesterday, "ES256", secret=None, now=timezone.now())
    form = {"id_token_hint": stale, "post_logout_redirect_uri": END}
    answer = flow.Browser().get("/end_session", form)
    assert (answer.status_code, answer["Location"]) == (303, END)
    assert ended()


@pytest.mark.spec("RP-Initiated Logout", "2")
def test_client_id_and_hint_name_the_same_site(scene):
    at, asked, tokens = scene
    hint = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": END}
    other = at.browser.get("/end_session", hint | {"client_id": flow.site().client.client_id})
    assert (other.status_code, "Location" in other) == (400, False)
    assert not ended()
    assert at.browser.get("/end_session", hint | {"client_id": asked.client.client_id}).status_code == 303


@pytest.mark.spec("RP-Initiated Logout", "2")
@pytest.mark.spec("RP-Initiated Logout", "6")
@pytest.mark.parametrize("hint", [None, "x.y.z", "forged", "another's access token"])
def test_without_a_hint_of_ours_nobody_is_signed_out_nor_sent_anywhere(scene, hint):
    at, _, tokens = scene
    shown = {"forged": tokens["id_token"][:-8] + "AAAAAAAA", "another's access token": tokens["access_token"]}
    form = {"post_logout_redirect_uri": END} | ({"id_token_hint": shown.get(hint, hint)} if hint else {})
    answer = at.browser.get("/end_session", form)
    assert (answer.status_code, "Location" in answer) == (400, False)
    assert "Fermer ma session" in answer.content.decode(), "the question is asked"
    assert not ended()


@pytest.mark.spec("RP-Initiated Logout", "2")
@pytest.mark.spec("RP-Initiated Logout", "4")
def test_wishes_are_no_errors_and_to_ask_twice_is_none(scene):
    at, asked, tokens = scene
    form = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": END, "ui_locales": "br xx", "more": "x"}
    for _ in range(2):
        answer = at.browser.get("/end_session", form | {"logout_hint": "nadia@ccas.example"})
        assert (answer.status_code, answer["Location"]) == (303, END)
    stranger = flow.stranger().get("/end_session", {"client_id": asked.client.client_id, "state": "x"})
    assert "Fermer ma session" not in stranger.content.decode(), "there is none"


@pytest.mark.spec("Attacks", "logout to a foreign address")
@pytest.mark.spec("RP-Initiated Logout", "3")
@pytest.mark.parametrize(
    "uri",
    [END + "/", END + "?a=b", END + "#a", "https://SITE.example/fin", "https://site.example@evil.example/fin",
     "https://evil.example/", "//evil.example", "javascript:alert(1)", flow.CALLBACK],
)  # fmt: skip
def test_logout_to_a_foreign_address_is_refused_to_the_character(scene, uri):
    at, _, tokens = scene
    answer = at.browser.get("/end_session", {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": uri})
    assert (answer.status_code, "Location" in answer) == (400, False)
    assert not ended()


@pytest.mark.spec("RP-Initiated Logout", "3")
def test_without_an_address_a_page_says_what_was_done(scene):
    at, _, tokens = scene
    answer = at.browser.get("/end_session", {"id_token_hint": tokens["id_token"], "state": "x"})
    assert (answer.status_code, "Location" in answer) == (200, False)
    assert ended()


@pytest.mark.spec("RP-Initiated Logout", "2.1")
def test_the_metadata_name_the_endpoint():
    document = flow.stranger().get("/.well-known/openid-configuration").json()
    assert document["end_session_endpoint"] == f"{settings.ISSUER}/end_session"
