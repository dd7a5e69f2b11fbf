"""The two tables of the authorization request, one row a case."""

import json
from datetime import timedelta

import pytest

from aidants.domain.decisions import Denied, decide
from oidc.protocol import client_errors, errors
from oidc.protocol.authorize import WHAT_IS_ASKED, WHO_ASKS, asked
from tests.oidc.records import CALLBACK, CHALLENGE, FRANCECONNECT, NOW, Record, facts, query

SITE = Record()


def refusal(table, raw, client=SITE, **changes):
    """Return the refusal's code, or nothing."""
    verdict = decide(table, facts(raw, client, **changes))
    return verdict.reason if isinstance(verdict, Denied) else None


@pytest.mark.spec("RFC 9700", "2.1")
@pytest.mark.parametrize(
    "uri",
    [
        "https://site.example/retour?lieu=a",
        "https://site.example:8443/retour",
        "https://site.example:8443/retour?lieu=a&x=1",
        "https://site.example:8443/retour/?lieu=a",
        "http://site.example:8443/retour?lieu=a",
        "https://SITE.example:8443/retour?lieu=a",
        "https://site.example:8443/retour?lieu=a#",
        "https://site.example:8443/retour?lieu=a ",
        "",
    ],
)
def test_redirect_uri_is_compared_to_the_character(uri):
    assert refusal(WHO_ASKS, query(SITE, redirect_uri=uri)) is errors.REDIRECT_URI_REFUSED


@pytest.mark.parametrize(
    ("raw", "client", "expected"),
    [
        ("%ff" * 9000, SITE, errors.REQUEST_UNREADABLE),
        ("a=1&" * 100, SITE, errors.REQUEST_UNREADABLE),
        (query(SITE) + "&client_id=site", SITE, errors.REQUEST_UNREADABLE),
        (query(SITE) + "&redirect_uri=", SITE, errors.REQUEST_UNREADABLE),
        (query(SITE), None, errors.CLIENT_UNKNOWN),
        (query(SITE), Record(is_suspended=True), errors.CLIENT_SUSPENDED),
        (query(SITE, response_mode="fragment"), SITE, errors.RESPONSE_MODE_REFUSED),
        (query(SITE, response_mode="form_post.jwt"), SITE, errors.RESPONSE_MODE_REFUSED),
        (query(SITE, response_mode="query"), SITE, None),
        (query(SITE, response_mode="form_post"), SITE, None),
        (query(SITE), SITE, None),
    ],
)
def test_who_asks(raw, client, expected):
    assert refusal(WHO_ASKS, raw, client) is expected


