"""What the State's federations sign, checked: the ID token and the userinfo (OpenID Connect Core §3.1.3.7, §5.3.2).

Ordered small checks, one a requirement.  No clock and no network here: keys, claims and the moment are
given.  A refusal names the check, never a value.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from oidc.protocol.strict_json import is_sound

ALGORITHMS = ["ES256", "RS256"]
_HEADERS = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
"""A member of a header that is not understood is ignored, a critical one refused (RFC 7515 §4, §4.1.11)."""
LEVELS = frozenset({"eidas1", "eidas2", "eidas3"})
"""We ask for ``eidas1``; FranceConnect may answer with more."""

Claims = dict[str, Any]


class BadStatement(ValueError):
    """A signed statement that may not be believed; the message names the check that failed."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the statement must say; ``nonce_digest`` is the SHA-256 (hex) of the nonce that we sent."""

    issuer: str
    client_id: str
    now: datetime
    nonce_digest: str = ""
    access_token: str = ""
    sub: str = ""
    levels: frozenset[str] = LEVELS


def key_id(compact: str) -> str:
    """Return the ``kid`` of a compact JWS, not yet believed.  Raises :class:`BadStatement`."""
    try:
        head = compact.split(".", maxsplit=1)[0]
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        kid = header["kid"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadStatement("kid") from error
    if not isinstance(kid, str) or header.get("alg") not in ALGORITHMS:
        raise BadStatement("alg")
    return kid


def _signed(compact: str, key: Key) -> Claims:
    try:
        claims = dict(jwt.decode(compact, key, registry=_HEADERS).claims)
    except (JoseError, ValueError, RecursionError) as error:
        raise BadStatement("signature") from error
    if not is_sound(claims):
        raise BadStatement("text")
    return claims


def _iss(claims: Claims, expected: Expected) -> bool:
    """The issuer is FranceConnect, character for character (Core §3.1.3.7, 2)."""
    return claims.get("iss") == expected.issuer


def _aud(claims: Claims, expected: Expected) -> bool:
    """The statement is for us and for nobody else (Core §3.1.3.7, 3)."""
    aud = claims.get("aud")
    return aud in (expected.client_id, [expected.client_id])


def _exp(claims: Claims, expected: Expected) -> bool:
    """It has not expired (Core §3.1.3.7, 9); no tolerance: our clocks are set."""
    exp = claims.get("exp")
    return isinstance(exp, int | float) and not isinstance(exp, bool) and expected.now.timestamp() < exp


def _nonce(claims: Claims, expected: Expected) -> bool:
    """It answers our request and no other (Core §3.1.3.7, 11)."""
    nonce = claims.get("nonce")
    digest = hashlib.sha256(nonce.encode()).hexdigest() if isinstance(nonce, str) else ""
    return hmac.compare_digest(digest, expected.nonce_digest)


def _acr(claims: Claims, expected: Expected) -> bool:
    """The level is at least the one asked (Core §3.1.3.7, 12); none is where none was."""
    return not expected.levels or claims.get("acr") in expected.levels


def _at_hash(claims: Claims, expected: Expected) -> bool:
    """The access token came with this ID token, where it says so (Core §3.1.3.8)."""
    if "at_hash" not in claims:
        return True
    half = hashlib.sha256(expected.access_token.encode()).digest()[:16]
    told = claims["at_hash"]
    right = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    return isinstance(told, str) and hmac.compare_digest(told.encode(), right.encode())


def _sub(claims: Claims, expected: Expected) -> bool:
    """It names somebody."""
    sub = claims.get("sub")
    return isinstance(sub, str) and 0 < len(sub) <= 255


def _same_sub(claims: Claims, expected: Expected) -> bool:
    """The userinfo speaks of the person of the ID token (Core §5.3.2)."""
    sub = claims.get("sub")
    return isinstance(sub, str) and bool(sub) and hmac.compare_digest(sub.encode(), expected.sub.encode())


_ID_TOKEN = (_iss, _aud, _exp, _nonce, _acr, _at_hash, _sub)
_USERINFO = (_iss, _aud, _exp, _same_sub)


def _believed(
    compact: str, key: Key, checks: Iterable[Callable[[Claims, Expected], bool]], expected: Expected
) -> Claims:
    claims = _signed(compact, key)
    for check in checks:
        if not check(claims, expected):
            raise BadStatement(check.__name__.strip("_"))
    return claims


def id_token_claims(compact: str, key: Key, expected: Expected) -> Claims:
    """Return the claims of an ID token that passes every check.  Raises :class:`BadStatement`."""
    return _believed(compact, key, _ID_TOKEN, expected)


def userinfo_claims(compact: str, key: Key, expected: Expected) -> Claims:
    """Return the claims of a signed userinfo that passes every check.  Raises :class:`BadStatement`."""
    return _believed(compact, key, _USERINFO, expected)
