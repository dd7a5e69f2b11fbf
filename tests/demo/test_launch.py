"""`make demo`: what cannot work is told in one line, what works ends without a trace.

The demonstration is prepared once; each start after the first finds the database as the end before left it, however
rough that end was.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.demo.home import demo_home
from deploy.demo.temoins import NAMES
from tests.ports import free_ports

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 90.0


@contextmanager
def _launched(port: int, environment_file: Path) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-m", "deploy.demo.launch", f"--port={port}", f"--environment-file={environment_file}"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "DATABASE_"))}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=plain,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as launched:
        try:
            yield launched
        finally:
            launched.kill()


def _descendants(of: int) -> set[int]:
    """Return the processes that descend from ``of``, by /proc."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(entry.parent.name)] = int(after_name[1])
    found: set[int] = set()
    fresh = {of}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def _command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait_until_gone(pids: set[int]) -> set[int]:
    deadline = time.monotonic() + 10
    while (left := {pid for pid in pids if _is_alive(pid)}) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A port followed by two other free ones; the demo that these tests leave there is forgotten."""
    first = free_ports(3)[0]
    yield first
    forget = [sys.executable, "-m", "deploy.demo.launch", f"--port={first}", "--forget"]
    subprocess.run(forget, cwd=ROOT, check=True)
    assert not demo_home(first).exists()


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_busy_port_is_told_in_one_line(port: int, tmp_path: Path, step: int) -> None:
    with socket.create_server(("127.0.0.1", port + step)), _launched(port, tmp_path / "env") as launched:
        told, _ = launched.communicate(timeout=PATIENCE)
    assert launched.returncode == 1
    assert told.count("\n") == 1
    assert str(port + step) in told
    assert not demo_home(port).exists()


def _wait_until_ready(launched: "subprocess.Popen[str]") -> str:
    assert launched.stdout is not None
    told = ""
    for line in launched.stdout:
        told += line
        if line.startswith("Ctrl-C"):
            return told
    raise AssertionError(f"the demo stopped: {told}")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_no_process_outlives_the_demo(port: int, tmp_path: Path, ending: signal.Signals) -> None:
    environment_file = tmp_path / "env"
    with _launched(port, environment_file) as launched:
        told = _wait_until_ready(launched)
        assert f"http://localhost:{port}\n" in told
        assert environment_file.stat().st_mode & 0o077 == 0
        with urllib.request.urlopen(f"http://localhost:{port}/sante", timeout=5) as answer:
            assert answer.status == 200
        children = _descendants(launched.pid)
        assert len(children) >= 6
        launched.send_signal(ending)
        status = launched.wait(timeout=60)
    assert not _wait_until_gone(children)
    assert status == (0 if ending != signal.SIGKILL else -signal.SIGKILL)
    assert environment_file.exists() == (ending == signal.SIGKILL)


def _wait_until_cosigned(service: str) -> list[str]:
    """Return the signatures of the journal's checkpoint once there are three: its own, and its two witnesses'."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(urllib.error.HTTPError),
            urllib.request.urlopen(f"{service}/journal/checkpoint") as note,
        ):
            signatures = [line for line in note.read().decode().splitlines() if line.startswith("— ")]
            if len(signatures) > len(NAMES):
                return [line.split()[1] for line in signatures]
        time.sleep(0.2)
    raise AssertionError("the witnesses did not cosign")


def test_a_process_that_dies_is_told_and_ends_the_demo(port: int, tmp_path: Path) -> None:
    with _launched(port, tmp_path / "env") as launched:
        _wait_until_ready(launched)
        signers = _wait_until_cosigned(f"http://localhost:{port}")
        assert signers == [f"localhost:{port}/journal", *sorted(NAMES)]
        children = _descendants(launched.pid)
        site = next(pid for pid in children if b"deploy.demo.administration" in _command_of(pid))
        os.kill(site, signal.SIGKILL)
        told, _ = launched.communicate(timeout=60)
    assert launched.returncode == 1
    assert told.strip().count("\n") == 0
    assert "administration" in told
    assert not _wait_until_gone(children)
