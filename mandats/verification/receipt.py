"""The receipt of a verification: a compact JWS ``typ: recu+jws`` for the verifier's file.

Says who asked, what, when, and the answer.  Holds no code and nothing of the usager's identity.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from aidants.domain.canonical import canonical_bytes
from aidants.journal.inscription import Inscription, State
from mandats.attestation.compact import AttestationRefused, sign_compact, verify_compact
from mandats.attestation.keys import active_key, published_keys
from mandats.verification.answers import Answer
from mandats.verification.questions import Asker, Verdict

TYPE: Final = "recu+jws"
VERSION: Final = 1


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def sign_receipt(
    receipt_id: UUID, reference: str, verdict: Verdict, asker: Asker, request_digest: str, now: datetime
) -> str:
    """Return the receipt of ``verdict``.

    ``request_digest`` is the keyed digest of the whole question: it tells later whether the same question
    was asked again, and nothing of the question to anybody else.
    """
    structure = {"siret": verdict.siret, "name": verdict.structure} if verdict.siret else None
    told = {
        "v": VERSION,
        "iss": settings.ISSUER,
        "iat": _seconds(now),
        "jti": str(receipt_id),
        "organisation": asker.organisation,
        "authenticated": asker.authenticated,
        "way": asker.way,
        "reference": reference,
        "demarche": verdict.demarche,
        "answer": verdict.answer.value,
        "structure": structure,
        "signed_at": _seconds(verdict.signed_at),
        "expires_at": _seconds(verdict.expires_at),
        "revoked_at": _seconds(verdict.revoked_at),
        "journal": verdict.inscription.told() if verdict.inscription else None,
        "request": request_digest or None,
    }
    payload = {name: value for name, value in told.items() if value is not None}
    key = active_key("acte", "ES256", now)
    return sign_compact(canonical_bytes(payload), typ=TYPE, key=key.ec, kid=key.kid)


def read_receipt(compact: str, now: datetime) -> dict[str, Any] | None:
    """Return what a receipt of ours says, or ``None`` if we did not sign it."""
    try:
        return dict(json.loads(verify_compact(compact, typ=TYPE, jwks=published_keys(now))))
    except AttestationRefused:
        return None


def verdict_of(told: dict[str, Any], compact: str) -> Verdict:
    """Return the verdict that a receipt of ours carries."""
    structure = told.get("structure", {})
    return Verdict(
        Answer(told["answer"]),
        told["demarche"],
        siret=structure.get("siret", ""),
        structure=structure.get("name", ""),
        signed_at=_moment(told.get("signed_at")),
        expires_at=_moment(told.get("expires_at")),
        revoked_at=_moment(told.get("revoked_at")),
        receipt=compact,
        inscription=Inscription(State.VERIFIED, told["journal"]["index"], told["journal"]["size"])
        if "journal" in told
        else None,
    )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
