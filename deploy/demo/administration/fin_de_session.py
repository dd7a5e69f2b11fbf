"""What the provider tells without the browser: a connection is over (OpenID Connect Back-Channel Logout 1.0).

Owns the checks of the logout token (§2.6).
"""

from __future__ import annotations

import time
from typing import Any

from authlib.integrations.flask_client import OAuth

from deploy.demo.administration.connexion import FAILURES, client_of, read_signed

EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LEEWAY = 5


def connection_ended(oauth: OAuth, way: str, token: str) -> str | None:
    """Give the name of the connection that a logout token ends, or None for a token that is not right."""
    client = client_of(oauth, way)
    try:
        claims, issuer = read_signed(client, token), client.load_server_metadata()["issuer"]
    except FAILURES:
        return None
    return str(claims["sid"]) if _is_right(claims, issuer, str(client.client_id), time.time()) else None


def _is_right(claims: dict[str, Any], issuer: str, client_id: str, now: float) -> bool:
    audience = claims.get("aud")
    for_us = client_id in (audience if isinstance(audience, list) else [audience])
    issued, expires = claims.get("iat"), claims.get("exp")
    in_time = isinstance(issued, int) and isinstance(expires, int) and issued - _LEEWAY <= now < expires + _LEEWAY
    says_so = claims.get("events") == {EVENT: {}} and "nonce" not in claims and bool(claims.get("sid"))
    return claims.get("iss") == issuer and for_us and in_time and says_so
