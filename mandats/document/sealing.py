"""Seals a paper with the key that serves now, and dates it if the authority answers.

The last step of every paper that the service vouches for: the mandat, the certificate of its end.
Works outside any transaction: the authority may take seconds.  Never keeps the paper.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings

from aidants.papiers.typesetting import PaperNotMade
from mandats.attestation.sceau import NotSealed, seal_pdf, signature_value, with_timestamp
from mandats.attestation.sealing_keys import NoSeal, active_sealer
from mandats.document.authority import NoTimestamp, timestamp_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SealedPaper:
    """A sealed PDF, and the moment that the authority gave it; ``None`` while it waits for its time-stamp."""

    content: bytes
    stamped_at: datetime | None


def seal_paper(pdf: bytes, now: datetime, *, reason: str) -> SealedPaper:
    """Return ``pdf`` sealed and, if the authority answers, time-stamped.

    ``reason`` is what readers show beside the seal.  Raises ``PaperNotMade`` when nothing seals.
    """
    try:
        sealed = seal_pdf(pdf, active_sealer(now), now, name=settings.SERVICE_NAME, reason=reason)
    except NoSeal as error:
        raise PaperNotMade("no seal serves: create_seal") from error
    return stamp_paper(sealed, now)


def stamp_paper(sealed: bytes, now: datetime, *, insist: bool = False) -> SealedPaper:
    """Return a sealed PDF with its time-stamp, or as it is when the authority gives none."""
    try:
        token, at = timestamp_of(signature_value(sealed), now, insist=insist)
        return SealedPaper(with_timestamp(sealed, token), at)
    except (NoTimestamp, NotSealed) as error:
        log.warning("no time-stamp", why=str(error))
        return SealedPaper(sealed, None)
