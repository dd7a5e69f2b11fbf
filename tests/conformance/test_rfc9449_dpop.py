"""RFC 9449: tokens bound to a key, and the proof of its possession."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.utils import timezone
from joserfc.jwk import ECKey, OctKey, RSAKey

from oidc.protocol.dpop import comparable, is_own_nonce, nonce_at
from oidc.protocol.jose import public_key
from oidc.provider.models import AccessToken
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db
SPEC = "RFC 9449"


def tokens(at, site, **changes):
    answer = keyed.exchange(site, flow.code_of(at, site), **changes)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


@pytest.mark.spec(SPEC, "5")
@pytest.mark.spec(SPEC, "8")
def test_a_token_asked_with_a_proof_is_bound_to_its_key():
    at, site = flow.desk(), keyed.keyed_site()
    code = flow.code_of(at, site)
    first = flow.post_form("/token", flow.token_form(site, code) | site.credentials(), {"DPoP": site.proof("/token")})
    assert (first.status_code, first.json()["error"]) == (400, "use_dpop_nonce")
    site.nonce_given = first["DPoP-Nonce"]
    answer = keyed.exchange(site, code)
    assert answer.json()["token_type"] == "DPoP"
    assert answer["DPoP-Nonce"]
    assert AccessToken.objects.get().jkt == site.jkt()
    shown = keyed.userinfo(site, answer.json()["access_token"])
    assert shown.status_code == 200
    assert shown["DPoP-Nonce"]


@pytest.mark.spec(SPEC, "5")
def test_a_token_asked_without_a_proof_stays_a_bearer_token():
    at, site = flow.desk(), keyed.keyed_site()
    got = tokens(at, site, proof=None)
    assert got["token_type"] == "Bearer"
    assert flow.userinfo(got["access_token"]).status_code == 200
    assert keyed.userinfo(site, got["access_token"]).status_code == 401, "§7.1: no proof can bind it afterwards"


@pytest.mark.spec(SPEC, "5.2")
def test_a_client_held_to_it_gets_nothing_without_a_proof():
    at, site = flow.desk(), keyed.keyed_site(requires_dpop=True)
    code = flow.code_of(at, site)
    answer = keyed.exchange(site, code, proof=None)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    assert keyed.exchange(site, code).status_code == 200, "the code is not spent"


def private_jwk(site):
    return site.dpop_key.as_dict(private=True)


def unsigned(site):
    claims = {"jti": "a", "htm": "POST", "htu": settings.ISSUER + "/token", "iat": int(timezone.now().timestamp())}
    return keyed.unsigned({"typ": "dpop+jwt", "jwk": site.dpop_key.as_dict(private=False)}, claims)


BAD = {
    "typ": lambda site: site.proof("/token", header={"typ": "JWT"}),
    "no typ": lambda site: site.proof("/token", header={"typ": None}),
    "alg none": unsigned,
    "alg HS256": lambda site: keyed.signed(
        {"typ": "dpop+jwt", "alg": "HS256", "jwk": {"kty": "oct", "k": "YWJj"}},
        {"jti": "a", "htm": "POST", "htu": settings.ISSUER + "/token", "iat": 1},
        OctKey.import_key(b"a" * 32),
    ),
    "no jwk": lambda site: site.proof("/token", header={"jwk": None}),
    "private jwk": lambda site: site.proof("/token", header={"jwk": private_jwk(site)}),
    "other jwk": lambda site: site.proof("/token", header={"jwk": ECKey.generate_key("P-256").as_dict(private=False)}),
    "no jti": lambda site: site.proof("/token", jti=None),
    "no htm": lambda site: site.proof("/token", htm=None),
    "no htu": lambda site: site.proof("/token", htu=None),
    "no iat": lambda site: site.proof("/token", iat=None),
    "iat is a text": lambda site: site.proof("/token", iat="now"),
    "iat is beyond any number": lambda site: site.proof("/token", iat=10**400),
    "iat is no moment": lambda site: site.proof("/token", iat=float("nan")),
    "iat is true": lambda site: site.proof("/token", iat=True),
    "method": lambda site: site.proof("/token", "GET"),
    "address": lambda site: site.proof("/userinfo"),
    "host": lambda site: site.proof("/token", htu="https://other.example/token"),
    "old": lambda site: site.proof("/token", iat=int(timezone.now().timestamp()) - 90),
    "to come": lambda site: site.proof("/token", iat=int(timezone.now().timestamp()) + 90),
    "nbf to come": lambda site: site.proof("/token", nbf=int(timezone.now().timestamp()) + 61),
    "nbf is a text": lambda site: site.proof("/token", nbf="now"),
    "exp in the past": lambda site: site.proof("/token", exp=int(timezone.now().timestamp()) - 40),
    "no JWT": lambda site: "x",
    "two": lambda site: f"{site.proof('/token')}, {site.proof('/token')}",
    "empty": lambda site: "",
    "huge": lambda site: site.proof("/token", more="x" * 9000),
}


@pytest.mark.spec(SPEC, "4.3")
@pytest.mark.parametrize("name", BAD)
def test_a_proof_that_is_not_exactly_one_is_refused(name):
    at, site = flow.desk(), keyed.keyed_site()
    site.nonce_given = nonce_at(settings.DIGEST_KEY, timezone.now())
    code = flow.code_of(at, site)
    body = flow.token_form(site, code) | site.credentials()
    answer = flow.post_form("/token", body, {"DPoP": BAD[name](site)})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    assert keyed.exchange(site, code).status_code == 200, "the code is not spent"


@pytest.mark.spec(SPEC, "4.3")
@pytest.mark.parametrize(
    ("htu", "same"),
    [
        ("http://LOCALHOST:8000/token", True),
        ("http://localhost:8000/token?a=b#c", True),
        ("http://localhost:8000/%74oke%6E", True),
        ("http://localhost:8000/%2Ftoken", False),
        ("http://localhost:8000/token/", False),
        ("http://localhost:8000/TOKEN", False),
        ("http://x@localhost:8000/token", False),
        ("http://localhost/token", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_addresses_are_compared_as_addresses(htu, same):
    assert (comparable(htu) == comparable("http://localhost:8000/token")) is same
    assert comparable("https://op.example/token") == comparable("https://op.example:443/token")


@pytest.mark.spec(SPEC, "4.2")
def test_an_rsa_key_proves_by_ps256_and_by_rs256_does_not():
    at, site = flow.desk(), keyed.keyed_site()
    site.nonce_given = nonce_at(settings.DIGEST_KEY, timezone.now())
    claims: dict[str, Any] = {"jti": "a", "htm": "POST", "htu": settings.ISSUER + "/token", "nonce": site.nonce_given}
    claims |= {"iat": int(timezone.now().timestamp())}
    key = RSAKey.generate_key(2048)
    proof = keyed.signed({"typ": "dpop+jwt", "alg": "PS256", "jwk": key.as_dict(private=False)}, claims, key)
    answer = keyed.exchange(site, flow.code_of(at, site), proof=proof)
    assert answer.json().get("token_type") == "DPoP", answer.content
    weak = keyed.signed(
        {"typ": "dpop+jwt", "alg": "RS256", "jwk": key.as_dict(private=False)}, claims | {"jti": "b"}, key
    )
    assert keyed.exchange(site, flow.code_of(at, site), proof=weak).json()["error"] == "invalid_dpop_proof"


@pytest.mark.spec(SPEC, "4.2")
@pytest.mark.filterwarnings("ignore:Key size")
@pytest.mark.parametrize(("bits", "status"), [(1024, 401), (2048, 201)])
def test_an_rsa_key_below_2048_bits_proves_nothing(bits, status):
    """For assertions and proofs alike: one reader of keys serves both."""
    key = made_of(bits)
    own = {"keys": [key.as_dict(private=False) | {"kid": keyed.KID, "use": "sig"}]}
    site = keyed.keyed_site(jwks=own)
    site.key, site.alg = key, "PS256"
    assert keyed.push(site).status_code == status
    assert (public_key(key.as_dict(private=False), "PS256") is None) is (status == 401)


def made_of(bits: int) -> RSAKey:
    """Return a key of that length: the library makes none that is too short, and reads any."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return RSAKey.import_key(pair.private_bytes(serialization.Encoding.PEM, *form))


