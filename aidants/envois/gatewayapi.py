"""GatewayAPI (EU platform): a real provider of text messages, by its REST API « mtsms » and its signed web hooks.

Owns the wire and nothing else: what a report or an answer means is decided by who receives it.  Sources: the
provider's documentation, « REST API » (Sending SMS'es, Delivery Status Notification, MO SMS, Authentication token).
"""

import hmac
import json
import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from unicodedata import normalize

import requests
from django.conf import settings

from aidants.envois.sms import SmsRefused

_TIMEOUT = (3.05, 6.0)
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
"""What the 7-bit alphabet writes (3GPP TS 23.038 §6.2.1); anything else makes each message three times shorter."""
_QUOTES = re.compile(r"«\s?|\s?»")
_PLAIN = str.maketrans({"’": "'", "…": "...", "–": "-", "œ": "oe", "Œ": "OE", "\u00a0": " ", "\u202f": " "})
_TOKEN_LENGTH = 8192


class BadSignature(ValueError):
    """The call does not come from the provider, or was altered on its way."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a message of ours: the provider's word, for the delivery that it names."""

    delivery: str
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message sent to us: ``telephone`` is E.164, ``text`` comes without the keyword of a shared number."""

    message_id: str
    telephone: str
    text: str
    sent_at: datetime


def plain(text: str) -> str:
    """Return ``text`` with typographic signs in the 7-bit alphabet; without its ê or ç where that makes it fit."""
    written = _QUOTES.sub('"', text).translate(_PLAIN)
    bare = "".join(map(_letter, written))
    return bare if _GSM.issuperset(bare) else written


def _letter(one: str) -> str:
    bare = normalize("NFD", one)[0]
    return bare if one not in _GSM and bare in _GSM else one


class GatewayApiSender:
    """Sends by ``POST /rest/mtsms``: the API token as user name of HTTP Basic, one recipient, status 200 exactly."""

    def send(self, telephone: str, text: str) -> str:
        """Send, and return the delivery's identifier.  Raises :class:`SmsRefused` and requests' own errors."""
        message = plain(text)
        body: dict[str, Any] = {
            "sender": settings.SMS_SENDER,
            "message": message,
            "recipients": [{"msisdn": int(telephone.removeprefix("+"))}],
        }
        if not _GSM.issuperset(message):
            body["encoding"] = "UCS2"
        answer = requests.post(
            f"{settings.SMS_API_BASE}/rest/mtsms",
            json=body,
            auth=(settings.SMS_API_TOKEN, ""),
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
        return _delivery(answer)


def _delivery(answer: requests.Response) -> str:
    """Return the one identifier of a success; an answer of another shape is a refusal, never a guess."""
    if answer.status_code != 200:
        raise SmsRefused(f"status {answer.status_code}")
    try:
        ids = answer.json()["ids"]
    except (ValueError, KeyError, TypeError) as error:
        raise SmsRefused("no identifier") from error
    if not isinstance(ids, list) or len(ids) != 1 or type(ids[0]) is not int:
        raise SmsRefused("not one identifier")
    return f"gatewayapi-{ids[0]}"


def told_by(token: str, secret: bytes) -> Report | Inbound:
    """Return what a web hook tells, from its ``X-Gwapi-Signature`` alone: the body is never believed.

    The header is a JWT whose payload is what the body says, by HS256 (RFC 7515, RFC 7518 §3.2) under the secret
    chosen with the hook.  It has no date of its own: receivers must take a repetition for what it is.  Raises
    :class:`BadSignature` for anything else.
    """
    claims = _claims(token, secret)
    try:
        if "status" in claims:
            return Report(_id_of(claims), str(claims["status"]), _moment(claims["time"]))
        return Inbound(
            _id_of(claims), f"+{int(claims['msisdn'])}", _without_keyword(claims), _moment(claims["senttime"])
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise BadSignature("a field is missing or of a wrong type") from error


def _claims(token: str, secret: bytes) -> dict[str, Any]:
    parts = token.split(".")
    if not secret or len(token) > _TOKEN_LENGTH or len(parts) != 3:
        raise BadSignature("no signature")
    expected = hmac.new(secret, f"{parts[0]}.{parts[1]}".encode(), sha256).digest()
    try:
        if not hmac.compare_digest(expected, _decoded(parts[2])):
            raise BadSignature("signature")
        header, claims = json.loads(_decoded(parts[0])), json.loads(_decoded(parts[1]))
        if header.get("alg") != "HS256":
            raise BadSignature("algorithm")
    except (NotBase64, ValueError, AttributeError, RecursionError) as error:
        raise BadSignature("not a JWT") from error
    if not isinstance(claims, dict):
        raise BadSignature("not a JWT of an object")
    return claims


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _id_of(claims: dict[str, Any]) -> str:
    return f"gatewayapi-{int(claims['id'])}"


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _without_keyword(claims: dict[str, Any]) -> str:
    """Return the words of the person: on a shared number the keyword comes first."""
    text, keyword = str(claims["message"]).strip(), settings.SMS_KEYWORD
    first, _, rest = text.partition(" ")
    return rest.strip() if keyword and first.casefold() == keyword.casefold() else text
