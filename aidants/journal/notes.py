"""Signed notes, checkpoints and cosignatures as text (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

Plain Python.  Reads and writes; keeps no key and asks no clock.
"""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from aidants.journal.merkle import HASH_BYTES

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
_KINDS: Final = frozenset({ED25519, COSIGNATURE})
_MOST_SIGNATURES: Final = 64
_MOST_BYTES: Final = 1_000_000
_KEY = re.compile(r"(?P<private>PRIVATE\+KEY\+)?(?P<name>[^+\s]+)\+(?P<id>[0-9a-f]{8})\+(?P<material>[A-Za-z0-9+/=]+)")
_SIGNATURE = re.compile(r"— (?P<name>[^+\s]+) (?P<value>[A-Za-z0-9+/=]+)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class BadNote(ValueError):
    """The text is no note, its signature is missing or wrong, or a key is not well formed."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line of a note: who says they signed, the short identifier of their key, the rest of the bytes."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text (its last newline included) and its signatures, none of them checked."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))


def parse_note(note: str) -> Note:
    """Split a note into its text and its signatures.  Raises :class:`BadNote`."""
    if len(note) > _MOST_BYTES or _CONTROL.search(note):
        raise BadNote("too long, or with control characters")
    text, separator, block = note.rpartition("\n\n")
    if not separator or not block.endswith("\n"):
        raise BadNote("no block of signatures after an empty line")
    lines = block[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise BadNote("too many signatures")
    return Note(text + "\n", tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> Signature:
    """Read one line of signature, without its newline.  Raises :class:`BadNote`."""
    found = _SIGNATURE.fullmatch(line)
    value = _decoded(found["value"]) if found else b""
    if not found or len(value) < 5:
        raise BadNote("a line that is no signature")
    return Signature(found["name"], value[:4], value[4:])


def _decoded(text: str) -> bytes:
    """Return the bytes of standard base64 in its one form."""
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadNote("not base64") from error
    if base64.b64encode(value).decode() != text:
        raise BadNote("not base64 in its one form")
    return value


def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()[:4]


def _parsed_key(text: str, *, private: bool) -> tuple[str, int, bytes, bytes]:
    found = _KEY.fullmatch(text)
    material = _decoded(found["material"]) if found else b""
    if not found or bool(found["private"]) is not private or len(material) != 33 or material[0] not in _KINDS:
        raise BadNote("not a key of a kind read here")
    return found["name"], material[0], material[1:], bytes.fromhex(found["id"])


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key: of a log (``ED25519``) or of a witness (``COSIGNATURE``)."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read ``name+id+base64(kind, key)``.  Raises :class:`BadNote`."""
        name, kind, public, key_id = _parsed_key(text, private=False)
        if key_id != _key_id(name, kind, public):
            raise BadNote("the key's identifier is not that of its bytes")
        return cls(name, kind, public)

    @property
    def key_id(self) -> bytes:
        """Four bytes that stand for name, kind and key in a signature."""
        return _key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        return _key_text(self.name, self.key_id, self.kind, self.public)

    def accepts(self, text: str, signature: Signature) -> bool:
        """Tell whether this key made ``signature`` over ``text``."""
        try:
            message, value = (text, signature.value) if self.kind == ED25519 else _cosigned(text, signature.value)
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, message.encode())
        except (InvalidSignature, BadNote):
            return False
        return True


def _key_text(name: str, key_id: bytes, kind: int, key: bytes) -> str:
    return f"{name}+{key_id.hex()}+{base64.b64encode(bytes((kind,)) + key).decode()}"


def _cosigned(text: str, value: bytes) -> tuple[str, bytes]:
    """Return what a witness signed, and the bare signature (tlog-cosignature, Ed25519)."""
    if len(value) != 72:
        raise BadNote("not a timestamped signature")
    (moment,) = struct.unpack(">Q", value[:8])
    return f"cosignature/v1\ntime {moment}\n{text}", value[8:]


def cosigned_at(signature: Signature) -> int:
    """Return the time that a cosignature claims, in seconds since 1970.  Raises :class:`BadNote`."""
    if len(signature.value) != 72:
        raise BadNote("not a timestamped signature")
    return int(struct.unpack(">Q", signature.value[:8])[0])


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key.  Its text form is the one of Go's ``sumdb/note``."""

    name: str
    kind: int
    seed: bytes

    @classmethod
    def parse(cls, text: str) -> "Signer":
        """Read ``PRIVATE+KEY+name+id+base64(kind, seed)``.  Raises :class:`BadNote`."""
        name, kind, seed, key_id = _parsed_key(text, private=True)
        signer = cls(name, kind, seed)
        if signer.verifier.key_id != key_id:
            raise BadNote("the key's identifier is not that of its bytes")
        return signer

    @property
    def verifier(self) -> Verifier:
        """The public key."""
        return Verifier(self.name, self.kind, self._key().public_key().public_bytes_raw())

    def private_text(self) -> str:
        """Return the text that :meth:`parse` reads: a secret."""
        return "PRIVATE+KEY+" + _key_text(self.name, self.verifier.key_id, self.kind, self.seed)

    def sign(self, text: str) -> Signature:
        """Sign a text that ends with a newline."""
        if self.kind != ED25519 or not text.endswith("\n"):
            raise BadNote("a log's key signs a text that ends with a newline")
        return Signature(self.name, self.verifier.key_id, self._key().sign(text.encode()))

    def cosign(self, text: str, moment: int) -> Signature:
        """Cosign a checkpoint's text as a witness, at ``moment`` (seconds since 1970)."""
        if self.kind != COSIGNATURE:
            raise BadNote("only a witness's key cosigns")
        stamp = struct.pack(">Q", moment)
        message, _ = _cosigned(text, stamp + bytes(64))
        return Signature(self.name, self.verifier.key_id, stamp + self._key().sign(message.encode()))

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def verified(note: Note, verifiers: Iterable[Verifier]) -> list[tuple[Verifier, Signature]]:
    """Return the signatures made by known keys, each checked; those of unknown keys are passed over.

    Raises :class:`BadNote` when a known key's signature does not verify, or when no known key signed.
    """
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    found: dict[tuple[str, bytes], tuple[Verifier, Signature]] = {}
    for signature in note.signatures:
        place = (signature.name, signature.key_id)
        verifier = known.get(place)
        if verifier is None or place in found:
            continue
        if not verifier.accepts(note.text, signature):
            raise BadNote(f"the signature of {signature.name} does not verify")
        found[place] = (verifier, signature)
    if not found:
        raise BadNote("no known key signed this note")
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of its tree: which log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a note; lines of extension are refused, since nobody audits them.

        Raises :class:`BadNote`.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _NUMBER.fullmatch(lines[1]):
            raise BadNote("not a checkpoint")
        root = _decoded(lines[2])
        if len(root) != HASH_BYTES:
            raise BadNote("the root has not the length of a hash")
        return cls(lines[0], int(lines[1]), root)


def open_checkpoint(note: str, verifier: Verifier) -> tuple[Checkpoint, Note]:
    """Return the checkpoint that the log of ``verifier`` signed.  Raises :class:`BadNote`.

    The origin must be the key's name, as ours is (tlog-checkpoint: SHOULD).
    """
    parsed = parse_note(note)
    verified(parsed, (verifier,))
    checkpoint = Checkpoint.parse(parsed.text)
    if checkpoint.origin != verifier.name:
        raise BadNote("the checkpoint speaks of another log")
    return checkpoint, parsed
