"""The logout token (OpenID Connect Back-Channel Logout 1.0 §2.4), and when a site that did not answer is told again."""

from datetime import timedelta
from typing import Any

TYPE = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
SECONDS = 120
RETRIES = tuple(timedelta(seconds=wait) for wait in (5, 30, 120, 600, 3600, 4 * 3600))
"""How long to wait after each failure; after the last, nobody is told any more: the site's session is long over."""


def logout_claims(*, issuer: str, client_id: str, subject: str, sid: str, jti: str, iat: int) -> dict[str, Any]:
    """Return the claims: whom and which connexion, an event, never a ``nonce`` (§2.4)."""
    return {
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "iat": iat,
        "exp": iat + SECONDS,
        "jti": jti,
        "events": {EVENT: {}},
        "sid": sid,
    }
