"""OpenID Connect Core 1.0, incorporating errata set 2: what a provider of the code flow must do."""

import hashlib
import json
import re

import pytest
from django.conf import settings
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet

from mandats.registre.models import Usager
from tests import builders
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db


def published():
    return KeySet.import_key_set(flow.stranger().get("/jwks").json())


def error_of(answer):
    return flow.parameters_of(answer["Location"])["error"]


@pytest.mark.spec("OIDC Core", "2")
@pytest.mark.spec("OIDC Core", "3.1.3.6")
@pytest.mark.spec("OIDC Core", "3.1.3.7")
@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_an_id_token_holds_what_a_client_must_check(alg):
    at, asked = flow.desk(), flow.site(id_token_alg=alg)
    before = int(timezone.now().timestamp())
    tokens = flow.tokens_of(at, asked)
    read = jwt.decode(tokens["id_token"], published(), [alg])
    claims = read.claims
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == flow.base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert read.header["alg"] == alg
    assert read.header["kid"]
    assert claims["iss"] == settings.ISSUER
    assert claims["aud"] == asked.client.client_id
    assert 0 < len(claims["sub"]) <= 255
    assert claims["sub"].isascii()
    assert before <= claims["iat"] < claims["exp"] <= claims["iat"] + 300
    assert claims["nonce"] == asked.nonce
    assert isinstance(claims["auth_time"], int)
    assert isinstance(claims["amr"], list)
    assert not [name for name, value in claims.items() if value in (None, "")]


@pytest.mark.spec("OIDC Core", "2")
@pytest.mark.spec("OIDC Core", "15.5.2")
@pytest.mark.parametrize("nonce", ["n", "A" * 512, "é ü", None])
def test_the_nonce_comes_back_unchanged_or_not_at_all(nonce):
    at, asked = flow.desk(), flow.site()
    claims = flow.claims_of(flow.tokens_of(at, asked, nonce=nonce)["id_token"])
    assert claims.get("nonce") == nonce


@pytest.mark.spec("OIDC Core", "3.1.2.1")
@pytest.mark.spec("OIDC Core", "15.1")
@pytest.mark.parametrize(
    "wish",
    [
        {"display": "page"},
        {"display": "wap"},
        {"ui_locales": "br fr-FR en"},
        {"claims_locales": "fr"},
        {"login_hint": "angela@example.org"},
        {"acr_values": "urn:none eidas3"},
        {"claims": json.dumps({"userinfo": {"nickname": None, "email": {"essential": True}}, "other": 1})},
        {"ui_locales": "x" * 1000 + " é"},
        {"display": "hologram"},
        {"max_age": "3600"},
        {"prompt": "consent"},
    ],
    ids=str,
)
def test_what_we_need_not_do_never_fails_a_request(wish):
    at, asked = flow.desk(), flow.site()
    assert at.browser.get(flow.choice_page(at.browser, asked, **wish)).status_code == 200


@pytest.mark.spec("OIDC Core", "3.1.2.2")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "OPENID"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"claims": "nothing"}, "invalid_request"),
        ({"id_token_hint": "x.y.z"}, "invalid_request"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
    ],
)
def test_a_request_is_validated_before_anybody_is_asked(changes, error):
    assert error_of(flow.authorize(flow.stranger(), flow.site(), **changes)) == error


@pytest.mark.spec("OIDC Core", "3.1.2.3")
def test_prompt_login_signs_in_again_and_none_shows_no_page():
    at, asked = flow.desk(), flow.site()
    assert error_of(flow.authorize(flow.stranger(), asked, prompt="none")) == "login_required"
    assert error_of(flow.authorize(at.browser, asked, prompt="none", max_age="0")) == "login_required"
    assert error_of(flow.authorize(at.browser, asked, prompt="none")) == "interaction_required"
    page = flow.choice_page(at.browser, asked, prompt="login")
    assert at.browser.get(page)["Location"].startswith("/connexion")


