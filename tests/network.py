"""No test talks to the world: sockets of this process reach loopback addresses and Unix sockets only."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class NetworkForbiddenError(AssertionError):
    """A test tried to reach another machine."""


def _is_local(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _refuse_remote(family: int, address: Any) -> None:
    if family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
        raise NetworkForbiddenError(f"a test tried to reach {address[0]}")


@contextmanager
def loopback_only() -> Iterator[None]:
    """Refuse, until the end of the block, every name and address that is not this machine's."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def checked_connect(self: socket.socket, address: Any) -> None:
        _refuse_remote(self.family, address)
        connect(self, address)

    def checked_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_remote(self.family, address)
        return connect_ex(self, address)

    def checked_getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        if not _is_local(host):
            raise NetworkForbiddenError(f"a test tried to resolve {host}")
        return getaddrinfo(host, *args, **options)

    patches = {"connect": checked_connect, "connect_ex": checked_connect_ex}
    for name, replacement in patches.items():
        setattr(socket.socket, name, replacement)
    socket.getaddrinfo = checked_getaddrinfo
    try:
        yield
    finally:
        for name in patches:
            delattr(socket.socket, name)
        socket.getaddrinfo = getaddrinfo
