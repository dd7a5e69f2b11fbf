"""The acte's JWS: read by libraries that others wrote, refused as soon as a bit moves, verified for ever."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey, OctKey
from jwcrypto import jwk as jwcrypto_jwk  # type: ignore[import-untyped]
from jwcrypto import jws as jwcrypto_jws

from mandats.attestation.acte import TYPE, sign_acte, verify_acte
from mandats.attestation.compact import AttestationRefused, Fault, sign_compact
from tests.domain.actes_examples import ordinary_acte
from tests.mandats.attestation_examples import golden, golden_keys, throwaway


def signed() -> tuple[str, dict[str, Any]]:
    key, kid, jwks = throwaway()
    return sign_acte(ordinary_acte(), key, kid), jwks


def decoded(piece: str) -> bytes:
    return base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))


def test_reads_back() -> None:
    compact, jwks = signed()
    assert verify_acte(compact, jwks) == ordinary_acte()
    header = json.loads(decoded(compact.split(".")[0]))
    assert header == {"alg": "ES256", "kid": throwaway()[1], "typ": "mandat+jws"}


def test_golden_acte_verifies_for_ever() -> None:
    assert verify_acte(golden("acte-v1.jws"), golden_keys()) == ordinary_acte()


@pytest.mark.spec("RFC 7515", "5.2")
def test_jwcrypto_verifies() -> None:
    token = jwcrypto_jws.JWS()
    token.deserialize(golden("acte-v1.jws"))
    token.verify(jwcrypto_jwk.JWK(**golden_keys()["keys"][0]))
    assert token.payload == ordinary_acte().to_bytes()


@pytest.mark.spec("RFC 7518", "3.4")
def test_raw_ecdsa_verifies() -> None:
    head, payload, signature = golden("acte-v1.jws").split(".")
    public = golden_keys()["keys"][0]
    x, y = (int.from_bytes(decoded(public[name]), "big") for name in ("x", "y"))
    pair = decoded(signature)
    der = utils.encode_dss_signature(int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    key.verify(der, f"{head}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))


def test_every_flipped_bit_is_told() -> None:
    compact, jwks = golden("acte-v1.jws"), golden_keys()
    places = [*range(0, len(compact), 29), *range(len(compact) - 8, len(compact))]
    for place in places:
        for bit in range(7):
            flipped = compact[:place] + chr(ord(compact[place]) ^ (1 << bit)) + compact[place + 1 :]
            with pytest.raises(AttestationRefused):
                verify_acte(flipped, jwks)


@pytest.mark.spec("RFC 4648", "3.5")
def test_a_signature_has_one_spelling() -> None:
    """The last of its characters holds two bits that count and four that no decoder looks at."""
    compact = golden("acte-v1.jws")
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=":
        if last != compact[-1]:
            assert fault_of(compact[:-1] + last, golden_keys()) in {Fault.FORM, Fault.SIGNATURE}
    assert fault_of(compact + "==", golden_keys()) is Fault.FORM


def fault_of(compact: str, jwks: dict[str, Any]) -> Fault:
    with pytest.raises(AttestationRefused) as caught:
        verify_acte(compact, jwks)
    return caught.value.fault


@pytest.mark.parametrize("compact", ["", "a.b", "a.b.c.d", "!.!.!", "é.e.e", "e30.e30.e30 ", "W10.e30.e30"])
def test_another_form(compact: str) -> None:
    assert fault_of(compact, golden_keys()) is Fault.FORM


def test_other_keys() -> None:
    compact, jwks = signed()
    assert fault_of(compact, {"keys": []}) is Fault.UNKNOWN_KEY
    assert fault_of(compact, golden_keys()) is Fault.UNKNOWN_KEY
    assert fault_of(compact, {"keys": jwks["keys"] * 2}) is Fault.UNKNOWN_KEY
    impostor = dict(ECKey.generate_key("P-256").as_dict(private=False)) | {"kid": jwks["keys"][0]["kid"]}
    assert fault_of(compact, {"keys": [impostor]}) is Fault.SIGNATURE
    assert fault_of(compact, {"keys": [impostor | {"kty": "oct"}]}) is Fault.UNKNOWN_KEY
    assert fault_of(compact, {"keys": [impostor | {"x": "AA"}]}) is Fault.UNKNOWN_KEY


def test_another_type_is_no_acte() -> None:
    key, kid, jwks = throwaway()
    compact = sign_compact(ordinary_acte().to_bytes(), typ="JWT", key=key, kid=kid)
    assert fault_of(compact, jwks) is Fault.TYPE


@pytest.mark.spec("RFC 8725", "3.1")
def test_other_algorithms_and_members_are_refused() -> None:
    key, kid, jwks = throwaway()
    payload = ordinary_acte().to_bytes()
    extra = {"alg": "ES256", "kid": kid, "typ": TYPE, "jku": "https://elsewhere.example"}
    assert fault_of(joserfc_jws.serialize_compact(extra, payload, key), jwks) is Fault.ALGORITHM
    secret = OctKey.import_key("x" * 64)
    mac = joserfc_jws.serialize_compact({"alg": "HS256", "kid": kid, "typ": TYPE}, payload, secret)
    assert fault_of(mac, jwks) is Fault.ALGORITHM
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": kid, "typ": TYPE}).encode()).decode()
    assert fault_of(none.rstrip("=") + "." + mac.split(".")[1] + ".", jwks) is Fault.ALGORITHM


def test_signed_but_no_acte() -> None:
    key, kid, jwks = throwaway()
    assert fault_of(sign_compact(b'{"version":2}', typ=TYPE, key=key, kid=kid), jwks) is Fault.CONTENT