@pytest.mark.spec("OIDC Core", "3.1.2.4")
def test_nothing_is_given_without_the_aidant_s_own_choice():
    at, asked = flow.desk(), flow.site()
    answer = flow.authorize(at.browser, asked)
    assert answer["Location"].startswith("/authorize/choix/")
    page = at.browser.get(answer["Location"]).content.decode()
    assert asked.client.name in page
    assert "relevé" in page


@pytest.mark.spec("OIDC Core", "3.1.2.6")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://site.example/r"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "select_account"}, "account_selection_required"),
    ],
)
def test_each_refusal_has_its_own_code(changes, error):
    asked = flow.site()
    told = flow.parameters_of(flow.authorize(flow.stranger(), asked, **changes)["Location"])
    assert (told["error"], told["state"]) == (error, asked.state)


@pytest.mark.spec("OIDC Core", "3.1.2.6")
@pytest.mark.parametrize("mode", ["fragment", "form_post.jwt", "QUERY", "web_message"])
def test_nobody_is_answered_by_a_way_that_we_do_not_know(mode):
    answer = flow.authorize(flow.stranger(), flow.site(), response_mode=mode)
    assert (answer.status_code, "Location" in answer) == (400, False)
    assert "error=" not in answer.content.decode()
    pushed = keyed.push(keyed.keyed_site(), response_mode=mode)
    assert (pushed.status_code, pushed.json()["error"]) == (400, "invalid_request")


@pytest.mark.spec("OIDC Core", "3.1.3.3")
@pytest.mark.spec("OIDC Core", "3.1.3.4")
def test_the_token_answer():
    at, asked = flow.desk(), flow.site()
    code = flow.code_of(at, asked)
    answer = flow.exchange(asked, code)
    assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
    assert answer.json()["token_type"] == "Bearer"
    again = flow.exchange(asked, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("OIDC Core", "5.1")
def test_a_claim_without_a_value_is_left_out():
    at, asked = flow.desk(), flow.site()
    Usager.objects.update(email="", preferred_username="")
    told = flow.userinfo(flow.tokens_of(at, asked)["access_token"]).json()
    assert not {"email", "preferred_username"} & told.keys()
    assert None not in told.values()


@pytest.mark.spec("OIDC Core", "5.3")
@pytest.mark.parametrize("method", ["get", "post"])
def test_userinfo_speaks_to_scripts_of_any_origin_without_our_cookies(method):
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Origin": "https://site.example"}
    answer = getattr(flow.stranger(), method)("/userinfo", headers=headers)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, "*")
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.spec("OIDC Core", "5.3.2")
@pytest.mark.parametrize("alg", ["", "ES256", "RS256"])
def test_userinfo_names_the_same_person_as_the_id_token(alg):
    at, asked = flow.desk(), flow.site(userinfo_alg=alg)
    tokens = flow.tokens_of(at, asked)
    answer = flow.userinfo(tokens["access_token"])
    sub = flow.claims_of(tokens["id_token"])["sub"]
    if alg:
        assert answer["Content-Type"] == "application/jwt"
        claims = jwt.decode(answer.content, published(), [alg]).claims
        assert (claims["iss"], claims["aud"]) == (settings.ISSUER, asked.client.client_id)
    else:
        assert answer["Content-Type"] == "application/json"
        claims = answer.json()
    assert claims["sub"] == sub


@pytest.mark.spec("OIDC Core", "5.3.3")
def test_a_refusal_of_userinfo_is_that_of_bearer_tokens():
    answer = flow.userinfo("unknown")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert answer["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.spec("OIDC Core", "5.4")
@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid", set()),
        ("openid profile", {"given_name", "family_name", "gender", "birthdate"}),
        ("openid email", {"email"}),
        ("openid birth", {"birthplace", "birthcountry"}),
        ("openid mandat", {"mandat"}),
    ],
)
def test_each_scope_opens_its_own_claims(scope, claims):
    at, asked = flow.desk(), flow.site()
    told = flow.userinfo(flow.tokens_of(at, asked, scope=scope)["access_token"]).json()
    assert told.keys() - {"sub", "acr", "auth_time", "act", "preferred_username"} == claims