@pytest.mark.spec("Attacks", "DPoP replay")
@pytest.mark.spec(SPEC, "11.1")
def test_dpop_replay_a_proof_serves_once():
    at, site = flow.desk(), keyed.keyed_site()
    site.nonce_given = nonce_at(settings.DIGEST_KEY, timezone.now())
    proof = site.proof("/token")
    assert keyed.exchange(site, flow.code_of(at, site), proof=proof).status_code == 200
    answer = keyed.exchange(site, flow.code_of(at, site), proof=proof)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.spec(SPEC, "8")
def test_a_nonce_is_ours_for_a_few_minutes_and_no_other_key_s():
    now = timezone.now()
    nonce = nonce_at(b"k" * 32, now)
    assert is_own_nonce(b"k" * 32, nonce, now + timedelta(seconds=119))
    assert not is_own_nonce(b"k" * 32, nonce, now + timedelta(seconds=241))
    assert not is_own_nonce(b"o" * 32, nonce, now)
    assert not is_own_nonce(b"k" * 32, "é" * 43, now)


@pytest.mark.spec(SPEC, "7.1")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ath": "x"}, "invalid_dpop_proof"),
        ({"ath": None}, "invalid_dpop_proof"),
        ({"htm": "POST"}, "invalid_dpop_proof"),
        ({"nonce": "x"}, "use_dpop_nonce"),
        ({"jti": None}, "invalid_dpop_proof"),
    ],
)
def test_userinfo_wants_a_proof_for_this_token_and_this_request(changes, error):
    at, site = flow.desk(), keyed.keyed_site()
    token = tokens(at, site)["access_token"]
    answer = keyed.userinfo(site, token, **changes)
    assert (answer.status_code, answer.json()["error"]) == (401, error)
    assert answer["WWW-Authenticate"].startswith('DPoP algs="ES256 PS256", error="')
    assert answer["DPoP-Nonce"]
    assert keyed.userinfo(site, token, method="POST").status_code == 200


