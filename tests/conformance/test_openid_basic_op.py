"""The modules of the plans « Basic OP », « Form Post OP », « Config OP » and « RP-Initiated Logout OP », by name.

The record is that of a certification run: RS256, neither PKCE nor nonce owed.  Modules that the suite itself skips for
a provider without request objects or refresh tokens stand here as what the provider says instead.  The names are those
of :mod:`tests.conformance.plans`; a test that takes ``mode`` is its module in both plans, Basic and Form Post.
"""

import pytest
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import KeySet

from oidc.provider.models import Connexion
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db
BASIC, LOGOUT = "OIDC Basic OP", "OIDC RP-Initiated Logout OP"


def module(name, plan=BASIC):
    """Mark a test as the module of the suite that it is."""
    return pytest.mark.spec(plan, name)


@pytest.fixture(params=["query", "form_post"])
def mode(request):
    """Give each way an answer travels: the plans Basic OP and Form Post OP ask the same modules."""
    return request.param


@pytest.fixture
def op():
    """Give an aidant at the desk and a certification run's record."""
    return flow.desk(), certified()


def certified(**changes):
    return flow.site(is_certification=True, id_token_alg="RS256", **changes)


def asked(site, mode="query", **changes):
    """Return a request as the suite makes it: no PKCE."""
    plain = {"code_challenge": None, "code_challenge_method": None, "scope": "openid"}
    return site.request(**(plain | {"response_mode": None if mode == "query" else mode} | changes))


def answer_of(response, mode="query"):
    """Return what the browser brings back, and where."""
    if mode == "form_post":
        assert response.status_code == 200, response.content.decode()
        action, fields = flow.form_of(response)
        return {"at": action} | fields
    uri = response["Location"] if response.status_code == 303 else flow.leave_uri(response)
    return {"at": uri.partition("?")[0]} | flow.parameters_of(uri)


def log_in(op, mode="query", **changes):
    """Go through request, choice and exchange; return the token endpoint's answer."""
    at, site = op
    page = at.browser.get("/authorize", asked(site, mode, **changes))
    assert page.status_code == 303, page.content.decode()
    chosen = at.browser.post(page["Location"], {"autorisation": str(at.autorisation().id)})
    back = answer_of(chosen, mode)
    assert back["at"] == site.redirect_uri
    assert (back["state"], back["iss"]) == (site.state, settings.ISSUER)
    return exchange(site, back["code"])


def exchange(site, code):
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": site.redirect_uri}
    answer = flow.post_form("/token", form, flow.basic(site))
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def id_token(tokens):
    return jwt.decode(tokens["id_token"], KeySet.import_key_set(flow.stranger().get("/jwks").json()), ["RS256"])


def silently(op, mode="query", **changes):
    """Ask again with ``prompt=none``; return what comes back."""
    at, site = op
    return answer_of(at.browser.get("/authorize", asked(site, mode, prompt="none", **changes)), mode)


def choose(op, page, mode="query"):
    """Choose on the page; return the code that comes back."""
    at = op[0]
    return answer_of(at.browser.post(page, {"autorisation": str(at.autorisation().id)}), mode)["code"]


@module("oidcc-server")
@module("oidcc-idtoken-signature")
def test_oidcc_server(op, mode):
    tokens = log_in(op, mode)
    read = id_token(tokens)
    assert read.header["kid"] in {jwk["kid"] for jwk in flow.stranger().get("/jwks").json()["keys"]}
    assert read.claims["nonce"] == op[1].nonce
    assert flow.userinfo(tokens["access_token"]).json()["sub"] == read.claims["sub"]


@module("oidcc-server-client-secret-post")
def test_oidcc_server_client_secret_post(op, mode):
    site = certified(auth_method="client_secret_post")
    code = choose(op, op[0].browser.get("/authorize", asked(site, mode))["Location"], mode)
    assert flow.post_form("/token", flow.token_form(site, code)).status_code == 200


@module("oidcc-response-type-missing")
def test_oidcc_response_type_missing(op, mode):
    back = answer_of(op[0].browser.get("/authorize", asked(op[1], mode, response_type=None)), mode)
    assert (back["error"], back["state"]) == ("invalid_request", op[1].state)


