"""ID tokens of ours that come back as hints: whose, for which client, however old (OIDC Core §3.1.2.1)."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from joserfc import jws
from joserfc.errors import JoseError

from oidc import keys
from oidc.provider.clients import open_secret
from oidc.provider.models import Client


def audience_claimed(token: str) -> str:
    """Return the audience that an unverified token names: only tells whose secret or algorithm to try."""
    try:
        claims = json.loads(jws.extract_compact(token.encode("utf-8", "replace")).payload)
    except (JoseError, ValueError, RecursionError):
        return ""
    audience = claims.get("aud") if isinstance(claims, dict) else None
    return audience if isinstance(audience, str) else ""


def verified_claims(token: str, client: Client | None, now: datetime) -> dict[str, Any] | None:
    """Return the claims of a token that we signed in the client's algorithm, with any secret that it still has."""
    if not token or client is None:
        return None
    if client.id_token_alg != keys.SHARED_SECRET:
        return _id_token(keys.read_own(token, secret=None, now=now))
    for sealed in (client.secret_sealed, client.previous_secret_sealed):
        claims = keys.read_own(token, secret=open_secret(sealed), now=now) if sealed else None
        if claims is not None:
            return _id_token(claims)
    return None


def _id_token(claims: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the claims of an ID token; an answer of userinfo, signed by the same key, has no ``at_hash``."""
    return claims if claims is not None and "at_hash" in claims else None


def hint_subject(token: str, client: Client | None, now: datetime) -> str:
    """Return whom a hint names; empty when it is no token that we gave this client."""
    claims = verified_claims(token, client, now)
    if claims is None or client is None:
        return ""
    ours = claims.get("iss") == settings.ISSUER and claims.get("aud") == client.client_id
    subject = claims.get("sub")
    return subject if ours and isinstance(subject, str) else ""
