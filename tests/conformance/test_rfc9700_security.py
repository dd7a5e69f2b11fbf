"""RFC 9700: best current practice; each MUST that binds a server such as ours."""

import json
import re
from html import unescape

import pytest
from django.conf import settings

from oidc.protocol.metadata import PATHS
from tests import builders
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db


def code_page(at, asked, **changes):
    """Return the page that leaves with a code."""
    page = flow.choice_page(at.browser, asked, **changes)
    return at.browser.post(page, {"autorisation": str(at.autorisation().id)})


@pytest.mark.spec("Attacks", "PKCE downgrade")
@pytest.mark.spec("RFC 9700", "2.1.1")
@pytest.mark.spec("RFC 9700", "4.8.2")
def test_pkce_downgrade_a_verifier_without_a_challenge_is_refused():
    at, asked = flow.desk(), flow.site("franceconnect")
    code = flow.code_of(at, asked)
    answer = flow.exchange(asked, code, code_verifier=asked.verifier)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("RFC 9700", "2.1.2")
@pytest.mark.parametrize("response_type", ["token", "id_token", "id_token token", "code token", "code id_token token"])
def test_no_token_ever_comes_by_the_browser(response_type):
    at, asked = flow.desk(), flow.site()
    told = flow.parameters_of(flow.authorize(at.browser, asked, response_type=response_type)["Location"])
    assert told["error"] == "unsupported_response_type"
    assert not {"access_token", "id_token"} & told.keys()


@pytest.mark.spec("RFC 9700", "2.2.1")
@pytest.mark.spec("RFC 9700", "2.2.2")
def test_tokens_can_be_bound_to_a_key_and_are_never_refreshed():
    assert "DPoP" in flow.stranger().get("/userinfo")["WWW-Authenticate"]
    at, asked = flow.desk(), flow.site()
    assert "refresh_token" not in flow.tokens_of(at, asked, scope="openid offline_access")


@pytest.mark.spec("RFC 9700", "2.3")
def test_a_token_serves_one_client_s_own_perimeter():
    at, asked, other = flow.desk(), flow.site(scopes=["openid", "mandat"]), flow.site()
    tokens = flow.tokens_of(at, asked)
    assert tokens["scope"] == "openid mandat"
    assert not {"family_name", "email"} & flow.userinfo(tokens["access_token"]).json().keys()
    assert flow.introspect(other, tokens["access_token"]).json() == {"active": False}


@pytest.mark.spec("Attacks", "more claims than the record allows")
@pytest.mark.spec("RFC 9700", "2.3")
def test_more_claims_than_the_record_allows_are_not_given_by_name_either():
    at, asked = flow.desk(), flow.site(scopes=["openid", "mandat"])
    names = ["family_name", "given_name", "email", "birthdate", "gender", "birthplace", "birthcountry", "mandat"]
    by_name = json.dumps({where: dict.fromkeys(names) for where in ("userinfo", "id_token")})
    tokens = flow.tokens_of(at, asked, scope="openid mandat profile email birth", claims=by_name)
    for told in (flow.userinfo(tokens["access_token"]).json(), flow.claims_of(tokens["id_token"])):
        assert "mandat" in told
        assert not set(names[:-1]) & told.keys()
    free = flow.tokens_of(at, flow.site(), scope="openid", claims=by_name)
    assert flow.userinfo(free["access_token"]).json()["family_name"] == at.mandat.usager.family_name


@pytest.mark.spec("RFC 9700", "2.4")
def test_nobody_s_password_is_taken_by_a_site():
    form = {"grant_type": "password", "username": "a", "password": builders.PASSWORD}
    answer = flow.post_form("/token", form, flow.basic(flow.site()))
    assert answer.json()["error"] == "unsupported_grant_type"


@pytest.mark.spec("RFC 9700", "2.6")
def test_the_metadata_are_published_and_lead_to_tls_wherever_the_service_does():
    document = flow.stranger().get("/.well-known/oauth-authorization-server").json()
    assert {document[name] for name in PATHS} == {settings.ISSUER + path for path in PATHS.values()}


@pytest.mark.spec("RFC 9700", "2.6")
@pytest.mark.parametrize("path", ["/authorize", "/token", "/introspect", "/revoke", "/par", "/end_session"])
def test_no_script_of_another_origin_reads_what_is_not_for_scripts(path):
    for method in ("get", "post", "options"):
        answer = getattr(flow.stranger(), method)(path, headers={"Origin": "https://site.example"})
        assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.spec("Attacks", "redirect_uri: suffix, userinfo, fragment, case, encoded, port")
@pytest.mark.spec("RFC 9700", "4.1.3")
@pytest.mark.parametrize(
    "uri",
    [
        "https://site.example/retour/",
        "https://site.example/retour/../autre",
        "https://site.example/retour%2f..%2fautre",
        "https://site.example/retour?a=b",
        "https://site.example/retour#",
        "https://site.example:443/retour",
        "https://site.example.evil.example/retour",
        "https://site.example@evil.example/retour",
        "https://evil.example/https://site.example/retour",
        "https://SITE.example/retour",
        "HTTPS://site.example/retour",
        "https://site.example./retour",
        "https://site.example\\@evil.example/retour",
        "https://[2001:db8::1]/retour",
        "https://[::ffff:192.0.2.1]/retour",
        "http://site.example/retour",
        "javascript:alert(1)",
        " https://site.example/retour",
        "https://site.example/retour\x00",
        "https://ѕite.example/retour",
    ],
)
def test_an_address_that_only_looks_like_the_registered_one_gets_nothing(uri):
    answer = flow.authorize(flow.stranger(), flow.site(), redirect_uri=uri)
    assert (answer.status_code, "Location" in answer) == (400, False)