@module("oidcc-idtoken-unsigned")
def test_oidcc_idtoken_unsigned(mode):
    document = flow.stranger().get("/.well-known/openid-configuration").json()
    assert "none" not in document["id_token_signing_alg_values_supported"], "the suite then skips"
    assert mode in document["response_modes_supported"]


@module("oidcc-userinfo-get")
@module("oidcc-userinfo-post-header")
@module("oidcc-userinfo-post-body")
def test_oidcc_userinfo(op, mode):
    token = log_in(op, mode, scope="openid profile")["access_token"]
    got, posted = flow.userinfo(token), flow.post_form("/userinfo", {}, {"Authorization": f"Bearer {token}"})
    assert got.json() == posted.json()
    in_body = flow.post_form("/userinfo", {"access_token": token})
    assert in_body.status_code == 400, "not offered: the suite then ends with a warning"


@module("oidcc-ensure-request-without-nonce-succeeds-for-code-flow")
def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(op, mode):
    assert "nonce" not in id_token(log_in(op, mode, nonce=None)).claims


@module("oidcc-scope-profile")
@module("oidcc-scope-email")
@module("oidcc-scope-address")
@module("oidcc-scope-phone")
@module("oidcc-scope-all")
@module("oidcc-ensure-other-scope-order-succeeds")
@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid profile", {"given_name", "family_name", "birthdate", "gender"}),
        ("openid email", {"email"}),
        ("openid address", set()),
        ("openid phone", set()),
        ("openid profile email address phone", {"given_name", "email"}),
        ("email openid", {"email"}),
    ],
)
def test_oidcc_scopes(op, mode, scope, claims):
    tokens = log_in(op, mode, scope=scope)
    assert claims <= flow.userinfo(tokens["access_token"]).json().keys()
    supported = flow.stranger().get("/.well-known/openid-configuration").json()["scopes_supported"]
    assert set(tokens["scope"].split()) == set(scope.split()) & set(supported), "what was granted is told"


@module("oidcc-alternate-happy-flow")
def test_oidcc_alternate_happy_flow(op, mode):
    at, site = op
    backwards = dict(reversed(asked(site, mode, scope="email openid").items()))
    code = choose(op, at.browser.get("/authorize", backwards)["Location"], mode)
    assert flow.userinfo(exchange(site, code)["access_token"]).json()["email"]


