"""The keys of OpenID Connect: which signs for a client, which are published.

Selects from the one table of signing keys; makes and keeps none.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from mandats.attestation.keys import active_key, published_keys

PURPOSE = "oidc"
ALGORITHMS = ("ES256", "RS256")
SHARED_SECRET = "HS256"  # noqa: S105 -- the name of an algorithm


def publish(now: datetime) -> dict[str, Any]:
    """Return the JWK Set: active, coming and retiring keys, those of the actes too (RFC 7517 §5)."""
    return dict(published_keys(now))


def sign(claims: Mapping[str, Any], alg: str, *, secret: bytes | None, now: datetime, typ: str = "JWT") -> str:
    """Return a compact JWT (RFC 7519) in the client's algorithm; ``secret`` keys HS256 alone.

    ``typ`` keeps kinds of tokens apart (RFC 8725 §3.11): an access token is never taken for an ID token.
    """
    if alg == SHARED_SECRET:
        return jwt.encode({"alg": alg, "typ": typ}, dict(claims), _shared(secret), [alg])
    key = active_key(PURPOSE, alg, now)
    return jwt.encode({"alg": alg, "kid": key.kid, "typ": typ}, dict(claims), key.key, [alg])


def public_alg(alg: str) -> str:
    """Return the algorithm for what others than the client must verify: a shared secret would not do."""
    return ALGORITHMS[0] if alg == SHARED_SECRET else alg


def read_own(token: str, *, secret: bytes | None, now: datetime) -> dict[str, Any] | None:
    """Return the claims of a token that we signed, however old, or ``None`` (RP-Initiated Logout §2).

    ``secret`` is given when the client's tokens are HS256, and then nothing else is accepted.
    """
    try:
        if secret is not None:
            read = jwt.decode(token, _shared(secret), [SHARED_SECRET])
        else:
            own = [key for key in publish(now)["keys"] if key["alg"] in ALGORITHMS]
            read = jwt.decode(token, KeySet.import_key_set({"keys": own}), list(ALGORITHMS))
    except (JoseError, ValueError, RecursionError):
        return None
    return dict(read.claims) if read.header.get("typ", "JWT") == "JWT" else None


def _shared(secret: bytes | None) -> OctKey:
    """Return the symmetric key of OIDC Core §10.1: the octets of the client's secret."""
    if secret is None:
        raise LookupError("HS256 needs the client's secret")
    return OctKey.import_key(secret)