@pytest.mark.spec("OIDC Core", "5.5")
@pytest.mark.spec("OIDC Core", "5.5.1")
def test_a_claim_asked_by_name_is_given_and_one_that_we_lack_fails_nothing():
    at, asked = flow.desk(), flow.site()
    wanted = {"userinfo": {"email": {"essential": True}, "phone_number": {"essential": True}, "x": {"value": 1}}}
    wanted["userinfo"] |= {"family_name#ja-Hani-JP": None}
    tokens = flow.tokens_of(at, asked, scope="openid", claims=json.dumps(wanted))
    told = flow.userinfo(tokens["access_token"]).json()
    assert told["email"] == at.mandat.usager.email
    assert not {"phone_number", "x", "family_name", "family_name#ja-Hani-JP"} & told.keys()


@pytest.mark.spec("OIDC Core", "5.5.1")
def test_a_claim_wanted_otherwise_than_it_is_is_left_out():
    at, asked = flow.desk(), flow.site()
    wanted = {
        "email": {"value": "somebody@else.example", "essential": True},
        "gender": {"values": ["unspecified", "female"]},
        "family_name": {"value": "Dubois"},
        "mandat": {"values": []},
    }
    told = flow.userinfo(flow.tokens_of(at, asked, claims=json.dumps({"userinfo": wanted}))["access_token"]).json()
    assert not {"email", "family_name", "mandat"} & told.keys()
    assert told["gender"] == at.mandat.usager.gender == "female"
    assert told["given_name"] == at.mandat.usager.given_name


@pytest.mark.spec("OIDC Core", "5.5.1.1")
def test_an_essential_acr_that_is_not_ours_is_an_error_and_a_voluntary_one_a_wish():
    asked = flow.site()
    for essential, error in ((True, "unmet_authentication_requirements"), (False, None)):
        claims = json.dumps({"id_token": {"acr": {"essential": essential, "values": ["eidas3"]}}})
        answer = flow.authorize(flow.stranger(), asked, claims=claims)
        assert flow.parameters_of(answer["Location"]).get("error") == error


@pytest.mark.spec("OIDC Core", "8.1")
def test_a_pairwise_name_is_one_way_and_changes_with_the_sector():
    at = flow.desk()
    first, second = flow.site(), flow.site(redirect_uris=["https://autre.example/retour"])
    subs = {flow.claims_of(flow.tokens_of(at, site)["id_token"])["sub"] for site in (first, second)}
    assert len(subs) == 2
    person = at.mandat.usager
    for sub in subs:
        assert str(person.id) not in sub
        assert str(person.id).replace("-", "") not in sub


@pytest.mark.spec("OIDC Core", "8.1")
def test_hosts_of_several_sectors_need_one_of_their_own():
    uris = ["https://a.example/retour", "https://b.example/retour"]
    with pytest.raises(ValueError, match="sector"):
        flow.site(redirect_uris=uris)
    assert flow.site(redirect_uris=uris, sector="a.example").client.sector == "a.example"


@pytest.mark.spec("OIDC Core", "10.1")
def test_what_we_sign_names_its_key_and_the_key_its_use():
    builders.keys()
    keys = flow.stranger().get("/jwks").json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys)
    assert {key["use"] for key in keys} == {"sig"}
    at, asked = flow.desk(), flow.site()
    header = flow.tokens_of(at, asked)["id_token"].split(".")[0]
    kid = json.loads(flow.base64.urlsafe_b64decode(header + "=="))["kid"]
    assert kid in {key["kid"] for key in keys}


@pytest.mark.spec("OIDC Core", "13.1")
@pytest.mark.spec("OIDC Core", "13.2")
def test_requests_travel_in_the_query_or_as_a_form_and_nothing_else():
    asked = flow.site()
    body = json.dumps(asked.request())
    answer = flow.stranger().post("/authorize", body, content_type="application/json")
    assert answer.status_code == 303
    assert flow.stranger().get(answer["Location"]).status_code == 400
    assert flow.stranger().post("/token", body, content_type="application/json").status_code == 400


@pytest.mark.spec("OIDC Core", "16.2")
def test_a_site_cannot_be_taken_for_us():
    page = flow.stranger().get("/connexion").content.decode()
    assert "Service des mandats" in page
    assert not re.findall(r'action="https?:', page)