@module("oidcc-display-page")
@module("oidcc-display-popup")
@module("oidcc-ui-locales")
@module("oidcc-claims-locales")
@module("oidcc-login-hint")
@module("oidcc-ensure-request-with-acr-values-succeeds")
@module("oidcc-ensure-request-with-unknown-parameter-succeeds")
@pytest.mark.parametrize(
    "changes",
    [
        {"display": "page"},
        {"display": "popup"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
        {"login_hint": "nadia@ccas.example"},
        {"acr_values": "1 2"},
        {"extra": "foobar"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_oidcc_wishes_never_fail_a_request(op, mode, changes):
    assert log_in(op, mode, **changes)["id_token"]


@module("oidcc-claims-essential")
def test_oidcc_claims_essential(op, mode):
    token = log_in(op, mode, claims='{"userinfo":{"name":{"essential":true},"given_name":{"essential":true}}}')[
        "access_token"
    ]
    assert "name" not in flow.userinfo(token).json(), "the one that the suite asks: it warns, and goes on"
    assert flow.userinfo(token).json()["given_name"]


@module("oidcc-prompt-login")
@module("oidcc-max-age-1")
@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "1"}], ids=["prompt-login", "max-age-1"])
def test_oidcc_a_fresh_sign_in_is_asked(op, mode, changes):
    at, site = op
    first = id_token(log_in(op, mode)).claims["auth_time"]
    session = at.browser.session
    session["second_factor_at"] -= 2
    session.save()
    page = at.browser.get("/authorize", asked(site, mode, **changes))["Location"]
    assert at.browser.get(page)["Location"].startswith("/connexion?next=")
    who = {"email": at.aidant.email, "password": builders.PASSWORD, "code": builders.totp_code(at.aidant)}
    assert at.browser.post(f"/connexion?next={page}", who)["Location"] == page
    assert id_token(exchange(site, choose(op, page, mode))).claims["auth_time"] > first - 2


@module("oidcc-prompt-none-not-logged-in")
def test_oidcc_prompt_none_not_logged_in(mode):
    site = certified()
    back = answer_of(flow.stranger().get("/authorize", asked(site, mode, prompt="none")), mode)
    assert (back["error"], back["state"]) == ("login_required", site.state)


@module("oidcc-prompt-none-logged-in")
@module("oidcc-id-token-hint")
def test_oidcc_prompt_none_logged_in(op, mode):
    tokens = log_in(op, mode)
    first = id_token(tokens).claims
    for changes in ({}, {"id_token_hint": tokens["id_token"]}):
        again = id_token(exchange(op[1], silently(op, mode, **changes)["code"])).claims
        assert (again["sub"], again["auth_time"]) == (first["sub"], first["auth_time"])
    assert Connexion.objects.count() == 3, "each is a connexion of its own, with a use written"


@module("oidcc-max-age-10000")
def test_oidcc_max_age_10000(op, mode):
    first = id_token(log_in(op, mode, max_age="10000")).claims
    again = id_token(exchange(op[1], silently(op, mode, max_age="10000")["code"])).claims
    assert (again["sub"], again["auth_time"]) == (first["sub"], first["auth_time"])


@module("oidcc-codereuse")
@module("oidcc-codereuse-30seconds")
def test_oidcc_codereuse(op, mode):
    at, site = op
    code = choose(op, at.browser.get("/authorize", asked(site, mode))["Location"], mode)
    token = exchange(site, code)["access_token"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": site.redirect_uri}
    assert flow.post_form("/token", form, flow.basic(site)).json()["error"] == "invalid_grant"
    assert flow.userinfo(token).status_code == 401


@module("oidcc-ensure-registered-redirect-uri")
def test_oidcc_ensure_registered_redirect_uri(op, mode):
    answer = op[0].browser.get("/authorize", asked(op[1], mode, redirect_uri=op[1].redirect_uri + "x"))
    assert answer.status_code == 400
    assert "Location" not in answer
    assert "<form method" not in answer.content.decode().partition("<main")[2]


@module("oidcc-ensure-post-request-succeeds")
def test_oidcc_ensure_post_request_succeeds(op, mode):
    at, site = op
    answer = at.browser.post("/authorize", flow.urlencode(asked(site, mode)), "application/x-www-form-urlencoded")
    assert answer.status_code == 303
    assert exchange(site, choose(op, at.browser.get(answer["Location"])["Location"], mode))["id_token"]


@module("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported")
@module("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported")
@module("oidcc-ensure-request-object-with-redirect-uri")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://site.example/demande"}, "request_uri_not_supported"),
    ],
)
def test_oidcc_request_objects_are_refused_by_their_own_codes(op, mode, changes, error):
    assert answer_of(op[0].browser.get("/authorize", asked(op[1], mode, **changes)), mode)["error"] == error


@module("oidcc-refresh-token")
def test_oidcc_refresh_token(op, mode):
    assert "refresh_token" not in log_in(op, mode, scope="openid offline_access"), "none is issued: the suite skips"


@module("oidcc-ensure-request-with-valid-pkce-succeeds")
def test_oidcc_ensure_request_with_valid_pkce_succeeds(op, mode):
    at, site = op
    changes = {"code_challenge": site.challenge, "code_challenge_method": "S256"}
    code = choose(op, at.browser.get("/authorize", asked(site, mode, **changes))["Location"], mode)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": site.redirect_uri}
    assert flow.post_form("/token", form, flow.basic(site)).json()["error"] == "invalid_grant"
    assert flow.post_form("/token", form | {"code_verifier": site.verifier}, flow.basic(site)).status_code == 200


