"""Proofs of possession as they come with requests (RFC 9449): read from the header, decided, used once."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from aidants.domain.decisions import Denied, decide
from oidc.protocol import client_errors
from oidc.protocol.dpop import AGE, AHEAD, ONCE, PROOF, ProofFacts, is_own_nonce, nonce_at, read_proof
from oidc.provider.seen_once import is_first_time

NONCE_HEADER = "DPoP-Nonce"


def proved_key(request: HttpRequest, now: datetime, *, token: str = "") -> str | Denied:
    """Return the thumbprint of the key that a request proves, empty when it carries no proof.

    ``token`` is the access token presented with it.  Decided by the tables PROOF and ONCE.
    """
    header = request.headers.get("DPoP")
    if header is None:
        return ""
    proof = read_proof(header)
    facts = ProofFacts(
        proof=proof,
        method=request.method or "",
        url=settings.ISSUER + request.path,
        now=now,
        nonce_is_own=is_own_nonce(settings.DIGEST_KEY, proof.jwt.text("nonce") if proof.jwt else "", now),
        token=token,
    )
    verdict = decide(PROOF, facts)
    if isinstance(verdict, Denied):
        return verdict
    first = is_first_time("proof", proof.jkt, facts.jwt.text("jti"), now, AGE + AHEAD)
    used = decide(ONCE, replace(facts, first_time=first))
    return used if isinstance(used, Denied) else proof.jkt


def nonce_for(request: HttpRequest, denied: Denied | None, now: datetime) -> dict[str, str]:
    """Return the header that gives the next nonce, to who uses proofs or should (§8, §8.2)."""
    wanted = denied is not None and denied.reason in (
        client_errors.PROOF_NONCE,
        client_errors.PROOF_NONCE_OF_RESOURCE,
        client_errors.PROOF_MISSING,
    )
    uses = "DPoP" in request.headers or request.headers.get("Authorization", "").lower().startswith("dpop ")
    return {NONCE_HEADER: nonce_at(settings.DIGEST_KEY, now)} if uses or wanted else {}
