"""What the documentation says of ``POST /rest/mtsms``: who may send, and what a message must be.

Strict where the service could be wrong: a field that is not documented, a number that is not one, a text that the
alphabet asked for cannot write, a sender too long.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Any

_FIELDS = {
    "class",
    "message",
    "sender",
    "sendtime",
    "tags",
    "userref",
    "priority",
    "validity_period",
    "encoding",
    "destaddr",
    "payload",
    "udh",
    "callback_url",
    "label",
    "max_parts",
    "extra_details",
    "recipients",
}
_RECIPIENT = {"msisdn", "tagvalues", "charge"}
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "^{}\\[~]|€"


class Refused(Exception):
    """The message is not taken: the status of the answer, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def check_token(authorization: str, token: str) -> None:
    """Refuse who does not show the token as user name of HTTP Basic, with an empty password."""
    scheme, _, value = authorization.partition(" ")
    try:
        given = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise Refused(401, "Authorization") from error
    if scheme.lower() != "basic" or not hmac.compare_digest(given, f"{token}:".encode()):
        raise Refused(401, "Authorization")


def read_message(body: Any) -> tuple[str, list[int]]:
    """Return the text and the recipients of one message, or say what is wrong with it."""
    if not isinstance(body, dict):
        raise Refused(422, "one message is an object")
    if body.keys() - _FIELDS:
        raise Refused(422, f"unknown fields: {sorted(body.keys() - _FIELDS)}")
    text, sender = body.get("message"), body.get("sender", "")
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "message")
    if not isinstance(sender, str) or not (
        (sender.isdigit() and len(sender) <= 15) or (sender.isalnum() and len(sender) <= 11)
    ):
        raise Refused(400, "sender")
    encoding = body.get("encoding", "UTF8")
    if encoding not in ("UTF8", "UCS2"):
        raise Refused(400, "encoding")
    if encoding == "UTF8" and set(text) - set(_BASIC + _EXTENDED):
        raise Refused(400, f"not in GSM 03.38: {sorted(set(text) - set(_BASIC + _EXTENDED))}")
    return text, _recipients(body.get("recipients"))


def _recipients(given: Any) -> list[int]:
    if not isinstance(given, list) or not given:
        raise Refused(400, "recipients")
    numbers = []
    for one in given:
        if not isinstance(one, dict) or one.keys() - _RECIPIENT or type(one.get("msisdn")) is not int:
            raise Refused(400, "msisdn")
        if not 10**7 <= one["msisdn"] < 10**15:
            raise Refused(400, "msisdn")
        numbers.append(one["msisdn"])
    if len(set(numbers)) != len(numbers):
        raise Refused(400, "duplicate msisdn")
    return numbers


def parts_of(text: str) -> int:
    """Return how many messages a network needs for ``text`` (160 or 153 signs, 70 or 67 in Unicode)."""
    basic = not set(text) - set(_BASIC + _EXTENDED)
    length = sum(2 if one in _EXTENDED else 1 for one in text) if basic else len(text)
    whole, part = (160, 153) if basic else (70, 67)
    return 1 if length <= whole else -(-length // part)
