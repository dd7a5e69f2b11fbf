"""How a text message leaves: one interface, backends behind it.

``none`` sends nothing and says so; ``console`` prints for a developer at a terminal and ``file`` writes one JSON file a
message, for the tests and the demonstration (``check --deploy`` refuses both); ``gatewayapi`` is a real provider.
"""

import json
import sys
import uuid
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class SmsRefused(RuntimeError):
    """The provider did not take the message; it may be asked again."""


class SmsSender(Protocol):
    """Sends one message and returns the delivery's identifier."""

    def send(self, telephone: str, text: str) -> str:
        """Send ``text`` to an E.164 number.  Raises :class:`SmsRefused`."""
        ...


class NoSender:
    """A service without text messages: each one is refused, and whoever asked for it is told."""

    def send(self, telephone: str, text: str) -> str:
        """Refuse.  Raises :class:`SmsRefused`."""
        raise SmsRefused("SMS_BACKEND is none")


class ConsoleSender:
    """Prints messages to standard error."""

    def send(self, telephone: str, text: str) -> str:
        """Print, and name the delivery."""
        sys.stderr.write(f"SMS {telephone} : {text}\n")
        return f"console-{uuid.uuid4()}"


class FileSender:
    """Writes messages to ``SMS_DIR``, one JSON file each."""

    def send(self, telephone: str, text: str) -> str:
        """Write, and name the delivery after the file."""
        name = f"file-{uuid.uuid4()}"
        folder = Path(settings.SMS_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = json.dumps({"to": telephone, "text": text}, ensure_ascii=False)
        (folder / f"{name}.json").write_text(content, encoding="utf-8")
        return name


_SENDERS = {
    "none": "aidants.envois.sms.NoSender",
    "console": "aidants.envois.sms.ConsoleSender",
    "file": "aidants.envois.sms.FileSender",
    "gatewayapi": "aidants.envois.gatewayapi.GatewayApiSender",
}


def sender() -> SmsSender:
    """Return the backend that ``SMS_BACKEND`` names.  Raises ``KeyError`` for an unknown one."""
    made: SmsSender = import_string(_SENDERS[settings.SMS_BACKEND])()
    return made
