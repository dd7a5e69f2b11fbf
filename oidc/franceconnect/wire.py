"""The calls to FranceConnect and their one deadline.

Owns time-outs and HTTP failures.  Never interprets a token; never follows a redirection.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDone
from typing import Any, TypeVar

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

_log = logging.getLogger(__name__)
_POOL = ThreadPoolExecutor(max_workers=16, thread_name_prefix="franceconnect")
_SHORTEST = 0.05

Answer = TypeVar("Answer")


class Unreachable(Exception):
    """FranceConnect is down: refused connection, 5xx, or an answer that is not of its kind."""


class TooSlow(Unreachable):
    """FranceConnect did not answer before the deadline."""


class Refused(Exception):
    """FranceConnect answered with an OAuth error (RFC 6749 §5.2)."""


class Deadline:
    """The seconds left for all calls of one page of ours together."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left, never nought (libraries read nought as « no limit »)."""
        return max(self._end - time.monotonic(), _SHORTEST)

    def run(self, call: Callable[[], Answer]) -> Answer:
        """Return what ``call`` returns, or raise :class:`TooSlow` at the deadline.

        A socket's time-out counts from byte to byte and name resolution has none, so the wait is held here,
        outside the thread that makes the call.
        """
        try:
            return _POOL.submit(call).result(timeout=self.left())
        except NotDone as error:
            raise TooSlow("deadline") from error


def _checked(response: requests.Response) -> requests.Response:
    if response.status_code != 200:
        _log.warning("FranceConnect: %s answered %s", _place(response), response.status_code)
        raise Unreachable(f"status {response.status_code}")
    return response


def _place(response: requests.Response) -> str:
    """Return the path asked, without its query."""
    return str(response.url).split("?", 1)[0]


def _told_apart(call: Callable[[], Answer]) -> Answer:
    """Run ``call``; name its failures."""
    try:
        return call()
    except requests.Timeout as error:
        raise TooSlow("time-out") from error
    except (requests.RequestException, ValueError) as error:
        _log.warning("FranceConnect: %s", type(error).__name__)
        raise Unreachable(type(error).__name__) from error


def get_json(url: str, deadline: Deadline) -> dict[str, Any]:
    """Return the JSON object at ``url``.  Raises :class:`Unreachable`."""

    def call() -> dict[str, Any]:
        response = requests.get(url, timeout=deadline.left(), allow_redirects=False)
        document = _checked(response).json()
        if not isinstance(document, dict):
            raise Unreachable("not a JSON object")
        return document

    return deadline.run(lambda: _told_apart(call))


def exchange_code(client: OAuth2Session, endpoint: str, code: str, deadline: Deadline) -> dict[str, Any]:
    """Return the token response for ``code`` (RFC 6749 §4.1.3), the client's secret in the body.

    Raises :class:`Refused` on an OAuth error, :class:`Unreachable` otherwise.
    """

    def call() -> dict[str, Any]:
        try:
            token = client.fetch_token(
                endpoint,
                grant_type="authorization_code",
                code=code,
                timeout=deadline.left(),
                allow_redirects=False,
            )
        except OAuthError as error:
            raise Refused(str(error.error)) from error
        return dict(token)

    return deadline.run(lambda: _told_apart(call))


def fetch_userinfo(endpoint: str, access_token: str, deadline: Deadline) -> str:
    """Return the signed userinfo as it came, a compact JWS.  Raises :class:`Unreachable`."""

    def call() -> str:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/jwt"}
        response = requests.get(endpoint, headers=headers, timeout=deadline.left(), allow_redirects=False)
        return str(_checked(response).text.strip())

    return deadline.run(lambda: _told_apart(call))
