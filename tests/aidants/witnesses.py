"""A witness of the journal that runs as a program of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aidants.journal.notes import COSIGNATURE, Signer
from aidants.journal.sequence import journal_signer
from aidants.journal.witness import Witness, server
from aidants.journal.witness_store import Memory

KEY = journal_signer().verifier


@contextmanager
def running_witness(folder: Path, name: str) -> Iterator[str]:
    """Run a witness of our journal; give its words for JOURNAL_WITNESSES."""
    signer = Signer(f"witness.example/{name}", COSIGNATURE, name.encode().ljust(32, b"."))
    made = server(Witness(signer, {KEY.name: KEY}, Memory(folder / f"{name}.sqlite")), "127.0.0.1", 0)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"{signer.verifier} http://127.0.0.1:{made.server_port}"
    finally:
        made.shutdown()
        made.server_close()
        thread.join()
