"""Token Status List (draft-ietf-oauth-status-list): which autorisations stand, two bits each, in one signed statement.

Knows bits, compression and the token's claims; never which autorisation stands where.
"""

import base64
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from joserfc.jwk import ECKey

from aidants.domain.canonical import Json, canonical_bytes
from mandats.attestation.compact import sign_compact

TYPE: Final = "statuslist+jwt"
MEDIA_TYPE: Final = "application/statuslist+jwt"
VALID: Final = 0
INVALID: Final = 1
SUSPENDED: Final = 2
BITS: Final = 2
SIZE: Final = 2**18
"""Places of one list: 64 KiB, enough to hide one holder among many, and small enough for any reader of JWS."""

_BYTES: Final = SIZE * BITS // 8


def pack(statuses: Mapping[int, int], *, bits: int = BITS, length: int = _BYTES) -> bytes:
    """Return the byte array (§4.1): least significant bits first; every place that is not named is VALID.

    Raises ``IndexError`` beyond ``length`` bytes.
    """
    packed, per_byte = bytearray(length), 8 // bits
    for index, status in statuses.items():
        packed[index // per_byte] |= status << (index % per_byte * bits)
    return bytes(packed)


def compressed(packed: bytes) -> str:
    """Return ``lst`` (§4.2): DEFLATE in the zlib format, base64url without padding."""
    return base64.urlsafe_b64encode(zlib.compress(packed, 6)).rstrip(b"=").decode()


def sign_status_list(
    uri: str, statuses: Mapping[int, int], *, at: datetime, ttl: timedelta, key: ECKey, kid: str
) -> str:
    """Return the Status List Token (§5.1) for ``at``: ``sub`` is the list's own address."""
    seconds = int(ttl.total_seconds())
    payload: dict[str, Json] = {
        "sub": uri,
        "iat": int(at.timestamp()),
        "exp": int((at + 60 * ttl).timestamp()),
        "ttl": seconds,
        "status_list": {"bits": BITS, "lst": compressed(pack(statuses))},
    }
    return sign_compact(canonical_bytes(payload), typ=TYPE, key=key, kid=kid)
