"""The two modules of the plan « FAPI 2.0 Security Profile Final » that present many assertions and many proofs.

Case by case as the suite does, at the endpoints where it does: the deposit of a request, and userinfo.
"""

import pytest
from django.conf import settings
from django.utils import timezone
from joserfc.jwk import RSAKey

from oidc.protocol.dpop import nonce_at
from tests.oidc import flow, keyed

SPEC = "FAPI 2.0 Security Profile OP"
pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    """Give a record held to the profile, with a nonce at hand as its server would have."""
    made = keyed.fapi_site()
    made.nonce_given = nonce_at(settings.DIGEST_KEY, timezone.now())
    return made


def moment(seconds):
    return int(timezone.now().timestamp()) + seconds


ISSUER = settings.ISSUER
INVALID = {
    "no assertion": lambda site: {"client_assertion": None, "client_assertion_type": None},
    "no assertion type": lambda site: {"client_assertion_type": None},
    "wrong assertion type": lambda site: {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:other"},
    "no sub": lambda site: site.credentials(sub=None),
    "wrong sub": lambda site: site.credentials(sub="other"),
    "no iss": lambda site: site.credentials(iss=None),
    "wrong iss": lambda site: site.credentials(iss="other"),
    "no aud": lambda site: site.credentials(aud=None),
    "unrelated aud": lambda site: site.credentials(aud="https://other.example"),
    "PAR endpoint as aud": lambda site: site.credentials(aud=ISSUER + "/par"),
    "token endpoint as aud": lambda site: site.credentials(aud=ISSUER + "/token"),
    "array as aud": lambda site: site.credentials(aud=[ISSUER, ISSUER + "/par"]),
    "exp in the past": lambda site: site.credentials(exp=moment(-300)),
    "iat and nbf to come": lambda site: site.credentials(iat=moment(65), nbf=moment(65), exp=moment(125)),
    "alg none": lambda site: {"client_assertion": keyed.unsigned({"kid": keyed.KID}, {"iss": site.client.client_id})},
    "invalid signature": lambda site: {"client_assertion": site.assertion()[:-8] + "AAAAAAAA"},
    "no jti": lambda site: site.credentials(jti=None),
}
"""Each case of the suite's module, and one of ours."""


@pytest.mark.spec(SPEC, "5.3.2.1 (ensure-client-assertion-with-exp-is-5-minutes-in-past-fails)")
@pytest.mark.spec(SPEC, "5.3.2.1 (ensure-client-assertion-with-wrong-aud-fails)")
@pytest.mark.spec(SPEC, "5.3.2.1 (ensure-client-assertion-with-no-sub-fails)")
@pytest.mark.spec(SPEC, "5.3.2.1 (ensure-invalid-client-assertions-fail)")
@pytest.mark.spec(SPEC, "5.3.2.1 (par-test-array-as-audience-fails)")
@pytest.mark.spec(SPEC, "5.3.2.1 (par-test-par-endpoint-url-as-audience-fails)")
@pytest.mark.spec(SPEC, "5.3.2.1 (par-test-token-endpoint-url-as-audience-fails)")
@pytest.mark.spec(SPEC, "5.3.2.1 (par-ensure-jwt-client-assertions-iat-and-nbf-over-60-seconds-in-the-future-fails)")
def test_ensure_invalid_client_assertions_fail(site):
    for name, form in INVALID.items():
        answer = keyed.push(site, form=form(site))
        assert answer.status_code in (400, 401), name
        assert answer.json()["error"] in ("invalid_client", "invalid_request"), name
    assert keyed.push(site).status_code == 201, "it was the assertion that was refused"


def bad_proofs(site, token):
    """Return what the suite's module presents beside a token, each wrong in one way."""

    def proof(**changes):
        return site.proof("/userinfo", **({"method": "GET", "ath": keyed.ath_of(token)} | changes))

    own, rsa = site.dpop_key.as_dict(private=False), RSAKey.generate_key(2048)
    claims = {"jti": "x", "htm": "GET", "htu": ISSUER + "/userinfo", "iat": moment(0), "nonce": site.nonce_given}
    claims |= {"ath": keyed.ath_of(token)}
    by_rsa = {"typ": "dpop+jwt", "alg": "RS256", "jwk": rsa.as_dict(private=False)}
    return {
        "two proofs": f"{proof()}, {proof()}",
        "no JWT": proof().replace(".", ""),
        "no typ": proof(header={"typ": None}),
        "no alg": keyed.signed_escaped({"typ": "dpop+jwt", "jwk": own}, claims, site.dpop_key),
        "no jwk": proof(header={"jwk": None}),
        **{f"no {name}": proof(**{name: None}) for name in ("jti", "htm", "htu", "iat", "ath")},
        "wrong typ": proof(header={"typ": "JWT"}),
        "RS256": keyed.signed(by_rsa, claims, rsa),
        "none": keyed.unsigned({"typ": "dpop+jwt", "jwk": own}, claims),
        "invalid signature": proof()[:-8] + "AAAAAAAA",
        "private key": proof(header={"jwk": site.dpop_key.as_dict(private=True)}),
        "htm": proof(method="PUT"),
        "htu": proof(htu="https://other.example/userinfo"),
        "iat an hour ago": proof(iat=moment(-3600)),
        "iat in an hour": proof(iat=moment(3600)),
        "ath": proof(ath=keyed.ath_of("other")),
        "another key": keyed.fapi_site().proof("/userinfo", "GET", ath=keyed.ath_of(token), nonce=site.nonce_given),
    }


@pytest.mark.spec(SPEC, "5.3.2.1 (dpop-negative-tests)")
def test_dpop_negative_tests(site):
    """The suite tries proofs where a token is used; test_rfc9449_dpop.py tries the token endpoint too."""
    token = keyed.exchange(site, keyed.code_pushed(flow.desk(), site)).json()["access_token"]
    for name, proof in bad_proofs(site, token).items():
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        assert flow.stranger().get("/userinfo", headers=headers).status_code == 401, name
    for right in (
        {"htu": ISSUER + "/userinfo?a=b#c"},
        {"htu": ISSUER.upper() + "/userinfo"},
        {"header": {"extra": "x"}, "extra": "y"},
        {"jti": "the-same"},
    ):
        assert keyed.userinfo(site, token, **right).status_code == 200, right
    assert keyed.userinfo(site, token, jti="the-same").status_code == 401
    for scheme in ("DPoP", "Bearer"):
        naked = flow.stranger().get("/userinfo", headers={"Authorization": f"{scheme} {token}"})
        assert naked.status_code == 401, scheme
    assert keyed.userinfo(site, token).status_code == 200
