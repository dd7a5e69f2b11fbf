"""Time-stamps of RFC 3161: the question, the answer, and whether a token says what it should.  Plain Python.

Speaks to nobody: who asks an authority sends these bytes and hands back the answer.
"""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import NonexistentAttributeError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

MEDIA_QUERY: Final = "application/timestamp-query"
MEDIA_REPLY: Final = "application/timestamp-reply"
LARGEST: Final = 32 * 1024
"""Bytes of an answer: a token with its whole chain takes 10 000."""
_DIGEST: Final = "sha256"
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError)


class TimestampRefused(ValueError):
    """This is no time-stamp of what was asked, by an authority that is believed; the message is for support."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent (DER) and what must come back in the answer."""

    sent: bytes
    imprint: bytes
    nonce: int


def question(data: bytes) -> Question:
    """Return the question that dates ``data`` (RFC 3161 §2.4.1): its SHA-256, a nonce, certificates wanted."""
    imprint, nonce = hashlib.sha256(data).digest(), secrets.randbits(63)
    asked = tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": _DIGEST}),
                "hashed_message": imprint,
            },
            "nonce": nonce,
            "cert_req": True,
        }
    )
    return Question(asked.dump(), imprint, nonce)


def token_in(answer: bytes, asked: Question) -> bytes:
    """Return the token (DER) of an authority's answer (RFC 3161 §2.4.2).  Raises :class:`TimestampRefused`."""
    try:
        _require_sequence(answer)
        read = tsp.TimeStampResp.load(answer, strict=True)
        status = read["status"]["status"].native
        if status not in {"granted", "granted_with_mods"}:
            raise TimestampRefused(f"the authority answered {status}")
        token = read["time_stamp_token"]
        info = token["content"]["encap_content_info"]["content"].parsed
        if info["nonce"].native != asked.nonce:
            raise TimestampRefused("another nonce came back")
        return bytes(token.dump())
    except _UNREADABLE as error:
        raise error if isinstance(error, TimestampRefused) else TimestampRefused(f"no answer: {error}") from error


def verify_token(token: bytes, data: bytes, roots: list[x509.Certificate]) -> datetime:
    """Return when ``token`` says that ``data`` existed, if an authority under ``roots`` signed it.

    The authority's certificates are judged at that moment: a time-stamp is made to outlive them.
    Raises :class:`TimestampRefused`.
    """
    try:
        _require_sequence(token)
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        _one_form(signed)
        at: datetime = signed["encap_content_info"]["content"].parsed["gen_time"].native
        context = trusting(roots, at)
        facts = asyncio.run(validate_tst_signed_data(signed, context, lambda name: hashlib.new(name, data).digest()))
        status = TimestampSignatureStatus(**facts)
    except (
        SignatureValidationError,
        NonexistentAttributeError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ) as bad:
        raise TimestampRefused(f"the token cannot be read: {bad}") from bad
    if not (status.intact and status.valid):
        raise TimestampRefused("the token is not of these bytes, or was altered")
    if not status.trusted:
        raise TimestampRefused("no trusted authority signed the token")
    return at


def _one_form(signed: Any) -> None:
    """Refuse a token whose parts that nothing signs are not what they must be.  Raises ValueError.

    Versions (RFC 5652 §5.1, §5.3), one digest, named as the signer names it, no attribute beside those signed.
    """
    signer = signed["signer_infos"][0]
    digests = [one["algorithm"].native for one in signed["digest_algorithms"]]
    held = {
        "versions": (signed["version"].native, signer["version"].native) == ("v3", "v1"),
        "signers": len(signed["signer_infos"]) == 1,
        "digests": digests == [signer["digest_algorithm"]["algorithm"].native],
        "parameters": all(
            one["parameters"].native is None for one in (*signed["digest_algorithms"], signer["digest_algorithm"])
        ),
        "unsigned attributes": not isinstance(signer["unsigned_attrs"], cms.CMSAttributes),
    }
    if not all(held.values()):
        raise ValueError(", ".join(name for name, well in held.items() if not well))


def _require_sequence(der: bytes) -> None:
    """Refuse at once what cannot be: a parser could spend minutes on an endless tag.  Raises ValueError."""
    if der[:1] != b"\x30" or len(der) > LARGEST:
        raise ValueError("not a DER sequence of a reasonable size")


def trusting(roots: list[x509.Certificate], at: datetime) -> Any:
    """Return pyHanko's context that believes ``roots`` alone, at ``at``, without a network."""
    anchors = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in roots]
    return ValidationContext(trust_roots=anchors, moment=at, allow_fetching=False, revocation_mode="soft-fail")
