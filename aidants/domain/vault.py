"""Sealing of what must be read again and keyed digests of what must only be recognised.

Plain functions over keys given by the caller; keys are 32 random bytes.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_ID_BYTES = 4
_NONCE_BYTES = 12


class Unsealable(ValueError):
    """No key at hand opens these bytes, or they were altered."""


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"vault key id" + key).digest()[:_KEY_ID_BYTES]


def seal(plaintext: bytes, keys: Sequence[bytes]) -> bytes:
    """Encrypt with AES-256-GCM under the first of ``keys`` (NIST SP 800-38D, 96-bit random nonce).

    Returns key id ‖ nonce ‖ ciphertext and tag.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return _key_id(keys[0]) + nonce + AESGCM(keys[0]).encrypt(nonce, plaintext, None)


def unseal(sealed: bytes, keys: Sequence[bytes]) -> bytes:
    """Decrypt what :func:`seal` made under any of ``keys``.  Raises :class:`Unsealable`."""
    key_id, rest = bytes(sealed[:_KEY_ID_BYTES]), bytes(sealed[_KEY_ID_BYTES:])
    for key in keys:
        if hmac.compare_digest(_key_id(key), key_id):
            try:
                return AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], None)
            except (InvalidTag, ValueError) as error:
                raise Unsealable("sealed bytes were altered") from error
    raise Unsealable("no key opens these bytes")


def keyed_digest(key: bytes, purpose: str, value: str) -> str:
    """Return HMAC-SHA256 (RFC 2104) of ``value`` in hex; ``purpose`` keeps digests of two uses apart."""
    message = purpose.encode() + b"\x00" + value.encode()
    return hmac.digest(key, message, "sha256").hex()