@module("oidcc-discovery-endpoint-verification", "OIDC Config OP")
@module("oidcc-rp-initiated-logout-discovery-endpoint-verification", LOGOUT)
@module("oidcc-backchannel-logout-discovery-endpoint-verification", "OIDC Back-Channel Logout OP")
def test_oidcc_discovery_endpoint_verification():
    answer = flow.stranger().get("/.well-known/openid-configuration")
    document = answer.json()
    assert answer["Content-Type"] == "application/json"
    assert document["issuer"] == settings.ISSUER
    assert {"code"} == set(document["response_types_supported"])
    assert document["subject_types_supported"] == ["pairwise"]
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "openid" in document["scopes_supported"]
    assert document["claims_supported"]
    assert document["ui_locales_supported"] == ["fr"]
    for name, value in document.items():
        if name.endswith(("_endpoint", "jwks_uri")):
            assert value.startswith(settings.ISSUER + "/"), name
    assert document["backchannel_logout_supported"] is True


def end(op, tokens, **changes):
    at, site = op
    form = {"id_token_hint": tokens["id_token"], "state": "abc"}
    form |= {"post_logout_redirect_uri": site.client.post_logout_redirect_uris[0]}
    form |= changes
    return at.browser.get("/end_session", {name: value for name, value in form.items() if value is not None})


@module("oidcc-rp-initiated-logout", LOGOUT)
@module("oidcc-rp-initiated-logout-no-state", LOGOUT)
@module("oidcc-backchannel-rp-initiated-logout", "OIDC Back-Channel Logout OP")
@pytest.mark.parametrize(("state", "query"), [("abc", "?state=abc"), (None, "")])
def test_oidcc_rp_initiated_logout(op, state, query):
    answer = end(op, log_in(op), state=state)
    assert answer["Location"] == op[1].client.post_logout_redirect_uris[0] + query
    assert silently(op)["error"] == "interaction_required", "the connexion is over"


@module("oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", LOGOUT)
@module("oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", LOGOUT)
@module("oidcc-rp-initiated-logout-modified-id-token-hint", LOGOUT)
@module("oidcc-rp-initiated-logout-bad-id-token-hint", LOGOUT)
@module("oidcc-rp-initiated-logout-no-id-token-hint", LOGOUT)
@pytest.mark.parametrize(
    "changes",
    [
        {"post_logout_redirect_uri": "https://evil.example/"},
        {"post_logout_redirect_uri": "https://site.example/fin?foo=bar"},
        {"id_token_hint": "modified"},
        {"id_token_hint": "not.a.token"},
        {"id_token_hint": None},
    ],
)
def test_oidcc_rp_initiated_logout_refusals_show_a_page(op, changes):
    tokens = log_in(op)
    if changes.get("id_token_hint") == "modified":
        changes = {"id_token_hint": tokens["id_token"][:-8] + "AAAAAAAA"}
    answer = end(op, tokens, **changes)
    assert answer.status_code == 400
    assert "Location" not in answer


@module("oidcc-rp-initiated-logout-no-params", LOGOUT)
@module("oidcc-rp-initiated-logout-only-state", LOGOUT)
@module("oidcc-rp-initiated-logout-no-post-logout-redirect-uri", LOGOUT)
def test_oidcc_rp_initiated_logout_without_an_address_shows_a_page(op):
    tokens = log_in(op)
    assert "terminée" in end(op, tokens, post_logout_redirect_uri=None).content.decode()
    for form in ({}, {"state": "abc"}):
        page = op[0].browser.get("/end_session", form)
        assert page.status_code == 200
        assert "Fermer ma session" in page.content.decode()
    op[0].browser.post("/deconnexion")
    assert silently(op)["error"] == "login_required", "the person has closed their session"


@pytest.mark.spec("Form Post Response Mode", "2")
def test_the_form_goes_to_the_client_alone(op):
    at, site = op
    page = at.browser.get("/authorize", asked(site, "form_post"))["Location"]
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    policy = answer["Content-Security-Policy"]
    assert "form-action 'self' https://site.example https:;" in policy + ";"
    assert "script-src 'self' 'nonce-" in policy
    assert "no-store" in answer["Cache-Control"]
    assert at.browser.get("/authorize", asked(site))["Content-Security-Policy"].count("https:") == 0
