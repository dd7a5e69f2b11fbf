"""``python -m aidants.journal.tlog_proof FILE --key KEY``: reads a proof that an act is in the journal.  Plain Python.

The file is ``c2sp.org/tlog-proof@v1``.  Its ``extra`` line carries the entry itself and its salt, so that whoever
holds the file can check it for ever, even after the journal has destroyed its own copy of the salt.
"""

import argparse
import base64
import binascii
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aidants.journal.digest import salted_digest
from aidants.journal.merkle import leaf_hash, verify_inclusion
from aidants.journal.notes import BadNote, Verifier, open_checkpoint, verified

_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


class BadProof(ValueError):
    """The file is no proof, or it proves nothing."""


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry (its bytes and salt), its place, the path from it to the root, and the checkpoint's note."""

    content: bytes
    salt: bytes
    index: int
    path: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        extra = json.dumps({"content": self.content.decode(), "salt": self.salt.hex()}, ensure_ascii=False)
        lines = [_HEADER, f"extra {_text(extra.encode())}", f"index {self.index}", *map(_text, self.path), ""]
        return "\n".join(lines) + "\n" + self.note

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """Read a proof of ours.  Raises :class:`BadProof`."""
        head, _, note = text.partition("\n\n")
        header, extra, index, *path = [*head.split("\n"), "", ""]
        found = _INDEX.fullmatch(index)
        if header != _HEADER or not found or not extra.startswith("extra "):
            raise BadProof("not a proof of this journal")
        try:
            kept = json.loads(base64.b64decode(extra.removeprefix("extra "), validate=True))
            hashes = tuple(base64.b64decode(line, validate=True) for line in path if line)
            return cls(kept["content"].encode(), bytes.fromhex(kept["salt"]), int(found[1]), hashes, note)
        except (binascii.Error, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadProof("a line of the proof cannot be read") from error

    def verify(self, key: Verifier, witnesses: Iterable[Verifier] = (), quorum: int = 0) -> int:
        """Check everything, and return the size of the tree that holds the entry.

        Raises :class:`BadProof`, ``BadNote``.
        """
        checkpoint, parsed = open_checkpoint(self.note, key)
        cosigners = {verifier.name for verifier, _ in verified(parsed, (key, *witnesses))} - {key.name}
        if len(cosigners) < quorum:
            raise BadProof(f"cosigned by {len(cosigners)} witnesses, {quorum} are wanted")
        leaf = leaf_hash(salted_digest(self.salt, self.content))
        if not verify_inclusion(self.index, checkpoint.size, leaf, self.path, checkpoint.root):
            raise BadProof("the entry is not in the tree that was signed")
        return checkpoint.size


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one file, tell what it proves, return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m aidants.journal.tlog_proof", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", required=True, help="the journal's public key")
    parser.add_argument(
        "--witness", action="append", default=[], help="public key of a witness that must have cosigned"
    )
    options = parser.parse_args(arguments)
    try:
        witnesses = [Verifier.parse(text) for text in options.witness]
        proof = Proof.parse(options.file.read_text())
        size = proof.verify(Verifier.parse(options.key), witnesses, len(witnesses))
    except (BadProof, BadNote, OSError) as error:
        sys.stderr.write(f"NOT PROVED: {error}\n")
        return 1
    sys.stdout.write(f"OK: entry {proof.index} of {size}\n{proof.content.decode()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
