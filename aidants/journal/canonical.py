"""The one byte form of a journal entry and its salted digest.  Plain Python.

The form is JSON as RFC 8785 writes it for the values allowed here: strings,
integers, booleans, null, lists and objects with ASCII names.  The digest is
SHA-256(0x01 ‖ salt ‖ bytes): whoever holds the salt can prove the content,
and once the salt is destroyed nobody can guess it from the digest.
"""

import hashlib
import json
from typing import TypeAlias

Value: TypeAlias = "str | int | bool | None | list[Value] | dict[str, Value]"

VERSION = 1
SALT_BYTES = 32


def to_bytes(body: dict[str, Value]) -> bytes:
    """Return ``body`` in its canonical form (RFC 8785).  Raises ``TypeError`` on any other type."""
    _check(body)
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _check(value: Value) -> None:
    """Refuse what RFC 8785 would write otherwise than ``json.dumps`` does: floats and odd names."""
    if isinstance(value, dict):
        for name, member in value.items():
            if not (isinstance(name, str) and name.isascii()):
                raise TypeError(f"member name must be ASCII text: {name!r}")
            _check(member)
    elif isinstance(value, list):
        for member in value:
            _check(member)
    elif not (value is None or isinstance(value, str | int)):
        raise TypeError(f"no canonical form for {type(value).__name__}")


def salted_digest(salt: bytes, content: bytes) -> bytes:
    """Return the 32-byte salted digest of ``content``."""
    return hashlib.sha256(b"\x01" + salt + content).digest()
