"""Asks the witnesses to cosign the newest checkpoint (C2SP tlog-witness, client), and keeps what they sign.

The one writer of cosignatures.  A witness that does not answer delays nobody: acts and the sequencer never wait for it.
"""

import base64
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime

from aidants.journal.merkle import consistency_proof
from aidants.journal.models import Checkpoint, Cosignature
from aidants.journal.notes import BadNote, Note, parse_note, verified
from aidants.journal.publication import Witness, witnesses
from aidants.journal.tiles import tree

_SECONDS = 3
_MOST_BYTES = 16 * 1024


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
        if status == 409 and body.strip().isdigit() and int(body) <= newest.size:
            # The witness remembers another size than we do: its answer of last time was lost, or it is new to us.
            status, body = _post(witness.url, _request(int(body), newest))
        if status != 200:
            return Outcome(name, newest.size, f"{status} {body.strip()}")
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
    """Send one request; return status and body.  Raises ``OSError``."""
    request = urllib.request.Request(f"{url}/add-checkpoint", data=body, method="POST")  # noqa: S310 -- the operator's own setting
    request.add_header("Content-Type", "text/plain; charset=utf-8")
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 -- the same
            return answer.status, answer.read(_MOST_BYTES).decode("utf-8", errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_MOST_BYTES).decode("utf-8", errors="replace")


def _line_of(witness: Witness, newest: Checkpoint, body: str) -> str:
    """Return the line that the witness's key made over the checkpoint.  Raises ``BadNote``."""
    text = parse_note(newest.note).text
    answered = parse_note(f"{text}\n{body}")
    ((_, signature),) = verified(Note(text, answered.signatures), (witness.verifier,))
    return str(signature)
