"""Token Status List (draft-ietf-oauth-status-list): which autorisations stand, two bits each, in one signed statement.

Knows bits, compression and the token's claims; never which autorisation stands where.
"""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc.jwk import ECKey

from aidants.domain.canonical import CanonicalError, Json, canonical_bytes, parse_canonical
from mandats.attestation.compact import AttestationRefused, Fault, Jwks, sign_compact, verify_compact

TYPE: Final = "statuslist+jwt"
MEDIA_TYPE: Final = "application/statuslist+jwt"
VALID: Final = 0
INVALID: Final = 1
SUSPENDED: Final = 2
BITS: Final = 2
SIZE: Final = 2**18
"""Places of one list: 64 KiB, enough to hide one holder among many, and small enough for any reader of JWS."""

_BYTES: Final = SIZE * BITS // 8
_LARGEST: Final = 16 * _BYTES


@dataclass(frozen=True, slots=True)
class StatusList:
    """One list as read: ``uri`` is its name, ``ttl`` how long a copy may be kept, ``bits`` a status, ``packed`` all."""

    uri: str
    issued_at: datetime
    expires_at: datetime
    ttl: timedelta
    bits: int
    packed: bytes

    def status(self, index: int) -> int:
        """Return the status at ``index``.  Raises ``IndexError`` beyond the list (§8.3)."""
        per_byte = 8 // self.bits
        if index < 0:
            raise IndexError(index)
        return self.packed[index // per_byte] >> (index % per_byte * self.bits) & (1 << self.bits) - 1


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


def verify_status_list(compact: str, uri: str, jwks: Jwks) -> StatusList:
    """Read a token that one of the published keys signed for ``uri``.  Raises :class:`AttestationRefused`.

    Whether it is still fresh is the reader's question: compare ``issued_at``, ``ttl`` and ``expires_at`` with a clock.
    """
    payload = verify_compact(compact, typ=TYPE, jwks=jwks)
    try:
        found = _read(parse_canonical(payload))
    except (CanonicalError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise AttestationRefused(Fault.CONTENT, str(error)) from error
    if found.uri != uri:
        raise AttestationRefused(Fault.CONTENT, "the list of another address")
    return found


def unpack(lst: str) -> bytes:
    """Return the bytes of ``lst``.  Raises ``ValueError`` for what is too large to be a list of ours."""
    opened = zlib.decompressobj()
    try:
        packed = opened.decompress(base64.urlsafe_b64decode(lst + "=" * (-len(lst) % 4)), _LARGEST)
    except zlib.error as error:
        raise ValueError("a list that is not compressed as it should") from error
    if opened.unconsumed_tail or not opened.eof:
        raise ValueError("a list larger than any, or cut short")
    return packed


def _read(value: Any) -> StatusList:
    bits = int(value["status_list"]["bits"])
    if bits not in (1, 2, 4, 8):
        raise ValueError("a status takes 1, 2, 4 or 8 bits")
    issued, expires, ttl = (int(value[name]) for name in ("iat", "exp", "ttl"))
    return StatusList(
        uri=str(value["sub"]),
        issued_at=_moment(issued),
        expires_at=_moment(expires),
        ttl=timedelta(seconds=ttl),
        bits=bits,
        packed=unpack(str(value["status_list"]["lst"])),
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
