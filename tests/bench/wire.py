"""HTTP/1.1 at the least cost: one kept-alive socket, no library between it and the service.

What the load generator spends is taken from the service's share of the machine, so this does no more than it must:
answers with a Content-Length, one at a time.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

_SECONDS = 20.0
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Call:
    """One request.  ``name`` is the step it stands for in a flow, ``status`` what it must be answered with."""

    name: str
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 200

    def to_bytes(self, host: str) -> bytes:
        """Return the bytes to send."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.method == "POST":
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode() + _END + self.body


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers in lower case, the last of a repeated one."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Unexpected(RuntimeError):
    """The service did not answer as the call says: no figure can be made of it."""


def expect(call: Call, answer: Answer) -> Answer:
    """Return ``answer`` if its status is the one expected; raises :class:`Unexpected`."""
    if answer.status != call.status:
        told = answer.body[:300].decode(errors="replace")
        raise Unexpected(f"{call.name}: {call.method} {call.path} answered {answer.status}: {told}")
    return answer


class Wire:
    """One connection to the service, opened again when the service closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._address, self._host = (host, port), f"{host}:{port}"
        self._socket: socket.socket | None = None
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exit: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket, self._rest = None, b""

    def send(self, call: Call) -> Answer:
        """Send one call and return what was answered, whatever its status."""
        connected = self._socket
        if connected is None:
            connected = self._socket = socket.create_connection(self._address, _SECONDS)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.sendall(call.to_bytes(self._host))
        status, headers = self._read_head(connected)
        body = self._read_body(connected, int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)

    def _receive(self, connected: socket.socket) -> bytes:
        received = connected.recv(65536)
        if not received:
            raise Unexpected("the service closed the connection")
        return received

    def _read_head(self, connected: socket.socket) -> tuple[int, dict[str, str]]:
        while _END not in self._rest:
            self._rest += self._receive(connected)
        head, _, self._rest = self._rest.partition(_END)
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in pairs}

    def _read_body(self, connected: socket.socket, length: int) -> bytes:
        while len(self._rest) < length:
            self._rest += self._receive(connected)
        body, self._rest = self._rest[:length], self._rest[length:]
        return body
