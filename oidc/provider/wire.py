"""One request as our tables read it, one refusal as it travels: what Authlib's server carries from end to end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from authlib.oauth2 import OAuth2Error, OAuth2Request
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from oidc.keys import SHARED_SECRET
from oidc.protocol import bearer, errors
from oidc.protocol.parameters import LONGEST, Parameters, read
from oidc.provider.clients import open_secret
from oidc.provider.proofs import nonce_for

Headers = list[tuple[str, str]]
Outcome = TypeVar("Outcome")
NO_STORE = [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
JSON = [("Content-Type", "application/json"), *NO_STORE]
JWT = [("Content-Type", "application/jwt"), *NO_STORE]


class Refused(OAuth2Error):
    """A refusal of ours on its way through Authlib; raised outside any transaction.

    ``told``: the journal knows it already, by the room that refused.
    """

    def __init__(self, denied: Denied, headers: Mapping[str, str], *, told: bool = False) -> None:
        reason: ErrorCode = denied.reason
        self.reason, self.more, self.told = reason, dict(headers), told
        super().__init__(errors.description(reason), status_code=reason.http, error=reason.oauth or None)

    def get_headers(self) -> Headers:
        """Return headers: those of every answer, and what this refusal owes (RFC 6749 §5.2, RFC 6750 §3)."""
        return [*JSON, *self.more.items()]

    def get_body(self) -> Headers:
        """Return the members of RFC 6749 §5.2; none where the refusal carries no error code (RFC 6750 §3.1)."""
        return [("error", self.error), ("error_description", self.description)] if self.error else []


class WireRequest(OAuth2Request):
    """One request: its parameters to the byte, read once, and its moment."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.method, settings.ISSUER + request.path, headers=request.headers)
        self.http = request
        self.now: datetime = timezone.now()
        self.query = read(request.META.get("QUERY_STRING", ""))
        self.sent = _read_body(request)
        self.issued: Any = None

    @property
    def length(self) -> int:
        """The bytes that the body announces; none when it announces no number."""
        return _length(self.http)

    @property
    def parameters(self) -> Parameters:
        """What the body holds; nothing when it is no form, which the table FORM refuses."""
        return self.sent or Parameters({})

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the body."""
        return dict(self.sent.values) if self.sent else {}

    def granted(self, outcome: Outcome | Denied, *, told: bool = False) -> Outcome:
        """Return what was granted, or raise :class:`Refused`; a 401 tells how a client authenticates (§5.2)."""
        if isinstance(outcome, Denied):
            basic = {"WWW-Authenticate": f'Basic realm="{bearer.REALM}", charset="UTF-8"'}
            raise Refused(outcome, (basic if outcome.reason.http == 401 else {}) | self.nonce(outcome), told=told)
        return outcome

    def granted_bearer(self, outcome: Outcome | Denied, scheme: str) -> Outcome:
        """Return what was granted, or raise a refusal with the challenge of RFC 6750 §3."""
        if isinstance(outcome, Denied):
            raise Refused(outcome, {"WWW-Authenticate": bearer.challenge(outcome.reason, scheme)} | self.nonce(outcome))
        return outcome

    def nonce(self, denied: Denied | None = None) -> dict[str, str]:
        """Return the header with the next nonce, for who proves a key (RFC 9449 §8)."""
        return nonce_for(self.http, denied, self.now)


def _read_body(request: HttpRequest) -> Parameters | None:
    """Return the form of a POST, or ``None`` when it is no form or too long (RFC 6749 §3.2)."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return None
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not announced.isdigit() or _length(request) > LONGEST:
        return None
    return read(request.body.decode("latin-1"))


def _length(request: HttpRequest) -> int:
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isdigit() else 0


def shared_secret(alg: str, sealed: bytes | memoryview | None) -> bytes | None:
    """Return the secret that keys HS256, and nothing for the other algorithms."""
    return open_secret(sealed) if alg == SHARED_SECRET else None
