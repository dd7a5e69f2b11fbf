"""A time-stamping authority of this machine for tests, which can be made to fail.

OpenSSL answers; the service under test asks it over HTTP as it would any other.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Response, request
from werkzeug.serving import make_server

from deploy.demo.horodatage.authority import Authority
from deploy.demo.horodatage.site import create_app
from deploy.demo.serving import QuietHandler


@dataclass
class LocalAuthority:
    """Where it is, whom to believe, and how it behaves: ``up``, ``slow`` seconds, or ``answers`` something else.

    ``asked`` counts the questions; ``logins`` keeps the Authorization headers.
    """

    url: str
    root: Path
    up: bool = True
    slow: float = 0.0
    answers: bytes | None = None
    asked: int = 0
    logins: list[str] = field(default_factory=list)

    def behave(self) -> None:
        """Forget what a test asked of it."""
        self.up, self.slow, self.answers, self.asked = True, 0.0, None, 0
        self.logins.clear()


@contextmanager
def local_authority(folder: Path) -> Iterator[LocalAuthority]:
    """Serve an authority from a thread of this process until the end of the block."""
    authority = Authority(folder)
    authority.prepare()
    app = create_app(authority)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    local = LocalAuthority(f"http://127.0.0.1:{server.server_port}/", authority.root)

    @app.before_request
    def misbehave() -> Response | None:
        local.asked += 1
        local.logins.append(request.headers.get("Authorization", ""))
        time.sleep(local.slow)
        if not local.up:
            return Response("maintenance", status=503)
        return Response(local.answers, content_type="application/timestamp-reply") if local.answers else None

    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield local
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
