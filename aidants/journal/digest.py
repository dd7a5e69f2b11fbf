"""The byte form of a journal entry (canonical JSON, RFC 8785) and its salted digest.  Plain Python.

The digest is SHA-256(0x01 ‖ salt ‖ bytes): whoever holds the salt can prove
the content, and once the salt is destroyed nobody can guess it from the digest.
"""

import hashlib

VERSION = 1
SALT_BYTES = 32


def salted_digest(salt: bytes, content: bytes) -> bytes:
    """Return the 32-byte salted digest of ``content``."""
    return hashlib.sha256(b"\x01" + salt + content).digest()
