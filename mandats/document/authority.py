"""Asks the time-stamping authority (RFC 3161 over HTTP, §3.4) to date what we sealed.

Owns the one call and its deadline.  An authority that does not answer is left alone for a while, so
that nobody at a desk waits for it twice.  Never keeps a paper, never tries again by itself.
"""

from datetime import datetime, timedelta
from time import monotonic
from typing import Final

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from mandats.attestation.horodatage import (
    LARGEST,
    MEDIA_QUERY,
    MEDIA_REPLY,
    Question,
    TimestampRefused,
    question,
    token_in,
    verify_token,
)
from mandats.attestation.sealing_keys import timestamp_roots

DRIFT: Final = timedelta(minutes=5)
"""How far the authority's clock may be from ours: further, one of the two lies and a person must look."""
LEFT_ALONE_SECONDS: Final = 20.0

_left_alone: dict[str, float] = {}


class NoTimestamp(RuntimeError):
    """No time-stamp for now; ``why`` is ``unset``, ``unreachable`` or ``refused``."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}")
        self.why = why


def timestamp_of(data: bytes, now: datetime, *, insist: bool = False) -> tuple[bytes, datetime]:
    """Return the token (DER) that dates ``data``, and its moment, checked like anybody else would.

    ``insist``: ask even an authority that failed a moment ago.  Raises :class:`NoTimestamp`.
    """
    url = settings.TSA_URL
    if not url:
        raise NoTimestamp("unset")
    if not insist and monotonic() < _left_alone.get(url, 0.0):
        raise NoTimestamp("unreachable", "left alone since its last failure")
    asked = question(data)
    token = _token(url, asked)
    try:
        at = verify_token(token, data, timestamp_roots())
    except TimestampRefused as refusal:
        raise NoTimestamp("refused", str(refusal)) from refusal
    if abs(at - now) > DRIFT:
        raise NoTimestamp("refused", f"its clock says {at.isoformat()}")
    return token, at


def _token(url: str, asked: Question) -> bytes:
    """Send the question, return the token of the answer.  Raises :class:`NoTimestamp`."""
    login = (settings.TSA_LOGIN, settings.TSA_PASSWORD) if settings.TSA_LOGIN else None
    try:
        with requests.post(
            url,
            data=asked.sent,
            auth=login,
            headers={"Content-Type": MEDIA_QUERY, "Accept": MEDIA_REPLY},
            timeout=settings.TSA_TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            answer.raise_for_status()
            content = answer.raw.read(LARGEST + 1, decode_content=True)
    except (requests.RequestException, HTTPError) as error:
        _left_alone[url] = monotonic() + LEFT_ALONE_SECONDS
        raise NoTimestamp("unreachable", type(error).__name__) from error
    _left_alone.pop(url, None)
    try:
        return token_in(content, asked)
    except TimestampRefused as refusal:
        raise NoTimestamp("refused", str(refusal)) from refusal
