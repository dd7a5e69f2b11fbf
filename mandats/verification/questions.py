"""The shape of a verification: who asks, what they hold, what they are told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aidants.journal.inscription import Inscription
from mandats.verification.answers import Answer


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """What the verifier holds of the mandat and of the person, from their own file.

    Either the first four, or ``acte``: the compact JWS that the document carries, or ``credential``: what the usager's
    wallet shows of it.
    """

    demarche: str
    reference: str = ""
    code: str = ""
    family_name: str = ""
    birthdate: str = ""
    acte: str = ""
    credential: str = ""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: ``organisation`` as told; ``authenticated`` when a client's credentials prove it.

    ``way`` is ``page`` or ``api``; ``address`` is where the request came from; ``idempotency_key`` names the
    request so that a client may send it again without asking twice.
    """

    organisation: str
    way: str
    address: str = ""
    authenticated: bool = False
    client_id: UUID | None = None
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, never more than the demarche asked, the dates and the structure; nothing for ``inconnu``.

    ``inscription`` says whether the mandat's conclusion is in the journal, checked for this answer.
    ``mistyped`` names the fields whose check digits are wrong: told at once, looked up nowhere, not counted.
    """

    answer: Answer
    demarche: str
    siret: str = ""
    structure: str = ""
    signed_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    receipt: str = ""
    mistyped: tuple[str, ...] = ()
    inscription: Inscription | None = None
