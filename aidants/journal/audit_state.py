"""What an auditor keeps from one visit to the next, in a folder of its own.

The last checkpoint that it verified, the right edge of that tree (to go on from there), and every leaf (to tell
which one changed).  Written so that a crash leaves the state of before.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aidants.journal.merkle import HASH_BYTES, Edge
from aidants.journal.notes import BadNote, Checkpoint, Verifier, open_checkpoint


@dataclass
class State:
    """One auditor's memory; without a folder it lasts for one visit."""

    folder: Path | None = None
    key: str = ""
    note: str = ""
    edge: Edge = field(default_factory=Edge)
    _leaves: bytes = b""

    @classmethod
    def load(cls, folder: Path | None) -> "State":
        """Read what the last visit left, if anything."""
        file = folder / "state.json" if folder else None
        if file is None or not file.exists():
            return cls(folder)
        kept = json.loads(file.read_text())
        edge = Edge(kept["size"], [bytes.fromhex(item) for item in kept["edge"]])
        return cls(folder, kept["key"], kept["note"], edge)

    def checkpoint(self, verifier: Verifier) -> Checkpoint | None:
        """Return the checkpoint of the last visit, or ``None``.

        Raises ``BadNote`` when another key signed it, or when the folder does not hold together.
        """
        if not self.note:
            return None
        saved, _ = open_checkpoint(self.note, verifier)
        if (saved.size, saved.root) != (self.edge.size, self.edge.root()):
            raise BadNote("what the last visit kept does not hold together")
        return saved

    def leaf(self, number: int) -> bytes | None:
        """Return the leaf hash seen at ``number``, or ``None``."""
        if not self._leaves and self.folder and (self.folder / "leaves").exists():
            self._leaves = (self.folder / "leaves").read_bytes()
        found = self._leaves[number * HASH_BYTES : (number + 1) * HASH_BYTES]
        return found if number < self.edge.size and len(found) == HASH_BYTES else None

    def save(self, verifier: Verifier, note: str, edge: Edge, fresh: Sequence[bytes]) -> None:
        """Keep a checkpoint, its edge, and the leaves that were not known before."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        leaves = self.folder / "leaves"
        with leaves.open("r+b" if leaves.exists() else "w+b") as stream:
            stream.seek(self.edge.size * HASH_BYTES)
            stream.write(b"".join(fresh))
        kept = {
            "key": str(verifier),
            "note": note,
            "size": edge.size,
            "edge": [item.hex() for item in edge.hashes],
        }
        unfinished = self.folder / "state.json.unfinished"
        unfinished.write_text(json.dumps(kept, ensure_ascii=False, indent=1))
        unfinished.replace(self.folder / "state.json")
