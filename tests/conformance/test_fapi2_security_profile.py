"""The modules of the plan « FAPI 2.0 Security Profile Final » that apply: private_key_jwt, DPoP, unsigned requests.

Each test is named for its module (`fapi2-security-profile-final-…`), so that a certification run is a matter of running
it.  Left out: signed request objects, mutual TLS, refresh tokens (none is issued), the profiles of other countries.
Those two that try many assertions and many proofs stand in `test_fapi2_refusals.py`.
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from oidc.protocol.dpop import nonce_at
from oidc.provider.models import Client, Connexion, PushedRequest
from tests.oidc import flow, keyed

SPEC = "FAPI 2.0 Security Profile OP"
pytestmark = pytest.mark.django_db


def module(name, section="5.3.2"):
    """Mark a test as the module of the suite that it is."""
    return pytest.mark.spec(SPEC, f"{section} ({name})")


@pytest.fixture
def site():
    """Give a record held to the profile, with a nonce at hand as its server would have."""
    made = keyed.fapi_site()
    made.nonce_given = nonce_at(settings.DIGEST_KEY, timezone.now())
    return made


@pytest.fixture
def at():
    """Give an aidant at the desk."""
    return flow.desk()


def log_in(at, site, **changes):
    answer = keyed.exchange(site, keyed.code_pushed(at, site, **changes))
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


@module("discovery-end-point-verification")
def test_discovery_end_point_verification():
    document = flow.stranger().get("/.well-known/openid-configuration").json()
    assert document["issuer"] == settings.ISSUER
    assert "S256" in document["code_challenge_methods_supported"]
    assert "private_key_jwt" in document["token_endpoint_auth_methods_supported"]
    assert {"ES256", "PS256"} <= set(document["token_endpoint_auth_signing_alg_values_supported"])
    assert {"ES256", "PS256"} <= set(document["dpop_signing_alg_values_supported"])
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["pushed_authorization_request_endpoint"].startswith(settings.ISSUER)
    assert "none" not in document["id_token_signing_alg_values_supported"]


@module("happy-flow")
def test_happy_flow(at, site):
    tokens = log_in(at, site)
    claims = jwt.decode(
        tokens["id_token"], KeySet.import_key_set(flow.stranger().get("/jwks").json()), ["ES256"]
    ).claims
    assert (claims["nonce"], claims["aud"]) == (site.nonce, site.client.client_id)
    assert tokens["token_type"] == "DPoP"
    assert "refresh_token" not in tokens
    assert keyed.userinfo(site, tokens["access_token"]).json()["sub"] == claims["sub"]
    for accept in ("application/json; charset=utf-8", "application/json, */*;q=0.1"):
        headers = {"Authorization": f"DPoP {tokens['access_token']}", "Accept": accept}
        headers |= {"DPoP": site.proof("/userinfo", "GET", ath=keyed.ath_of(tokens["access_token"]))}
        assert flow.stranger().get("/userinfo", headers=headers).status_code == 200
    in_address = flow.stranger().get("/userinfo", {"access_token": tokens["access_token"]})
    assert in_address.status_code == 400, "never in a query"
    other = keyed.fapi_site()
    other.nonce_given = site.nonce_given
    assert keyed.userinfo(other, tokens["access_token"]).status_code == 401
    second = keyed.exchange(other, keyed.code_pushed(at, other, nonce="n" * 43, dpop_jkt=other.jkt()))
    assert second.json()["token_type"] == "DPoP"


@module("refresh-token")
def test_refresh_token(at, site):
    tokens = log_in(at, site, scope="openid offline_access")
    assert "refresh_token" not in tokens, "none is issued: the suite then skips"
    document = flow.stranger().get("/.well-known/openid-configuration").json()
    assert "refresh_token" not in document["grant_types_supported"]


@module("user-rejects-authentication")
def test_user_rejects_authentication(at, site):
    page = keyed.authorize_pushed(at.browser, site, keyed.pushed_uri(site))["Location"]
    back = flow.parameters_of(flow.leave_uri(at.browser.post(page + "/retour")))
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", site.state, settings.ISSUER)


@module("ensure-authorization-request-without-state-success")
def test_ensure_authorization_request_without_state_success(at, site):
    page = keyed.authorize_pushed(at.browser, site, keyed.pushed_uri(site, state=None))["Location"]
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    assert "state" not in flow.parameters_of(flow.leave_uri(answer))


@module("ensure-authorization-request-without-nonce-success")
def test_ensure_authorization_request_without_nonce_success(at, site):
    assert "nonce" not in flow.claims_of(log_in(at, site, nonce=None)["id_token"])


@module("ensure-authorization-request-with-64-char-nonce-success")
@module("ensure-authorization-request-with-long-nonce")
@pytest.mark.parametrize("length", [64, 384])
def test_ensure_authorization_request_with_long_nonce(at, site, length):
    nonce = "n" * length
    assert flow.claims_of(log_in(at, site, nonce=nonce)["id_token"])["nonce"] == nonce


@module("ensure-authorization-request-with-long-state")
def test_ensure_authorization_request_with_long_state(at, site):
    state = "s" * 1000
    page = keyed.authorize_pushed(at.browser, site, keyed.pushed_uri(site, state=state))["Location"]
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    assert flow.parameters_of(flow.leave_uri(answer))["state"] == state


@module("ensure-other-scope-order-succeeds")
def test_ensure_other_scope_order_succeeds(at, site):
    assert set(log_in(at, site, scope="mandat email openid")["scope"].split()) == {"mandat", "email", "openid"}


@module("test-claims-parameter-identity-claims")
def test_claims_parameter_identity_claims(at, site):
    asked = '{"userinfo":{"given_name":{"essential":true},"birthplace":null}}'
    token = log_in(at, site, scope="openid", claims=asked)["access_token"]
    assert {"given_name", "birthplace"} <= keyed.userinfo(site, token).json().keys()


@module("access-token-type-header-case-sensitivity")
def test_access_token_type_header_case_sensitivity(at, site):
    token = log_in(at, site)["access_token"]
    for scheme in ("DPoP", "dpop", "DPOP"):
        assert keyed.userinfo(site, token, scheme=scheme).status_code == 200


@module("check-dpop-proof-nbf-exp", "5.3.2.1")
def test_check_dpop_proof_nbf_exp(at, site):
    now = int(timezone.now().timestamp())
    code = keyed.code_pushed(at, site)
    assert keyed.exchange(site, code, proof=site.proof("/token", nbf=now, exp=now + 60)).status_code == 200


@module("ensure-dpopproof-with-iat-10seconds-before-succeeds", "5.3.2.1")
@module("ensure-dpopproof-with-iat-10seconds-after-succeeds", "5.3.2.1")
@pytest.mark.parametrize("drift", [-10, 10])
def test_ensure_dpopproof_with_iat_10seconds_away_succeeds(at, site, drift):
    moved = int(timezone.now().timestamp()) + drift
    code = keyed.code_pushed(at, site)
    answer = keyed.exchange(site, code, proof=site.proof("/token", iat=moved))
    assert answer.status_code == 200
    assert keyed.userinfo(site, answer.json()["access_token"], iat=moved).status_code == 200


@module("ensure-mismatched-dpop-jkt-fails")
def test_ensure_mismatched_dpop_jkt_fails(site):
    answer = keyed.push(site, proof=True, dpop_jkt="A" * 43)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@module("ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt")
@module("ensure-token-endpoint-fails-with-mismatched-dpop-jkt")
@pytest.mark.parametrize("by_proof", [True, False])
def test_ensure_token_endpoint_fails_with_mismatched_key(at, site, by_proof):
    code = keyed.code_pushed(at, site, **({"proof": True} if by_proof else {"dpop_jkt": site.jkt()}))
    site.dpop_key = ECKey.generate_key("P-256")
    assert keyed.exchange(site, code).json()["error"] == "invalid_grant"


@module("ensure-dpopproof-at-par-endpoint-binding-success")
@module("ensure-dpop-auth-code-binding-success")
@pytest.mark.parametrize("by_proof", [True, False])
def test_ensure_dpop_auth_code_binding_success(at, site, by_proof):
    code = keyed.code_pushed(at, site, **({"proof": True} if by_proof else {"dpop_jkt": site.jkt()}))
    assert keyed.exchange(site, code).status_code == 200


@module("ensure-different-nonce-inside-and-outside-request-object")
@module("ensure-different-state-inside-and-outside-request-object")
@module("state-only-outside-request-object-not-used")
@pytest.mark.parametrize("inside", ["inside", None])
def test_what_stands_outside_the_pushed_request_is_not_used(at, site, inside):
    name = keyed.pushed_uri(site, state=inside)
    page = keyed.authorize_pushed(at.browser, site, name, state="outside", nonce="outside")["Location"]
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    back = flow.parameters_of(flow.leave_uri(answer))
    assert back.get("state") == inside
    assert flow.claims_of(keyed.exchange(site, back["code"]).json()["id_token"])["nonce"] == site.nonce


@module("ensure-request-object-without-redirect-uri-fails")
@module("ensure-redirect-uri-in-authorization-request")
@module("ensure-registered-redirect-uri")
@module("plain-fapi-tolerate-unregistered-redirect-uri")
@module("ensure-response-type-code-idtoken-fails")
@module("ensure-response-type-token-fails")
@module("par-ensure-pkce-required")
@module("par-plain-pkce-rejected")
@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": None},
        {"redirect_uri": "https://site.example/autre"},
        {"response_type": "code id_token"},
        {"response_type": "token"},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
    ],
)
def test_a_request_that_breaks_the_profile_is_refused_when_pushed(site, changes):
    assert keyed.push(site, **changes).status_code == 400
    assert not PushedRequest.objects.exists()


@module("ensure-unsigned-authorization-request-without-using-par-fails")
def test_ensure_unsigned_authorization_request_without_using_par_fails(at, site):
    assert flow.parameters_of(flow.authorize(at.browser, site)["Location"])["error"] == "invalid_request"


@module("ensure-client-id-in-token-endpoint", "5.3.2.1")
def test_ensure_client_id_in_token_endpoint(at, site):
    """The second client's name, in the form and in an assertion that the first client's key signed."""
    code, other = keyed.code_pushed(at, site), keyed.fapi_site()
    named = {"client_id": other.client.client_id}
    answer = keyed.exchange(site, code, form=other.credentials(key=site.key) | named)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert keyed.exchange(site, code, form=named).json()["error"] == "invalid_request"


@module("ensure-holder-of-key-required", "5.3.2.1")
def test_ensure_holder_of_key_required(at, site):
    assert keyed.exchange(site, keyed.code_pushed(at, site), proof=None).json()["error"] == "invalid_dpop_proof"


@module("ensure-authorization-code-is-bound-to-client")
def test_ensure_authorization_code_is_bound_to_client(at, site):
    code, thief = keyed.code_pushed(at, site), keyed.fapi_site()
    thief.verifier, thief.nonce_given = site.verifier, site.nonce_given
    assert keyed.exchange(thief, code).json()["error"] == "invalid_grant"


@module("attempt-reuse-authorization-code-after-one-second")
def test_attempt_reuse_authorization_code_after_one_second(at, site):
    code = keyed.code_pushed(at, site)
    token = keyed.exchange(site, code).json()["access_token"]
    assert keyed.exchange(site, code).json()["error"] == "invalid_grant"
    assert keyed.userinfo(site, token).status_code == 401


@module("ensure-token-endpoint-fails-with-expired-auth-code")
def test_ensure_token_endpoint_fails_with_expired_auth_code(at, site):
    code = keyed.code_pushed(at, site)
    Connexion.objects.update(created_at=timezone.now() - timedelta(minutes=2), expires_at=timezone.now())
    assert keyed.exchange(site, code).json()["error"] == "invalid_grant"


@module("ensure-signed-client-assertion-with-RS256-fails", "5.4.1")
def test_ensure_signed_client_assertion_with_rs256_fails():
    site = keyed.fapi_site(alg="RS256")
    answer = keyed.push(site)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    site.alg = "PS256"
    assert keyed.push(site).status_code == 201


@module("ensure-client-assertion-in-token-endpoint", "5.3.2.1")
def test_ensure_client_assertion_in_token_endpoint(at, site):
    form = flow.token_form(site, keyed.code_pushed(at, site)) | {"client_id": site.client.client_id}
    answer = flow.post_form("/token", form, {"DPoP": site.proof("/token")})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@module("par-ensure-jwt-client-assertions-iat-and-nbf-8-seconds-in-the-future-is-accepted", "5.3.2.1")
def test_par_ensure_assertion_8_seconds_ahead_is_accepted(site):
    ahead = int(timezone.now().timestamp()) + 8
    assert keyed.push(site, form=site.credentials(iat=ahead, nbf=ahead)).status_code == 201


@module("par-ensure-reused-request-uri-prior-to-auth-completion-succeeds")
@module("par-attempt-reuse-request_uri")
@module("par-without-duplicate-parameters")
def test_a_request_uri_serves_until_its_answer(at, site):
    name = keyed.pushed_uri(site)
    assert keyed.authorize_pushed(at.browser, site, name).status_code == 303
    page = keyed.authorize_pushed(at.browser, site, name)["Location"]
    assert at.browser.post(page, {"autorisation": str(at.autorisation().id)}).status_code == 200
    assert keyed.authorize_pushed(at.browser, site, name).status_code == 400


@module("par-attempt-to-use-expired-request_uri")
def test_par_attempt_to_use_expired_request_uri(at, site):
    name = keyed.pushed_uri(site)
    PushedRequest.objects.update(expires_at=timezone.now())
    assert keyed.authorize_pushed(at.browser, site, name).status_code == 400


@module("par-attempt-to-use-request_uri-for-different-client")
def test_par_attempt_to_use_request_uri_for_different_client(at, site):
    assert keyed.authorize_pushed(at.browser, keyed.fapi_site(), keyed.pushed_uri(site)).status_code == 400


@module("par-authorization-request-containing-request_uri-form-param")
def test_par_authorization_request_containing_request_uri_form_param(site):
    assert keyed.push(site, form={"request_uri": "urn:x"}).json()["error"] == "invalid_request"


@module("par-attempt-invalid-http-method")
def test_par_attempt_invalid_http_method():
    assert flow.stranger().put("/par").status_code == 405


@module("ensure-pkce-code-verifier-required")
@module("incorrect-pkce-code-verifier-rejected")
@pytest.mark.parametrize("verifier", [None, "a" * 43])
def test_pkce_code_verifier(at, site, verifier):
    code = keyed.code_pushed(at, site)
    assert keyed.exchange(site, code, code_verifier=verifier).json()["error"] == "invalid_grant"


@module("profile", "5.4.1")
def test_the_database_holds_the_record_to_the_profile(site):
    from django.db import IntegrityError, transaction

    for changes in ({"requires_par": False}, {"requires_dpop": False}, {"auth_method": "client_secret_basic"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Client.objects.filter(pk=site.client.pk).update(**changes)
