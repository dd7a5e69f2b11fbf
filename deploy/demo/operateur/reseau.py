"""The network: what each telephone received and answered, and the calls to the service's web hook.

In memory, under one lock.  Each call is signed as the documentation says; one that fails is made again a few times.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import OctKey
from requests import RequestException, post

_log = logging.getLogger(__name__)
_WAITS = (0.0, 0.5, 1.0, 2.0, 4.0)
UNREACHABLE = "0000"
"""Numbers that end so are never reached: the report says UNDELIVERABLE."""


@dataclass(frozen=True)
class Config:
    """Where the provider calls back, with which secret; its token; the folder where messages are left as files."""

    token: str
    secret: str
    hook: str
    number: int
    folder: str = ""


@dataclass(frozen=True)
class Line:
    """One message of a telephone: received, or sent by its owner."""

    text: str
    mine: bool
    at: float


@dataclass
class Reseau:
    """Every telephone that received something."""

    config: Config
    telephones: dict[int, list[Line]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next: int = field(default_factory=lambda: int(time.time() * 1000))

    def identifier(self) -> int:
        """Return an identifier never given before."""
        with self._lock:
            self._next += 1
            return self._next

    def deliver(self, text: str, msisdn: int) -> int:
        """Hand a message to a telephone, and report on it; return its identifier."""
        number = self.identifier()
        self._note(msisdn, Line(text, mine=False, at=time.time()))
        self._leave_file(text, msisdn)
        reached = not str(msisdn).endswith(UNREACHABLE)
        words = ("BUFFERED", "ENROUTE", "DELIVERED" if reached else "UNDELIVERABLE")
        reports = [
            {"id": number, "msisdn": msisdn, "time": int(time.time()), "status": word, "userref": None}
            for word in words
        ]
        threading.Thread(target=self._call_all, args=(reports,), name="reports", daemon=True).start()
        return number

    def answer(self, msisdn: int, text: str) -> int:
        """Send what the owner of a telephone typed; return the status that the service answered."""
        self._note(msisdn, Line(text, mine=True, at=time.time()))
        return self._call(
            {
                "id": self.identifier(),
                "msisdn": msisdn,
                "receiver": self.config.number,
                "message": text,
                "senttime": int(time.time()),
                "webhook_label": "demonstration",
            }
        )

    def _note(self, msisdn: int, line: Line) -> None:
        with self._lock:
            self.telephones.setdefault(msisdn, []).append(line)

    def _leave_file(self, text: str, msisdn: int) -> None:
        if self.config.folder:
            content = json.dumps({"to": f"+{msisdn}", "text": text}, ensure_ascii=False)
            (Path(self.config.folder) / f"sms-{uuid.uuid4()}.json").write_text(content, encoding="utf-8")

    def _call_all(self, claims: list[dict[str, object]]) -> None:
        for one in claims:
            self._call(one)

    def _call(self, claims: dict[str, object]) -> int:
        """Call the hook until it answers 2xx, a few times; return its last status."""
        token = jwt.encode({"typ": "JWT", "alg": "HS256"}, claims, OctKey.import_key(self.config.secret))
        status = 0
        for wait in _WAITS:
            time.sleep(wait)
            try:
                told = post(
                    self.config.hook,
                    json=claims,
                    headers={"X-Gwapi-Signature": token},
                    timeout=15,
                    allow_redirects=False,
                )
                status = told.status_code
            except RequestException as error:
                _log.warning("hook: %s", type(error).__name__)
            if 200 <= status < 300:
                break
        return status
