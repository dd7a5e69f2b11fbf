"""Two witnesses of the demonstration's journal, as two other organisations would run them: the public page names them.

Each is a process of its own with its own key and memory, both in ``folder``; the service knows their public keys only.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aidants.journal.new_key import fresh_key
from aidants.journal.notes import Signer
from deploy.demo.home import write_private

NAMES = ("temoin-departement.example", "temoin-association.example")


@dataclass(frozen=True)
class Temoins:
    """The witnesses whose files are in ``folder`` and that listen on ``ports`` of this machine, one each."""

    folder: Path
    ports: Sequence[int]

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Give the name and the port of each."""
        return iter(zip(NAMES, self.ports, strict=True))

    def known_to_the_service(self) -> str:
        """Return the setting JOURNAL_WITNESSES: the public key and the address of each."""
        return " ".join(f"{self._signer(name).verifier} http://127.0.0.1:{port}" for name, port in self)

    def command(self, name: str, port: int, log: str) -> list[str]:
        """Return the command that runs one witness of the journal whose public key is ``log``."""
        state = str(self.folder / f"{name}.json")
        command = [sys.executable, "-m", "aidants.journal.witness", "--key-file", str(self._key_file(name))]
        return [*command, "--log", log, "--state", state, "--port", str(port)]

    def _key_file(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def _signer(self, name: str) -> Signer:
        """Return the key of a witness, made the first time."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        file = self._key_file(name)
        if not file.exists():
            write_private(file, f"{fresh_key(name, witness=True).private_text()}\n")
        return Signer.parse(file.read_text().strip())
