"""Serve one simulated site from one process.

Owns the start and the stop of a threaded WSGI server, and what is said when it
cannot start. Never configures a site.
"""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
from types import FrameType
from typing import NoReturn

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class QuietHandler(WSGIRequestHandler):
    """Say nothing of each request: addresses carry codes and states."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


def refuse_start(site: str, reason: str) -> NoReturn:
    """Tell in one line why ``site`` cannot start, and leave with status 1."""
    sys.stderr.write(f"{site} : {reason}\n")
    raise SystemExit(1)


def port_is_free(host: str, port: int) -> bool:
    """Tell whether ``host``:``port`` can be listened on now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def serve(app: Flask, *, site: str, host: str, port: int) -> None:
    """Serve ``app`` until SIGINT or SIGTERM, one thread a request.

    A busy port is told in one line, with status 1.
    """
    if not port_is_free(host, port):
        refuse_start(site, f"le port {port} est déjà pris sur {host}.")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(host, port, app, threaded=True, request_handler=QuietHandler)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"{site} : prêt sur http://{host}:{port}\n")
    sys.stdout.flush()
    server.serve_forever()
    server.server_close()
