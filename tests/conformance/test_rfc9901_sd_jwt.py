"""RFC 9901 (SD-JWT): what we issue is read by others, and what is not exactly right is refused."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey
from jwcrypto.jwk import JWK  # type: ignore[import-untyped]
from sd_jwt.verifier import SDJWTVerifier  # type: ignore[import-untyped]

from mandats.attestation import sd_jwt
from mandats.attestation.compact import AttestationRefused, Fault, sign_compact
from mandats.attestation.sd_jwt import Disclosed, Hidden, issue
from tests.mandats.attestation_examples import throwaway
from tests.wallet import is_bound_to, present, prove

SPEC = "RFC 9901"
TYPE = "example+sd-jwt"
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
CLAIMS: dict[str, Any] = {
    "iss": "https://mandats.example",
    "who": {"name": Hidden("Élodie"), "born": Hidden("1962-08-24"), "address": Hidden({"city": Hidden("Gap"), "n": 1})},
    "what": [Hidden({"code": "logement"}), Hidden({"code": "argent"}), "always"],
    "email": Hidden(None),
}


def draws() -> Callable[[], str]:
    numbers = count()
    return lambda: f"salt-of-one-hundred-bits-{next(numbers)}"


def issued(claims: dict[str, Any] | None = None, **more: Any) -> str:
    key, kid, _ = throwaway()
    return issue((claims or CLAIMS) | more, typ=TYPE, key=key, kid=kid, draw=draws())


def read(presentation: str) -> Disclosed:
    return sd_jwt.verify(presentation, typ=TYPE, jwks=throwaway()[2])


def others_read(presentation: str, aud: str | None = None, nonce: str | None = None) -> dict[str, Any]:
    """Return what the package ``sd-jwt`` reads."""
    key = JWK(**throwaway()[2]["keys"][0])
    return dict(SDJWTVerifier(presentation, lambda _iss, _head: key, aud, nonce).get_verified_payload())


def signed(payload: dict[str, Any], *disclosures: Any) -> str:
    """Sign any payload, whatever it says, with disclosures written by hand."""
    key, kid, _ = throwaway()
    compact = sign_compact(json.dumps(payload).encode(), typ=TYPE, key=key, kid=kid)
    return "~".join([compact, *(one if isinstance(one, str) else disclosure(one) for one in disclosures), ""])


def disclosure(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def fault_of(presentation: str) -> Fault:
    with pytest.raises(AttestationRefused) as refused:
        read(presentation)
    return refused.value.fault


@pytest.mark.spec(SPEC, "4.2.3")
def test_the_digests_of_the_specification() -> None:
    assert digest("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0") == (
        "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    )
    assert digest("WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0") == "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"


@pytest.mark.spec(SPEC, "4")
@pytest.mark.spec(SPEC, "7.1")
def test_with_all_its_disclosures_everything_is_read_by_us_and_by_others() -> None:
    whole = {
        "iss": "https://mandats.example",
        "who": {"name": "Élodie", "born": "1962-08-24", "address": {"city": "Gap", "n": 1}},
        "what": [{"code": "logement"}, {"code": "argent"}, "always"],
        "email": None,
    }
    text = issued()
    assert text.endswith("~")
    assert read(text).claims == others_read(text) == whole


@pytest.mark.spec(SPEC, "7.2")
def test_what_is_kept_back_leaves_neither_name_nor_place() -> None:
    shown = present(issued(), lambda content: content[1:] in ([{"code": "argent"}], ["name", "Élodie"]))
    expected = {"iss": "https://mandats.example", "who": {"name": "Élodie"}, "what": [{"code": "argent"}, "always"]}
    assert read(shown).claims == others_read(shown) == expected
    assert read(shown).shown == 2


@pytest.mark.spec(SPEC, "4.2.6")
@pytest.mark.spec(SPEC, "7.2")
def test_a_disclosure_below_one_that_is_kept_back_is_refused() -> None:
    orphan = present(issued(), lambda content: content[1:] == ["city", "Gap"])
    assert fault_of(orphan) is Fault.CONTENT


@pytest.mark.spec(SPEC, "4.1.1")
@pytest.mark.spec(SPEC, "4.2.4.1")
def test_the_payload_names_its_hash_and_its_digests_tell_no_order() -> None:
    payload = json.loads(base64.urlsafe_b64decode(issued().split(".")[1] + "=="))
    assert payload["_sd_alg"] == "sha-256"
    assert payload["who"]["_sd"] == sorted(payload["who"]["_sd"])
    assert "Élodie" not in json.dumps(payload, ensure_ascii=False)


@pytest.mark.spec(SPEC, "4.1")
@pytest.mark.parametrize("name", ["_sd", "_sd_alg", "..."])
def test_no_claim_bears_a_name_of_the_format(name: str) -> None:
    for claims in ({name: 1}, {"who": {name: 1}}, {"who": Hidden({name: Hidden(1)})}, {"what": [Hidden({name: 1})]}):
        with pytest.raises(ValueError, match="format"):
            issued(claims)


@pytest.mark.spec(SPEC, "4.1.1")
@pytest.mark.spec(SPEC, "4.2.4.2")
@pytest.mark.spec(SPEC, "6")
def test_digests_stand_where_the_claims_would_and_nowhere_twice() -> None:
    payload = json.loads(base64.urlsafe_b64decode(issued().split(".")[1] + "=="))
    assert payload.keys() == {"iss", "who", "what", "_sd", "_sd_alg"}
    assert payload["who"].keys() == {"_sd"}
    assert [one.keys() for one in payload["what"][:2]] == [{"..."}, {"..."}]
    address = next(content for content in contents(issued()) if content[1:2] == ["address"])[2]
    assert address.keys() == {"_sd", "n"}
    given = [*payload["_sd"], *payload["who"]["_sd"], *(one["..."] for one in payload["what"][:2]), *address["_sd"]]
    assert all(isinstance(text, str) for text in given)
    assert set(given) == {digest(text) for text in issued().split("~")[1:-1]}, "none is a decoy"
    assert len(given) == len(set(given)) == 7


def contents(text: str) -> list[Any]:
    """Return what the disclosures of a presentation hold."""
    return [json.loads(base64.urlsafe_b64decode(one + "==")) for one in text.split("~")[1:-1]]


@pytest.mark.spec(SPEC, "4.2.1")
def test_each_disclosure_has_a_salt_of_its_own_and_a_name_that_is_text() -> None:
    told = contents(issued())
    assert len({content[0] for content in told}) == len(told)
    assert all(isinstance(content[1], str) for content in told if len(content) == 3)


@pytest.mark.spec(SPEC, "9.3")
@pytest.mark.spec(SPEC, "9.4")
def test_two_issues_have_no_digest_in_common() -> None:
    import secrets

    key, kid, _ = throwaway()
    made = [issue(CLAIMS, typ=TYPE, key=key, kid=kid, draw=lambda: secrets.token_urlsafe(16)) for _ in range(2)]
    first, second = (set(text.split("~")[1:-1]) for text in made)
    assert not first & second


BENT: dict[str, Any] = {
    "a disclosure that nothing names": lambda: issued() + disclosure(["s", "x", 1]) + "~",
    "a disclosure twice": lambda: issued() + issued().split("~")[1] + "~",
    "a disclosure changed": lambda: issued().replace(issued().split("~")[1], disclosure(["s", "name", "Angela"])),
    "no final tilde": lambda: issued()[:-1],
    "no tilde": lambda: issued().split("~", maxsplit=1)[0],
    "another hash": lambda: signed({"_sd_alg": "sha-512", "_sd": []}),
    "a digest twice": lambda: signed({"a": {"_sd": ["x"]}, "b": {"_sd": ["x"]}}),
    "a digest that is no text": lambda: signed({"_sd": [1]}),
    "_sd that is no list": lambda: signed({"_sd": "x"}),
    "the name _sd": lambda: signed({"_sd": [digest(disclosure(["s", "_sd", 1]))]}, ["s", "_sd", 1]),
    "the name ...": lambda: signed({"_sd": [digest(disclosure(["s", "...", 1]))]}, ["s", "...", 1]),
    "a name that is no text": lambda: signed({"_sd": [digest(disclosure(["s", 7, 1]))]}, ["s", 7, 1]),
    "a name that is there": lambda: signed({"a": 1, "_sd": [digest(disclosure(["s", "a", 2]))]}, ["s", "a", 2]),
    "a member as an element": lambda: signed({"a": [{"...": digest(disclosure(["s", "a", 2]))}]}, ["s", "a", 2]),
    "an element as a member": lambda: signed({"_sd": [digest(disclosure(["s", 2]))]}, ["s", 2]),
    "a disclosure of four": lambda: signed({"_sd": [digest(disclosure([1, 2, 3, 4]))]}, [1, 2, 3, 4]),
    "no JSON": lambda: signed({"_sd": [digest("AAAA")]}, "AAAA"),
    "no base64url": lambda: signed({"_sd": [digest("a=b")]}, "a=b"),
    "too many": lambda: signed({}, *(["s", str(number), 1] for number in range(300))),
}


@pytest.mark.spec(SPEC, "7.1")
@pytest.mark.parametrize("name", BENT)
def test_what_is_not_exactly_right_is_refused(name: str) -> None:
    assert fault_of(BENT[name]()) in (Fault.CONTENT, Fault.FORM)


@pytest.mark.spec(SPEC, "7.1")
def test_another_signature_or_type_is_refused() -> None:
    text = issued()
    head, rest = text.split("~", 1)
    assert fault_of(head[:-4] + "AAAA~" + rest) is Fault.SIGNATURE
    with pytest.raises(AttestationRefused) as refused:
        sd_jwt.verify(text, typ="dc+sd-jwt", jwks=throwaway()[2])
    assert refused.value.fault is Fault.TYPE


HOLDER = ECKey.generate_key("P-256")
CNF = {"jwk": HOLDER.as_dict(private=False)}


@pytest.mark.spec(SPEC, "4.3")
@pytest.mark.spec(SPEC, "7.3")
def test_a_key_binding_is_of_its_presentation_its_reader_and_its_question() -> None:
    shown = present(issued(cnf=CNF), lambda content: content[1:2] == ["name"])
    bound = prove(shown, HOLDER, aud="https://caf.example", nonce="n-1", at=AT)
    assert others_read(bound, "https://caf.example", "n-1")["who"] == {"name": "Élodie"}
    told = read(bound)
    assert is_bound_to(told, aud="https://caf.example", nonce="n-1", now=AT)
    assert not is_bound_to(told, aud="https://other.example", nonce="n-1", now=AT)
    assert not is_bound_to(told, aud="https://caf.example", nonce="n-2", now=AT)
    assert not is_bound_to(told, aud="https://caf.example", nonce="n-1", now=AT + timedelta(minutes=6))
    assert not is_bound_to(read(shown), aud="https://caf.example", nonce="n-1", now=AT)


@pytest.mark.spec(SPEC, "7.3")
@pytest.mark.parametrize("how", ["another key", "another presentation", "another type", "no key"])
def test_a_key_binding_that_proves_nothing_is_refused(how: str) -> None:
    whole = issued(cnf=CNF) if how != "no key" else issued()
    bound = prove(whole, HOLDER, aud="a", nonce="n", at=AT)
    if how == "another key":
        bound = prove(whole, ECKey.generate_key("P-256"), aud="a", nonce="n", at=AT)
    elif how == "another presentation":
        proof = bound.rpartition("~")[2]
        bound = present(whole, lambda content: False) + proof
    elif how == "another type":
        body = {"iat": int(AT.timestamp()), "aud": "a", "nonce": "n", "sd_hash": digest(whole)}
        header = {"alg": "ES256", "typ": "JWT"}
        bound = whole + jws.serialize_compact(header, json.dumps(body), HOLDER, algorithms=["ES256"])
    with pytest.raises(AttestationRefused):
        read(bound)


@pytest.mark.spec(SPEC, "7.3")
def test_a_wallet_s_header_may_say_more() -> None:
    """RFC 7515 §4: a member of a header that is not understood is ignored."""
    whole = issued(cnf=CNF)
    body = {"iat": int(AT.timestamp()), "aud": "a", "nonce": "n", "sd_hash": digest(whole)}
    free = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    header = {"alg": "ES256", "typ": "kb+jwt", "wallet": "x"}
    told = read(whole + jws.serialize_compact(header, json.dumps(body), HOLDER, registry=free))
    assert is_bound_to(told, aud="a", nonce="n", now=AT)


trees = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner | inner.map(Hidden), max_size=3)
        | st.dictionaries(st.text("abcdef", min_size=1, max_size=3), inner | inner.map(Hidden), max_size=3)
    ),
    max_leaves=12,
)


def plain(value: Any) -> Any:
    """Return a value as it reads with everything disclosed."""
    if isinstance(value, Hidden):
        return plain(value.value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


@pytest.mark.spec(SPEC, "7.1")
@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), trees | trees.map(Hidden), max_size=4))
def test_whatever_is_issued_reads_back_whole_and_empty(claims: dict[str, Any]) -> None:
    text = issued(claims or {"a": 1})
    assert read(text).claims == others_read(text) == plain(claims or {"a": 1})
    nothing = present(text, lambda content: False)
    assert read(nothing).claims == others_read(nothing)


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1") + "~"))
def test_what_is_no_sd_jwt_is_refused(text: str) -> None:
    with pytest.raises(AttestationRefused):
        read(text)