@pytest.mark.spec("RFC 9700", "4.2.4")
def test_no_page_between_request_and_answer_tells_others_where_it_is():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    for answer in (at.browser.get(page), code_page(at, asked), code_page(at, asked, response_mode="form_post")):
        assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert not re.findall(r'(?:src=|<link[^>]+href=)"(?:https?:)?//', answer.content.decode())
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.spec("Attacks", "a token in a query")
@pytest.mark.spec("RFC 9700", "4.3.2")
def test_a_token_is_never_taken_from_an_address():
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    assert flow.stranger().get("/userinfo", {"access_token": token}).status_code == 400


@pytest.mark.spec("Attacks", "code injection")
@pytest.mark.spec("RFC 9700", "4.5.3")
def test_a_code_injected_into_another_session_of_the_same_site_gives_nothing():
    at, victim, attacker = flow.desk(), flow.site(), flow.site()
    attacker.client, attacker.secret = victim.client, victim.secret
    stolen = flow.code_of(at, victim)
    assert flow.exchange(attacker, stolen).json()["error"] == "invalid_grant"


@pytest.mark.spec("RFC 9700", "4.10")
def test_a_stolen_token_bound_to_a_key_opens_nothing_alone():
    at, site = flow.desk(), keyed.fapi_site()
    token = keyed.exchange(site, keyed.code_pushed(at, site)).json()["access_token"]
    assert flow.userinfo(token).status_code == 401
    assert keyed.userinfo(site, token).status_code == 200


@pytest.mark.spec("RFC 9700", "4.11.2")
def test_an_error_is_sent_on_only_to_where_a_site_registered():
    for changes in ({"scope": "nothing"}, {"prompt": "none"}, {"response_type": "x"}):
        for uri in ("https://evil.example/", "https://site.example/retour.evil"):
            answer = flow.authorize(flow.stranger(), flow.site(), redirect_uri=uri, **changes)
            assert (answer.status_code, "Location" in answer) == (400, False)


@pytest.mark.spec("RFC 9700", "4.12")
def test_what_was_typed_is_never_sent_on_by_307():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    posts = [
        at.browser.post("/authorize", asked.request()),
        at.browser.post(page, {"autorisation": "x"}),
        code_page(at, asked),
        flow.Browser().post("/connexion", {"email": at.aidant.email, "password": builders.PASSWORD, "next": page}),
    ]
    assert not {answer.status_code for answer in posts} & {307, 308}


@pytest.mark.spec("RFC 9700", "4.13")
def test_an_address_that_a_proxy_did_not_write_changes_nothing():
    told = flow.stranger().get(
        "/.well-known/openid-configuration", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    )
    assert told.json()["issuer"] == settings.ISSUER
    assert "evil.example" not in told.content.decode()


@pytest.mark.spec("RFC 9700", "4.15")
def test_a_client_chooses_no_name_that_could_be_an_usager_s():
    at, asked = flow.desk(), flow.site()
    sub = flow.claims_of(flow.tokens_of(at, asked)["id_token"])["sub"]
    assert len(sub) == 43
    assert len(asked.client.client_id) == 22


@pytest.mark.spec("Attacks", "clickjacking")
@pytest.mark.spec("RFC 9700", "4.16")
def test_clickjacking_no_page_of_sign_in_choice_or_return_can_be_framed():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    shown = {
        "sign-in": flow.Browser().get("/connexion"),
        "fresh code": at.browser.get("/connexion/code"),
        "choice": at.browser.get(page),
        "unknown client": flow.authorize(flow.stranger(), asked, client_id="nobody"),
        "refused choice": at.browser.post(page, {"autorisation": "x"}),
        "leaving": code_page(at, asked),
        "leaving by a form": code_page(at, asked, response_mode="form_post"),
        "signed out": at.browser.get("/end_session"),
    }
    for name, answer in shown.items():
        assert answer["X-Frame-Options"] == "DENY", name
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], name


@pytest.mark.spec("Attacks", "CSRF on the choice page")
@pytest.mark.spec("RFC 9700", "4.7.1")
def test_csrf_a_choice_is_taken_from_our_own_page_alone():
    at, asked = flow.desk(), flow.site()
    strict = flow.Browser(enforce_csrf_checks=True)
    strict.cookies = at.browser.cookies
    page = flow.choice_page(strict, asked)
    chosen = {"autorisation": str(at.autorisation().id)}
    assert strict.post(page, chosen).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', strict.get(page).content.decode())
    assert token
    foreign = strict.post(page, chosen | {"csrfmiddlewaretoken": token[1]}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert strict.post(page, chosen | {"csrfmiddlewaretoken": unescape(token[1])}).status_code == 200
