"""ID token and userinfo of FranceConnect, check by check, with keys of the test."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from oidc.franceconnect.statements import BadStatement, Expected, id_token_claims, key_id, userinfo_claims
from tests.oidc.keyed import signed_escaped

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ISSUER, CLIENT, NONCE, TOKEN = "https://fc.example.org/api/v2", "nous", "n" * 64, "jeton-d-acces"
EC, RSA = ECKey.generate_key("P-256"), RSAKey.generate_key(2048)
EXPECTED = Expected(ISSUER, CLIENT, NOW, hashlib.sha256(NONCE.encode()).hexdigest(), TOKEN, sub="quelqu’un")
AT_HASH = base64.urlsafe_b64encode(hashlib.sha256(TOKEN.encode()).digest()[:16]).rstrip(b"=").decode()
GOOD = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "quelqu’un",
    "exp": int(NOW.timestamp()) + 60,
    "nonce": NONCE,
    "acr": "eidas1",
    "at_hash": AT_HASH,
}


def signed(claims: dict[str, Any], key: ECKey | RSAKey = EC, alg: str = "ES256", **header: Any) -> str:
    free = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jws.serialize_compact({"alg": alg, "kid": "k1"} | header, json.dumps(claims), key, registry=free)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


@pytest.mark.spec("OpenID Connect Core 1.0", "3.1.3.7")
@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (RSA, "RS256")])
def test_a_right_id_token_is_believed(key: ECKey | RSAKey, alg: str) -> None:
    assert id_token_claims(signed(GOOD, key, alg), key, EXPECTED) == GOOD


@pytest.mark.parametrize("claims", [without("at_hash"), GOOD | {"aud": [CLIENT]}, GOOD | {"acr": "eidas2"}])
def test_what_the_specification_leaves_open_is_taken(claims: dict[str, Any]) -> None:
    assert id_token_claims(signed(claims), EC, EXPECTED) == claims


def test_a_member_of_the_header_that_nobody_knows_says_nothing_unless_it_is_critical() -> None:
    """RFC 7515 §4, §4.1.11: FranceConnect may add one any day."""
    assert id_token_claims(signed(GOOD, new="x"), EC, EXPECTED) == GOOD
    critical = {"alg": "ES256", "kid": "k1", "crit": ["new"], "new": "x"}
    with pytest.raises(BadStatement, match="signature"):
        id_token_claims(signed_escaped(critical, GOOD, EC), EC, EXPECTED)


@pytest.mark.spec("OpenID Connect Core 1.0", "3.1.3.7")
@pytest.mark.parametrize(
    ("check", "claims"),
    [
        ("iss", GOOD | {"iss": ISSUER + "/"}),
        ("iss", without("iss")),
        ("aud", GOOD | {"aud": "un-autre"}),
        ("aud", GOOD | {"aud": [CLIENT, "un-autre"]}),
        ("aud", without("aud")),
        ("exp", GOOD | {"exp": int(NOW.timestamp())}),
        ("exp", GOOD | {"exp": "demain"}),
        ("exp", without("exp")),
        ("nonce", GOOD | {"nonce": "m" * 64}),
        ("nonce", GOOD | {"nonce": 7}),
        ("nonce", without("nonce")),
        ("acr", GOOD | {"acr": "eidas0"}),
        ("acr", without("acr")),
        ("at_hash", GOOD | {"at_hash": "x" * 22}),
        ("at_hash", GOOD | {"at_hash": None}),
        ("sub", GOOD | {"sub": ""}),
        ("sub", without("sub")),
        ("text", GOOD | {"sub": "a\ud800"}),
        ("text", GOOD | {"nonce": "\x00"}),
        ("text", GOOD | {"exp": float("inf")}),
    ],
)
def test_each_check_refuses_and_names_itself(check: str, claims: dict[str, Any]) -> None:
    with pytest.raises(BadStatement, match=f"^{check}$"):
        id_token_claims(signed(claims), EC, EXPECTED)


@pytest.mark.spec("OpenID Connect Core 1.0", "5.3.2")
@pytest.mark.parametrize(
    ("check", "claims"),
    [
        ("iss", GOOD | {"iss": "https://ailleurs.example.org"}),
        ("aud", GOOD | {"aud": "un-autre"}),
        ("exp", without("exp")),
        ("same_sub", GOOD | {"sub": "un autre"}),
        ("text", GOOD | {"given_name": "a\ud800"}),
    ],
)
def test_userinfo_is_checked_too(check: str, claims: dict[str, Any]) -> None:
    assert userinfo_claims(signed(GOOD), EC, EXPECTED) == GOOD
    with pytest.raises(BadStatement, match=f"^{check}$"):
        userinfo_claims(signed(claims), EC, EXPECTED)


def test_another_key_or_a_changed_byte_is_a_bad_signature() -> None:
    compact = signed(GOOD)
    head, payload, signature = compact.split(".")
    changed = f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    for text, key in ((compact, ECKey.generate_key("P-256")), (changed, EC), (f"{head}.{payload}.", EC)):
        with pytest.raises(BadStatement, match=r"^signature$"):
            id_token_claims(text, key, EXPECTED)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "header", [{"alg": "none", "kid": "k1"}, {"alg": "HS256", "kid": "k1"}, {"alg": "ES256"}, {"kid": 7}, [], "x"]
)
def test_an_odd_header_names_no_key(header: object) -> None:
    with pytest.raises(BadStatement):
        key_id(f"{part(header)}.e30.")
    with pytest.raises(BadStatement):
        key_id('{"sub": "not a JWS"}')
