"""JSON that comes by the wire and that Python reads, but that is no text, no number, or no tree that we could hold.

A lone surrogate, a NUL, a whole number of four hundred digits: each is answered in the words of its standard.
"""

import json
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from oidc.protocol.dpop import nonce_at
from oidc.provider.clients import NewClient, create_client
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db
NASTY: dict[str, Any] = {
    "huge": 10**400,
    "huge, below zero": -(10**400),
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "true": True,
    "NUL": "a\x00",
    "lone surrogate": "a\ud800",
    "object": {"a": "\ud800"},
    "list": [["\x00"]],
}


def proof_claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a right proof for userinfo, but for its digest of the token, then changed."""
    now = timezone.now()
    claims = {"jti": "a", "htm": "GET", "htu": settings.ISSUER + "/userinfo", "iat": int(now.timestamp())}
    return claims | {"nonce": nonce_at(settings.DIGEST_KEY, now)} | changes


def shown(proof: str) -> Any:
    return flow.stranger().get("/userinfo", headers={"Authorization": "DPoP x", "DPoP": proof})


@pytest.mark.parametrize("claim", ["iat", "jti", "htm", "htu", "nonce"])
def test_a_stranger_s_proof_is_refused_whatever_it_holds(claim: str) -> None:
    for name, value in NASTY.items():
        answer = shown(
            f"{keyed.escaped({'typ': 'dpop+jwt', 'alg': 'ES256'})}.{keyed.escaped(proof_claims(**{claim: value}))}.AAAA"
        )
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof"), name


@pytest.mark.parametrize("member", ["typ", "alg", "jwk", "kty", "crv", "x", "y", "kid"])
def test_a_proof_s_header_and_key_are_refused_whatever_they_hold(member: str) -> None:
    key = keyed.ECKey.generate_key("P-256").as_dict(private=False)
    for name, value in NASTY.items():
        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key}
        head = head | {"jwk": key | {member: value}} if member in ("kty", "crv", "x", "y") else head | {member: value}
        answer = shown(f"{keyed.escaped(head)}.{keyed.escaped(proof_claims())}.AAAA")
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof"), name


def test_a_signed_proof_is_refused_whatever_its_digest_of_the_token_holds() -> None:
    key = keyed.ECKey.generate_key("P-256")
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    for name, value in NASTY.items():
        answer = shown(keyed.signed_escaped(head, proof_claims(ath=value), key))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof"), name


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf", "jti", "sub", "iss", "aud"])
def test_an_assertion_is_refused_whatever_it_holds(claim: str) -> None:
    site, now = keyed.keyed_site(), int(timezone.now().timestamp())
    own = site.client.client_id
    right = {"iss": own, "sub": own, "aud": settings.ISSUER, "iat": now, "exp": now + 60, "jti": "b"}
    for name, value in NASTY.items():
        signed = keyed.signed_escaped({"alg": "ES256", "kid": keyed.KID}, right | {claim: value}, site.key)
        answer = flow.post_form("/introspect", {"token": "x"} | site.credentials() | {"client_assertion": signed})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), name


NO_TEXT = ("\\u0000", "a\\ud800", "\\udc00b", "x" * 1025)
CLAIMS = (
    '{"userinfo": {"%s": null}}',
    '{"id_token": {"%s": {"essential": true}}}',
    '{"id_token": {"sub": {"value": "%s"}}}',
    '{"userinfo": {"sub": {"values": ["a", "%s"]}}}',
    '{"id_token": {"rep_scope": {"values": ["%s"]}}}',
    '{"id_token": {"acr": {"values": ["%s"]}}}',
)


@pytest.mark.parametrize("claims", CLAIMS)
def test_claims_whose_names_and_values_are_no_text_are_refused(claims: str) -> None:
    site = keyed.keyed_site()
    for no_text in NO_TEXT:
        sent = claims % no_text
        told = flow.parameters_of(flow.authorize(flow.stranger(), site, claims=sent)["Location"])
        assert told["error"] == "invalid_request", no_text
        pushed = keyed.push(site, claims=sent)
        assert (pushed.status_code, pushed.json()["error"]) == (400, "invalid_request"), no_text
    assert flow.authorize(flow.stranger(), site, claims=claims % "é")["Location"].startswith("/authorize/choix/")


def test_details_that_are_no_text_are_refused() -> None:
    site = keyed.keyed_site()
    for details in ('[{"type": "mandat", "demarches": ["%s"]}]', '[{"type": "%s", "demarches": ["logement"]}]'):
        for no_text in NO_TEXT:
            answer = flow.authorize(flow.stranger(), site, authorization_details=details % no_text)
            assert flow.parameters_of(answer["Location"])["error"] == "invalid_authorization_details"


QUESTION = {"reference": "GAP7-K3XW-9B", "code": "1234 5678 9012 3456", "family_name": "D", "birthdate": "1962-08-24"}
BODIES = [
    *(
        json.dumps(QUESTION | {"demarche": "logement", name: "\ud800"})
        for name in (*QUESTION, "demarche", "\ud800", "acte")
    ),
    *(json.dumps(QUESTION | {"demarche": value}) for value in NASTY.values()),
    "[" * 3000,
    '{"a":' * 3000,
    '{"latitude": 1e999}',
    json.dumps({"latitude": 10**400}),
    json.dumps({"nom": "\x00", "siret": "\x00", "\x00": "\x00"}),
]


def test_the_apis_answer_a_body_that_is_no_text_no_number_or_no_tree() -> None:
    verifier = flow.basic(flow.site())
    partner = flow.Site(*create_client(NewClient("La Coop", "partenaire", []), timezone.now()), "")
    for body in BODIES:
        for path, sent in (("", body), ("/lots", f'{{"questions": [{body}]}}'), ("/suites", body)):
            where = f"/api/v1/verifications{path}"
            answer = flow.stranger().post(where, sent, content_type="application/json", headers=verifier)
            assert answer.status_code in (400, 422), (path, body[:120])
        where = "/api/v1/partenaire/structures/conum-12"
        answer = flow.stranger().put(where, body, content_type="application/json", headers=flow.basic(partner))
        assert answer.status_code in (400, 422), body[:120]
