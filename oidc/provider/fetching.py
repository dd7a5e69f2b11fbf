"""Calls to addresses that a client registered: its keys, its logout.  They lead to public machines by TLS or nowhere.

The name is resolved once and every address found must be public; the connection goes to the address that was checked,
so a name that changes its answer in between gains nothing.  No redirect is followed.  Bounded in time and in size.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

SECONDS = 4.0
LARGEST = 64 * 1024
_RESOLVERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolve")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Addresses that lead to another one, which these tests would not see.
_TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))

Resolve = Callable[[str, int], list[str]]


class Unreachable(Exception):
    """The address is not one that we call, or it did not answer as it must; the text is for operators."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """True for an address of the public network, whatever it is wrapped in (RFC 6890)."""
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = read.ipv4_mapped if isinstance(read, ipaddress.IPv6Address) else None
    if inner is not None:
        return inner.is_global and not inner.is_multicast
    tunnelled = isinstance(read, ipaddress.IPv6Address) and any(read in network for network in _TUNNELS)
    return read.is_global and not read.is_multicast and not tunnelled


def call(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    local: bool = False,
    resolving: Resolve = resolve,
) -> Answered:
    """Call ``url`` and return what it answers, a redirect included.

    ``local`` allows http to this machine, for the demonstration.  Raises :class:`Unreachable`.
    """
    parts, end = _checked(url, local=local), time.monotonic() + SECONDS
    try:
        address = _address(parts, end, local=local, resolving=resolving)
        return _exchange(_Pinned(parts, address, end), method, _target(parts), body, dict(headers or {}))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{parts.hostname}: {type(error).__name__}") from error


def _checked(url: str, *, local: bool) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Unreachable("not an address") from error
    ours = local and parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or ours) or parts.username is not None:
        raise Unreachable("not an https address")
    return parts


def _address(parts: SplitResult, end: float, *, local: bool, resolving: Resolve) -> str:
    """Return the address to connect to; one that is not public condemns them all.

    Resolution has no time-out of its own: it is waited for, and left to its thread when it lasts.
    """
    host = str(parts.hostname)
    addresses = _RESOLVERS.submit(resolving, host, _port(parts)).result(timeout=_left(end))
    if local and host in LOOPBACK:
        return addresses[0]
    if not addresses or not all(map(is_public, addresses)):
        raise Unreachable(f"{host}: not a public address")
    return addresses[0]


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _left(end: float) -> float:
    """Return the seconds until ``end``, never nought, which libraries read as « no limit »."""
    return max(end - time.monotonic(), 0.05)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address already chosen, under the name that was asked, by TLS when it is https.

    ``end`` cuts it wherever it is, its handshake included: a server that gives a byte now and then would hold us for
    ever, since a socket's time-out counts from byte to byte.
    """

    def __init__(self, parts: SplitResult, address: str, end: float) -> None:
        super().__init__(str(parts.hostname), _port(parts), timeout=_left(end))
        self._address, self._tls, self._end = address, parts.scheme == "https", end
        self._held: socket.socket | None = None
        self.is_late = False

    def connect(self) -> None:
        """Connect to the address, and prove the name by its certificate."""
        self._hold(socket.create_connection((self._address, self.port), timeout=_left(self._end)))
        if self._tls:
            context = ssl.create_default_context()
            self._hold(context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False))
            self.sock.do_handshake()

    def _hold(self, link: socket.socket) -> None:
        """Keep what is to be cut: the library lets go of it once the headers are read."""
        self.sock: Any = link
        self._held = link
        if self.is_late:
            raise TimeoutError

    def cut(self) -> None:
        """End the call now, or as soon as it is connected."""
        self.is_late = True
        if self._held is not None:
            with contextlib.suppress(OSError):
                self._held.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """Close what is held, whatever the library still has of it."""
        self.close()
        if self._held is not None:
            self._held.close()


def _exchange(link: _Pinned, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> Answered:
    late = threading.Timer(link.timeout or SECONDS, link.cut)
    late.daemon = True
    late.start()
    try:
        link.request(method, target, body, {"Accept-Encoding": "identity", "Connection": "close"} | headers)
        answer = link.getresponse()
        read = answer.read(LARGEST + 1)
    finally:
        late.cancel()
        link.let_go()
    if len(read) > LARGEST:
        raise ValueError("too large")
    if link.is_late:
        raise TimeoutError("cut before its end")
    return Answered(answer.status, read)
