"""A site of somebody else on this machine: answers as it is told, keeps what came."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from django.test import override_settings


class Listening(ThreadingHTTPServer):
    """``status`` and ``pieces`` are what it answers, ``pause`` seconds between two pieces; ``received`` what came,
    ``sent`` how many pieces left.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.pieces, self.pause, self.sent = 200, [b"{}"], 0.0, 0
        self.received: list[tuple[str, str, dict[str, list[str]]]] = []

    def address(self, path: str) -> str:
        """Return one of its addresses."""
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Listening

    def do_GET(self) -> None:
        """Keep the call, answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.received.append((self.path, self.headers.get("Content-Type", ""), parse_qs(body)))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()
        for piece in self.server.pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            self.server.sent += 1
            time.sleep(self.server.pause)

    def do_POST(self) -> None:
        """The same."""
        self.do_GET()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[Listening]:
    """Run a site until the end of the block; the service may call this machine, as in the demonstration."""
    server = Listening()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with override_settings(DEMO=True):
            yield server
    finally:
        server.shutdown()
        server.server_close()