@pytest.mark.spec("OIDC Core", "3.1.2.1")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"unknown": "x", "login_hint": "a", "ui_locales": "fr", "display": "page"}, None),
        ({"state": "a\nb"}, errors.PARAMETER_MALFORMED),
        ({"state": "x" * 2049}, errors.PARAMETER_MALFORMED),
        ({"state": "x" * 2048}, None),
        ({"nonce": "x" * 513}, errors.PARAMETER_MALFORMED),
        ({"request": "eyJ.e30."}, errors.REQUEST_NOT_SUPPORTED),
        ({"request": "x" * 2000, "state": "a\nb"}, errors.REQUEST_NOT_SUPPORTED),
        ({"request_uri": "https://a.example/" + "x" * 1024}, errors.REQUEST_URI_NOT_SUPPORTED),
        ({"registration": '{"client_name":\n"' + "x" * 1024 + '"}'}, errors.REGISTRATION_NOT_SUPPORTED),
        ({"request_uri": "https://a.example/r"}, errors.REQUEST_URI_NOT_SUPPORTED),
        ({"registration": "{}"}, errors.REGISTRATION_NOT_SUPPORTED),
        ({"response_type": None}, errors.RESPONSE_TYPE_MISSING),
        ({"response_type": "token"}, errors.RESPONSE_TYPE_REFUSED),
        ({"response_type": "code id_token"}, errors.RESPONSE_TYPE_REFUSED),
        ({"authorization_details": '[{"type":"mandat","demarches":["logement"]}]'}, None),
        ({"authorization_details": '[{"type":"autre","demarches":["logement"]}]'}, client_errors.DETAILS_REFUSED),
        ({"authorization_details": '[{"type":"mandat","demarches":["inconnue"]}]'}, client_errors.DETAILS_REFUSED),
        ({"authorization_details": '[{"type":"mandat","demarches":[],"x":1}]'}, client_errors.DETAILS_REFUSED),
        ({"authorization_details": "{"}, client_errors.DETAILS_REFUSED),
        ({"dpop_jkt": CHALLENGE}, None),
        ({"dpop_jkt": CHALLENGE[:-1]}, client_errors.DPOP_JKT_REFUSED),
        ({"id_token_hint": "x.y.z"}, client_errors.ID_TOKEN_HINT_REFUSED),
        ({"scope": None}, errors.SCOPE_WITHOUT_OPENID),
        ({"scope": "profile openidx"}, errors.SCOPE_WITHOUT_OPENID),
        ({"scope": "openid phone offline_access"}, None),
        ({"scope": "profile  openid "}, None),
        ({"scope": "openid\u00a0profile"}, errors.SCOPE_WITHOUT_OPENID),
        ({"code_challenge": None, "code_challenge_method": None}, errors.PKCE_MISSING),
        ({"code_challenge_method": None}, errors.PKCE_METHOD_REFUSED),
        ({"code_challenge_method": "plain"}, errors.PKCE_METHOD_REFUSED),
        ({"code_challenge_method": "s256"}, errors.PKCE_METHOD_REFUSED),
        ({"code_challenge": CHALLENGE + "A"}, errors.PKCE_MALFORMED),
        ({"code_challenge": CHALLENGE[:-1]}, errors.PKCE_MALFORMED),
        ({"code_challenge": CHALLENGE[:-1] + "="}, errors.PKCE_MALFORMED),
        ({"nonce": None}, None),
        ({"prompt": "login consent"}, None),
        ({"prompt": "none login"}, errors.PROMPT_REFUSED),
        ({"prompt": "none consent"}, errors.PROMPT_REFUSED),
        ({"prompt": " login  consent "}, None),
        ({"prompt": "login\u2003consent"}, errors.PROMPT_REFUSED),
        ({"prompt": "NONE"}, errors.PROMPT_REFUSED),
        ({"prompt": "select_account"}, errors.ACCOUNT_SELECTION_REFUSED),
        ({"prompt": "login select_account"}, errors.ACCOUNT_SELECTION_REFUSED),
        ({"prompt": "none select_account"}, errors.PROMPT_REFUSED),
        ({"prompt": "select_account unheard_of"}, errors.PROMPT_REFUSED),
        ({"prompt": "none"}, errors.LOGIN_REQUIRED),
        ({"max_age": "-1"}, errors.MAX_AGE_MALFORMED),
        ({"max_age": "٣"}, errors.MAX_AGE_MALFORMED),
        ({"max_age": "1.5"}, errors.MAX_AGE_MALFORMED),
        ({"max_age": "9" * 1024}, None),
        ({"max_age": "0"}, None),
        ({"claims": "{"}, errors.CLAIMS_MALFORMED),
        ({"claims": "[]"}, errors.CLAIMS_MALFORMED),
        ({"claims": '{"id_token": {"acr": "x"}}'}, errors.CLAIMS_MALFORMED),
        ({"claims": '{"userinfo": {"email": true}}'}, errors.CLAIMS_MALFORMED),
        ({"claims": '{"userinfo": {"email": {"essential": 1, "purpose": "x"}}, "more": 3}'}, None),
        ({"claims": '{"id_token": {"sub": {"value": 1}}}'}, errors.CLAIMS_MALFORMED),
        ({"claims": '{"userinfo": {"sub": {"value": null}}}'}, errors.CLAIMS_MALFORMED),
        ({"claims": '{"id_token": {"sub": {"values": []}}}'}, errors.CLAIMS_MALFORMED),
        (
            {"claims": '{"id_token": {"sub": {"value": "a"}}, "userinfo": {"sub": {"value": "b"}}}'},
            errors.CLAIMS_MALFORMED,
        ),
        ({"claims": '{"id_token": {"sub": {"value": "a"}}, "userinfo": {"sub": {"values": ["b", "a"]}}}'}, None),
        ({"claims": '{"id_token": {"sub": {"essential": true}}, "userinfo": {"sub": null}}'}, None),
        ({"claims": '{"id_token": {"acr": {"essential": true}}}'}, None),
        ({"claims": '{"id_token": {"acr": {"essential": true, "value": 2}}}'}, errors.ACR_UNMET),
        ({"claims": '{"id_token": {"acr": {"essential": true, "values": []}}}'}, errors.ACR_UNMET),
        ({"claims": '{"id_token": {"acr": {"essential": true, "values": ["eidas3"]}}}'}, errors.ACR_UNMET),
        ({"claims": '{"id_token": {"acr": {"values": ["eidas3"]}}}'}, None),
        ({"acr_values": "eidas3"}, None),
    ],
)
def test_what_an_administration_may_ask(changes, expected):
    assert refusal(WHAT_IS_ASKED, query(SITE, **changes)) is expected