@pytest.mark.spec(SPEC, "7.2")
def test_a_bound_token_is_no_bearer_token_and_serves_no_other_key():
    at, site, thief = flow.desk(), keyed.keyed_site(), keyed.keyed_site()
    token = tokens(at, site)["access_token"]
    answer = flow.userinfo(token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    thief.nonce_given = site.nonce_given
    assert keyed.userinfo(thief, token).json()["error"] == "invalid_token"
    naked = flow.stranger().get("/userinfo", headers={"Authorization": f"DPoP {token}"})
    assert (naked.status_code, naked.json()["error"]) == (401, "invalid_dpop_proof")
    assert keyed.userinfo(site, token).status_code == 200


@pytest.mark.spec(SPEC, "6.2")
def test_introspection_names_the_key():
    at, site = flow.desk(), keyed.keyed_site()
    token = tokens(at, site)["access_token"]
    said = flow.post_form("/introspect", {"token": token} | site.credentials()).json()
    assert (said["active"], said["token_type"], said["cnf"]) == (True, "DPoP", {"jkt": site.jkt()})


@pytest.mark.spec(SPEC, "10")
def test_a_code_asked_for_one_key_is_redeemed_with_it_alone():
    at, site = flow.desk(), keyed.keyed_site()
    right, site.dpop_key = site.dpop_key, ECKey.generate_key("P-256")
    code = flow.code_of(at, site, dpop_jkt=right.thumbprint())
    for proof in ("", None):
        answer = keyed.exchange(site, code, proof=proof)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    site.dpop_key = right
    assert keyed.exchange(site, code).json()["token_type"] == "DPoP"


@pytest.mark.spec(SPEC, "10.1")
def test_a_proof_pushed_with_the_request_binds_the_code_too():
    at, site = flow.desk(), keyed.keyed_site()
    site.nonce_given = nonce_at(settings.DIGEST_KEY, timezone.now())
    other = keyed.push(site, proof=True, dpop_jkt="A" * 43)
    assert (other.status_code, other.json()["error"]) == (400, "invalid_request")
    code = keyed.code_pushed(at, site, proof=True)
    right, site.dpop_key = site.dpop_key, ECKey.generate_key("P-256")
    assert keyed.exchange(site, code).json()["error"] == "invalid_grant"
    site.dpop_key = right
    assert keyed.exchange(site, code).status_code == 200


@pytest.mark.spec(SPEC, "5.1")
def test_the_metadata_name_the_algorithms():
    document = flow.stranger().get("/.well-known/openid-configuration").json()
    assert document["dpop_signing_alg_values_supported"] == ["ES256", "PS256"]


@pytest.mark.spec(SPEC, "8.2")
def test_an_answer_with_a_nonce_is_kept_by_no_cache():
    at, site = flow.desk(), keyed.keyed_site()
    got = keyed.exchange(site, flow.code_of(at, site))
    shown = keyed.userinfo(site, got.json()["access_token"])
    refused = keyed.userinfo(site, got.json()["access_token"], nonce="x")
    for answer in (got, shown, refused, keyed.push(site, proof=True)):
        assert answer["DPoP-Nonce"]
        assert "no-store" in answer["Cache-Control"]
