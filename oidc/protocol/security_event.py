"""Security Event Tokens (RFC 8417) about mandats, and how their receivers answer (RFC 8935).

An event says that something of a mandat stands no more, or stands again: never why (DOMAIN §3.1), never of whom.
"""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

TYPE: Final = "secevent+jwt"
MEDIA_TYPE: Final = "application/secevent+jwt"
KINDS: Final = ("mandat-ended", "mandat-suspended", "mandat-resumed")
ACCEPTED: Final = 202
_ERROR: Final = re.compile(r"[a-z_]{1,40}")

RETRIES: Final = (
    *(timedelta(seconds=wait) for wait in (5, 30, 120, 600, 1800, 3600)),
    *(timedelta(hours=3),) * 8,
    *(timedelta(hours=12),) * 11,
    timedelta(hours=11),
)
"""How long to wait after each failure: seven days in all, then the receiver is given up for this event."""


def event_uri(issuer: str, kind: str) -> str:
    """Return the name of an event of ours (RFC 8417 §1.2: a URI that we control).  Raises ``ValueError``."""
    if kind not in KINDS:
        raise ValueError(kind)
    return f"{issuer}/events/{kind}"


def event_claims(
    *, issuer: str, client_id: str, jti: str, iat: int, kind: str, reference: str, demarches: Sequence[str], at: int
) -> dict[str, Any]:
    """Return the claims of one token (RFC 8417 §2.2): one event; no ``sub``, no ``exp`` (§2.2, §4.1).

    ``at``         second of the act (``toe``); ``iat`` when it was first written, whatever the number of tries
    ``demarches``  those that it concerns, empty for all of the mandat's
    The subject is the mandat, by its reference (RFC 9493 §3.2.6, ``opaque``): the receiver knows it already.
    """
    told: dict[str, Any] = {"at": at} | ({"demarches": list(demarches)} if demarches else {})
    return {
        "iss": issuer,
        "aud": client_id,
        "jti": jti,
        "iat": iat,
        "toe": at,
        "sub_id": {"format": "opaque", "id": reference},
        "events": {event_uri(issuer, kind): told},
    }


def is_accepted(status: int) -> bool:
    """True when the receiver took the token: 202, and nothing else (RFC 8935 §2.2)."""
    return status == ACCEPTED


def refusal(status: int, body: bytes) -> str:
    """Return why a receiver refused, for operators: its ``err`` (RFC 8935 §2.3), or the status alone."""
    if status == 400:
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            return "400"
        code = told.get("err") if isinstance(told, dict) else None
        if isinstance(code, str) and _ERROR.fullmatch(code):
            return f"400 {code}"
    return str(status)