@pytest.mark.spec("RFC 9700", "2.1.1")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"prompt": "login", "acr_values": "eidas1"}, None),
        ({"nonce": None}, errors.NONCE_MISSING),
        ({"code_challenge": CHALLENGE}, errors.PKCE_METHOD_REFUSED),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S256"}, None),
    ],
)
def test_the_excepted_record_owes_a_nonce(changes, expected):
    assert refusal(WHAT_IS_ASKED, query(FRANCECONNECT, **changes), FRANCECONNECT) is expected


@pytest.mark.spec("RFC 6749", "3.1")
@pytest.mark.parametrize("name", ["state", "scope", "nonce", "claims", "code_challenge", "prompt"])
def test_a_known_parameter_stands_once(name):
    assert refusal(WHAT_IS_ASKED, query(SITE) + f"&{name}=a&{name}=b") is errors.PARAMETER_REPEATED


def test_an_unknown_parameter_may_be_repeated():
    assert refusal(WHAT_IS_ASKED, query(SITE) + "&resource=a&resource=b") is None


@pytest.mark.spec("OIDC Core", "3.1.2.6")
@pytest.mark.parametrize(
    ("age", "max_age", "expected"),
    [
        (None, None, errors.LOGIN_REQUIRED),
        (60, None, errors.INTERACTION_REQUIRED),
        (60, "120", errors.INTERACTION_REQUIRED),
        (60, "30", errors.LOGIN_REQUIRED),
    ],
)
def test_prompt_none_shows_no_page(age, max_age, expected):
    signed_in_at = None if age is None else NOW - timedelta(seconds=age)
    raw = query(SITE, prompt="none", max_age=max_age)
    assert refusal(WHAT_IS_ASKED, raw, signed_in_at=signed_in_at) is expected


@pytest.mark.spec("PROTOCOLS", "1")
@pytest.mark.parametrize(
    ("client", "changes", "oldest"),
    [
        (SITE, {}, None),
        (SITE, {"prompt": "login"}, 0),
        (SITE, {"prompt": "consent"}, None),
        (SITE, {"max_age": "60"}, 60),
        (SITE, {"max_age": "9" * 1024}, 10**9),
        (SITE, {"max_age": "60", "prompt": "login"}, 0),
        (FRANCECONNECT, {"prompt": "login"}, 900),
        (FRANCECONNECT, {"prompt": "login", "max_age": "60"}, 60),
    ],
)
def test_how_old_a_sign_in_may_be(client, changes, oldest):
    since = asked(facts(query(client, **changes), client)).signed_in_since
    assert since == (None if oldest is None else NOW - timedelta(seconds=oldest))


def test_an_usager_is_taken_only_where_both_halves_of_claims_take_them():
    halves = {"id_token": {"sub": {"values": ["a", "b"]}}, "userinfo": {"sub": {"values": ["b", "c"]}}}
    assert asked(facts(query(SITE, claims=json.dumps(halves)), SITE)).subjects == ("b",)


def test_what_is_kept_of_a_request():
    claims = {
        "id_token": {
            "rep_scope": {"essential": True, "values": ["Logement", "Logement", 3, "Justice"]},
            "mandat": None,
        },
        "userinfo": {"email": {"essential": True}},
        "elsewhere": 1,
    }
    raw = query(SITE, scope="mandat openid offline_access", claims=json.dumps(claims))
    kept = asked(facts(raw, SITE))
    assert kept.redirect_uri == CALLBACK
    assert kept.scope == ("openid", "mandat")
    assert kept.rep_scope == ("Logement", "Justice")
    assert kept.id_token_claims == ("rep_scope", "mandat")
    assert kept.userinfo_claims == ("email",)


def test_franceconnect_never_receives_the_scope_mandat():
    assert asked(facts(query(FRANCECONNECT, scope="openid mandat birth"), FRANCECONNECT)).scope == ("openid", "birth")
