"""gunicorn's threads stay with a connection in use, and nobody waits for it: the real server, a small application."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.stack import free_ports

# Counts how often a connection goes back to the poller; `/wait` answers when the test has closed its end of the pipe.
_APPLICATION = """
from deploy.serving import StayingWorker

class Counting(StayingWorker):
    handed_back = 0

    def finish_request(self, conn, fs):
        Counting.handed_back += 1
        super().finish_request(conn, fs)

def application(environ, start_response):
    if environ["PATH_INFO"] == "/wait":
        open("pipe").read()
    body = str(Counting.handed_back).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Serve by one worker with one thread, on a free port."""
    (tmp_path / "small.py").write_text(_APPLICATION)
    os.mkfifo(tmp_path / "pipe")
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "gunicorn", "small:application", f"--bind=127.0.0.1:{port}", "--threads=1"]
    command += ["--worker-class=small.Counting", "--no-control-socket", "--log-level=info", "--graceful-timeout=1"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        for line in server.stderr:
            if "Booting worker" in line:
                break
        yield port
        server.send_signal(signal.SIGQUIT)
        server.stderr.read()


def _connected(port: int) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60))


def _ask(connection: http.client.HTTPConnection, path: str = "/") -> bytes:
    connection.request("GET", path)
    return connection.getresponse().read()


def test_a_request_that_came_meanwhile_is_answered_by_the_same_thread(port: int, tmp_path: Path) -> None:
    with _connected(port) as connection:
        connection.request("GET", "/wait")
        with (tmp_path / "pipe").open("w"):  # opens once the application reads its end
            connection.sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with connection.sock.makefile("rb") as answers:
            for _ in range(2):
                assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
                length = int(http.client.parse_headers(answers)["Content-Length"])
                assert answers.read(length) == b"0"


def test_who_stays_keeps_nobody_waiting_and_loses_nobody(port: int) -> None:
    with _connected(port) as other:
        with _connected(port) as one:
            for _ in range(5):
                assert _ask(one)
                assert _ask(other)
        assert _ask(other)
        other.request("GET", "/", headers={"Connection": "close"})
        with other.getresponse() as last:
            assert last.headers["Connection"] == "close"
