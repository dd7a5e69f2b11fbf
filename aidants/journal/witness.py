"""``python -m aidants.journal.witness``: a witness that another body can run (C2SP tlog-witness).

Cosigns a checkpoint when it continues the last one that it cosigned for that log, remembers it before it answers, and
refuses everything else.  No Django, no database server; needs nothing of the service but its public key.
"""

import argparse
import base64
import binascii
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from aidants.journal.merkle import HASH_BYTES, verify_consistency
from aidants.journal.notes import COSIGNATURE, BadNote, Checkpoint, Signer, Verifier, parse_note, verified
from aidants.journal.witness_store import Memory

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_MOST_HASHES = 63
_MOST_BYTES = 64 * 1024
_SECONDS = 10
_PLAIN: Final = "text/plain; charset=utf-8"
_SIZE: Final = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered: status, body, type of the body."""

    status: int
    body: str
    content_type: str = _PLAIN


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: its key, the logs that it watches by their origin, its memory."""

    signer: Signer
    logs: Mapping[str, Verifier]
    memory: Memory

    def add_checkpoint(self, body: bytes, moment: int) -> Answer:
        """Answer one ``add-checkpoint`` at ``moment`` (seconds since 1970)."""
        try:
            old, proof, note = _parsed(body)
            parsed = parse_note(note)
            checkpoint = Checkpoint.parse(parsed.text)
        except (BadNote, UnicodeDecodeError) as error:
            return Answer(400, f"{error}\n")
        if checkpoint.origin not in self.logs:
            return Answer(404, "this log is not watched here\n")
        try:
            verified(parsed, (self.logs[checkpoint.origin],))
        except BadNote as error:
            return Answer(403, f"{error}\n")
        if old > checkpoint.size:
            return Answer(400, "the old tree is the larger\n")
        return self._cosigned(old, proof, checkpoint, note, moment)

    def _cosigned(self, old: int, proof: Sequence[bytes], checkpoint: Checkpoint, note: str, moment: int) -> Answer:
        """Compare with the memory, keep, cosign: in this order and in one transaction up to the signature."""
        with self.memory.exclusively() as visit:
            last = visit.last(checkpoint.origin)
            same_size_other_root = last.size == checkpoint.size and last.root != checkpoint.root
            if old != last.size or same_size_other_root:
                return Answer(409, f"{last.size}\n", _SIZE)
            if not verify_consistency(old, checkpoint.size, last.root, checkpoint.root, proof):
                return Answer(422, "the proof does not lead from the tree that was cosigned\n")
            visit.keep(checkpoint, note)
        return Answer(200, str(self.signer.cosign(checkpoint.text, moment)))


def _parsed(body: bytes) -> tuple[int, list[bytes], str]:
    """Return old size, proof and note.  Raises ``BadNote``, ``UnicodeDecodeError``."""
    header, separator, note = body.decode().partition("\n\n")
    first, *hashes = header.split("\n")
    old = _OLD.fullmatch(first)
    if not old or not separator or len(hashes) > _MOST_HASHES:
        raise BadNote("not a request to add a checkpoint")
    try:
        proof = [base64.b64decode(text, validate=True) for text in hashes]
    except binascii.Error as error:
        raise BadNote("a line of the proof is not base64") from error
    if any(len(item) != HASH_BYTES for item in proof):
        raise BadNote("a line of the proof is no hash")
    return int(old[1]), proof, note


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """Return an HTTP server for ``witness``, not yet serving."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _SECONDS

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                answer = Answer(404, "POST /add-checkpoint\n")
            elif not length.isdigit() or int(length) > _MOST_BYTES:
                answer = Answer(413, "too long, or of unknown length\n")
            else:
                answer = witness.add_checkpoint(self.rfile.read(int(length)), int(time.time()))
            self._send(answer)

        def do_GET(self) -> None:
            self._send(Answer(200, f"{witness.signer.verifier}\n") if self.path == "/" else Answer(404, "unknown\n"))

        def _send(self, answer: Answer) -> None:
            content = answer.body.encode()
            self.close_connection = answer.status == 413
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
            sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")

    return ThreadingHTTPServer((host, port), Handler)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m aidants.journal.witness", description=__doc__)
    parser.add_argument("--key-file", type=Path, required=True, help="private key, as new_key --witness makes it")
    parser.add_argument("--log", action="append", required=True, help="public key of a log; may be repeated")
    parser.add_argument("--state", type=Path, required=True, help="file in which the witness remembers")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8025)
    options = parser.parse_args(arguments)
    try:
        signer = Signer.parse(options.key_file.read_text().split("\n")[0])
        logs = {verifier.name: verifier for verifier in map(Verifier.parse, options.log)}
    except (BadNote, OSError) as error:
        parser.error(str(error))
    if signer.kind != COSIGNATURE:
        parser.error("the key is not one of a witness: python -m aidants.journal.new_key NAME --witness")
    with server(Witness(signer, logs, Memory(options.state)), options.host, options.port) as running:
        sys.stdout.write(f"{signer.verifier} on http://{options.host}:{running.server_port}\n")
        sys.stdout.flush()
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
