"""A reader of our status lists, as any administration may write one (draft-ietf-oauth-status-list §8.3).

The service writes them and never reads them: it asks its own register.
"""

import base64
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aidants.domain.canonical import CanonicalError, parse_canonical
from mandats.attestation.compact import AttestationRefused, Fault, Jwks, verify_compact
from mandats.attestation.status_list import BITS, SIZE, TYPE

_LARGEST = 16 * SIZE * BITS // 8


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
