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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

SECONDS = 4.0
LARGEST = 64 * 1024
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
    parts = _checked(url, local=local)
    try:
        address = _address(parts, local=local, resolving=resolving)
        return _exchange(parts, address, method, body, dict(headers or {}))
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


def _address(parts: SplitResult, *, local: bool, resolving: Resolve) -> str:
    """Return the address to connect to; one that is not public condemns them all."""
    host = str(parts.hostname)
    addresses = resolving(host, _port(parts))
    if local and host in LOOPBACK:
        return addresses[0]
    if not addresses or not all(map(is_public, addresses)):
        raise Unreachable(f"{host}: not a public address")
    return addresses[0]


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address already chosen, under the name that was asked, by TLS when it is https."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(str(parts.hostname), _port(parts), timeout=SECONDS)
        self._address, self._tls = address, parts.scheme == "https"
        self.held: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the address, and prove the name by its certificate."""
        plain = socket.create_connection((self._address, self.port), timeout=SECONDS)
        self.sock: Any = plain
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        self.held = self.sock


def _exchange(parts: SplitResult, address: str, method: str, body: bytes | None, headers: dict[str, str]) -> Answered:
    link = _Pinned(parts, address)
    late = threading.Timer(SECONDS, _cut, [link])
    late.daemon = True
    late.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        link.request(method, target, body, {"Accept-Encoding": "identity", "Connection": "close"} | headers)
        answer = link.getresponse()
        read = answer.read(LARGEST + 1)
    finally:
        late.cancel()
        link.close()
    if len(read) > LARGEST:
        raise ValueError("too large")
    return Answered(answer.status, read)


def _cut(link: _Pinned) -> None:
    """End a call that lasts: a server that gives a byte now and then would hold us for ever.

    The library lets go of the connection once the headers are read, so we hold it ourselves.
    """
    if link.held is not None:
        with contextlib.suppress(OSError):
            link.held.shutdown(socket.SHUT_RDWR)
