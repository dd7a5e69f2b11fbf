"""The simulated FranceConnect's signing key, made anew at each start.

Owns signing with it and reading back what it signed. Never holds a key of
another party.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALG = "ES256"


class Signer:
    """One ES256 key with its ``kid`` (RFC 7638 thumbprint)."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALG}, auto_kid=True)

    def jwks(self) -> dict[str, Any]:
        """Give the public key set."""
        return {"keys": [self.key.as_dict(private=False)]}

    def sign(self, claims: dict[str, Any]) -> str:
        """Sign ``claims`` as a compact JWS whose header names the key."""
        return jwt.encode({"alg": ALG, "kid": self.key.kid}, dict(claims), self.key, [ALG])

    def read(self, token: str) -> dict[str, Any] | None:
        """Give the claims of what this key signed (expiry not judged), or None."""
        try:
            return dict(jwt.decode(token, self.key, [ALG]).claims)
        except (JoseError, ValueError):
            return None


def left_half_hash(value: str) -> str:
    """Give ``at_hash`` for a 256-bit algorithm (OpenID Connect Core §3.1.3.6)."""
    digest = hashlib.sha256(value.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode("ascii")
