"""Somebody who has, or is about to have, an account: what they receive, and what their device holds."""

import email
import email.policy
import re
import subprocess
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.browser.visitor import Visitor
from tests.machine import program

_PATIENCE_SECONDS = 60


class Authenticator:
    """Chromium's virtual authenticator: a device that recognises its owner by itself."""

    def __init__(self, visitor: Visitor) -> None:
        self._wire = visitor.window.new_cdp_session(visitor.page)
        self._wire.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self._id = self._wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        """Return what the device holds, private keys included."""
        found = self._wire.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return list(found["credentials"])

    def hold(self, credential: dict[str, Any]) -> None:
        """Put a credential into the device, in place of those that it held."""
        self._wire.send("WebAuthn.clearCredentials", {"authenticatorId": self._id})
        self._wire.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": credential})

    def recognises(self, *, owner: bool) -> None:
        """Decide whether the device recognises who touches it."""
        self._wire.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": owner})


def letter(visitor: Visitor, folder: Path, address: str, subject: str) -> str:
    """Wait for the last e-mail of this subject to this address; return its text."""
    for _ in range(_PATIENCE_SECONDS * 10):
        found = [message for message in _letters(folder) if _is(message, address, subject)]
        if found:
            return str(found[-1].get_content())
        visitor.page.wait_for_timeout(100)
    raise AssertionError(f"no e-mail « {subject} » to {address}: {[one['Subject'] for one in _letters(folder)]}")


def _is(message: EmailMessage, address: str, subject: str) -> bool:
    # A long subject is folded, and its unfolding leaves a space before it.
    return message["To"] == address and message["Subject"].strip() == subject


def _letters(folder: Path) -> list[EmailMessage]:
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime)
    texts = (part for file in files for part in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n") if part.strip())
    return [email.message_from_bytes(text, _class=EmailMessage, policy=email.policy.default) for text in texts]


def link_in(text: str) -> str:
    """Return the link of a message."""
    found = re.search(r"http://\S+#\S+", text)
    assert found, text
    return found.group()


def scanned(visitor: Visitor, folder: Path) -> str:
    """Scan the QR code that the page shows, as a telephone does; return what it says."""
    picture = folder / "screen.png"
    visitor.page.locator("img[alt^='Code QR']").screenshot(path=picture)
    command = [program("zbarimg"), "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
