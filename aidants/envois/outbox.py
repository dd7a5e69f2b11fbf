"""Posts messages: each waits, sealed, in the transaction of its act, and leaves within seconds of the commit.

One message goes around it: the code of a consent given at the desk (``mandats/consentement/ecran.py``).  The person and
the conseiller wait for it together; one that did not leave must be said on that screen, not tried again for two days.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from aidants.compiled import CompiledInsert
from aidants.domain.vault import seal, unseal
from aidants.envois.models import Envoi

_ENVOIS = CompiledInsert(Envoi)
_NEXT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file joined to an e-mail."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: ``to`` is an address or an E.164 number; ``subject`` and ``pieces`` are an e-mail's."""

    to: str
    text: str
    subject: str = ""
    pieces: tuple[Piece, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the bytes to seal."""
        pieces = [[piece.name, b64encode(piece.content).decode(), piece.content_type] for piece in self.pieces]
        return json.dumps([self.to, self.text, self.subject, pieces]).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Message":
        """Read what :meth:`to_bytes` wrote."""
        to, text, subject, pieces = json.loads(data)
        return cls(to, text, subject, tuple(Piece(name, b64decode(content), kind) for name, content, kind in pieces))


def post_email(
    to: str,
    subject: str,
    text: str,
    *,
    purpose: str,
    now: datetime,
    about: UUID | None = None,
    pieces: Sequence[Piece] = (),
) -> Envoi:
    """Post an e-mail in the caller's transaction.

    ``purpose`` names the kind of message, ``about`` what it speaks of (a compte, a mandat); neither is an identity.
    """
    return _post("email", Message(to, text, " ".join(subject.split()), tuple(pieces)), purpose, about, now)


def post_sms(
    to: str, text: str, *, purpose: str, now: datetime, about: UUID | None = None, after: Envoi | None = None
) -> Envoi:
    """Post a text message to an E.164 number in the caller's transaction.

    ``after`` is one of the same act that is read first: it leaves first.
    """
    made_at = after.created_at + _NEXT if after else now
    return _post("sms", Message(to, text), purpose, about, now, made_at)


def _post(
    channel: str, message: Message, purpose: str, about: UUID | None, now: datetime, made_at: datetime | None = None
) -> Envoi:
    made = Envoi(
        channel=channel,
        purpose=purpose,
        subject_id=about,
        sealed=seal(message.to_bytes(), settings.VAULT_KEYS),
        next_try_at=now,
        created_at=made_at or now,
        report="",
    )
    return _ENVOIS.write(made)


def message_of(envoi: Envoi) -> Message | None:
    """Return what waits to leave; ``None`` once it has left or was given up."""
    return Message.from_bytes(unseal(bytes(envoi.sealed), settings.VAULT_KEYS)) if envoi.sealed else None
