"""Asks the witnesses to cosign the newest checkpoint (C2SP tlog-witness, client), and keeps what they sign.

The one writer of cosignatures.  A witness that does not answer delays nobody: acts and the sequencer never wait for it.
"""

import base64
import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from aidants.journal.merkle import consistency_proof
from aidants.journal.models import Checkpoint, Cosignature
from aidants.journal.notes import BadNote, Note, parse_note, verified
from aidants.journal.publication import Witness, witnesses
from aidants.journal.tiles import tree

_SECONDS = 3
_MOST_BYTES = 16 * 1024
_MOST_TOLD = 200
_SIZE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one witness answered: ``refused`` is empty when it cosigned."""

    witness: str
    size: int
    refused: str = ""


def ask_witnesses(now: datetime) -> list[Outcome]:
    """Ask each witness that has not cosigned the newest checkpoint; return what each answered.

    Raises ``BadNote`` when JOURNAL_WITNESSES is not well formed.
    """
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return []
    return [_ask(witness, newest, now) for witness in witnesses() if _last_of(witness) != newest.size]


def _last_of(witness: Witness) -> int | None:
    kept = Cosignature.objects.filter(witness=witness.verifier.name).order_by("-checkpoint_id")
    return kept.values_list("checkpoint_id", flat=True).first()


def _ask(witness: Witness, newest: Checkpoint, now: datetime) -> Outcome:
    name, old = witness.verifier.name, min(_last_of(witness) or 0, newest.size)
    try:
        status, body = _post(witness.url, _request(old, newest))
        remembered = _SIZE.fullmatch(body.strip()) if status == 409 else None
        if remembered and int(body) <= newest.size:
            # The witness remembers another size than we do: its answer of last time was lost, or it is new to us.
            status, body = _post(witness.url, _request(int(body), newest))
        if status != 200:
            return Outcome(name, newest.size, f"{status} {body.strip()[:_MOST_TOLD]}")
        line = _line_of(witness, newest, body)
    except (OSError, BadNote) as error:
        return Outcome(name, newest.size, str(error))
    kept = Cosignature(checkpoint=newest, witness=name, line=line, at=now)
    Cosignature.objects.bulk_create([kept], ignore_conflicts=True)
    return Outcome(name, newest.size)


def _request(old: int, newest: Checkpoint) -> bytes:
    path = consistency_proof(tree(newest.size).node, old, newest.size)
    proof = "".join(base64.b64encode(item).decode() + "\n" for item in path)
    return f"old {old}\n{proof}\n{newest.note}".encode()


def _post(url: str, body: bytes) -> tuple[int, str]:
    """Send one request; return status and body, the whole of it within ``_SECONDS``.  Raises ``OSError``.

    No redirection is followed.  A witness that sends a byte now and then is hung up on: it holds up no other.
    """
    place = urlsplit(f"{url}/add-checkpoint")
    asked = (HTTPSConnection if place.scheme == "https" else HTTPConnection)(place.netloc, timeout=_SECONDS)
    enough = threading.Timer(_SECONDS, _hang_up, [asked])
    enough.start()
    try:
        asked.request("POST", place.path, body, {"Content-Type": "text/plain; charset=utf-8"})
        answer = asked.getresponse()
        return answer.status, answer.read(_MOST_BYTES).decode("utf-8", errors="replace")
    except HTTPException as error:
        raise OSError(f"no answer that reads: {type(error).__name__}") from error
    finally:
        enough.cancel()
        asked.close()


def _hang_up(asked: HTTPConnection) -> None:
    # Gone between the look and the gesture, it hangs up by itself.
    with suppress(OSError, AttributeError):
        asked.sock.shutdown(socket.SHUT_RDWR)


def _line_of(witness: Witness, newest: Checkpoint, body: str) -> str:
    """Return the line that the witness's key made over the checkpoint.  Raises ``BadNote``."""
    text = parse_note(newest.note).text
    answered = parse_note(f"{text}\n{body}")
    found = verified(Note(text, answered.signatures), (witness.verifier,))
    return str(found[0][1])
