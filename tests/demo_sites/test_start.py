"""Each site as a process: it says that it is ready, stops when asked, and tells in one line why it cannot start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
ADMINISTRATION = {
    "ALLOC_ISSUER": "http://localhost:9",
    "ALLOC_CLIENT_ID": "alloc",
    "ALLOC_CLIENT_SECRET": "sa",
    "ALLOC_FC_ISSUER": "http://localhost:9/api/v2",
    "ALLOC_FC_CLIENT_ID": "alloc",
    "ALLOC_FC_CLIENT_SECRET": "sa",
}
FRANCECONNECT = {
    "FCSIM_IDP_ISSUER": "http://localhost:9",
    "FCSIM_IDP_CLIENT_ID": "fc",
    "FCSIM_IDP_CLIENT_SECRET": "sfc",
}
SITES = [("franceconnect", FRANCECONNECT), ("administration", ADMINISTRATION)]


@contextmanager
def started(site: str, environment: dict[str, str], *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"deploy.demo.{site}", *options]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_ready(port: int) -> None:
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        try:
            if requests.get(f"http://localhost:{port}/sante", timeout=2).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    pytest.fail("the site was never ready")


@pytest.mark.parametrize(("site", "environment"), SITES, ids=[name for name, _ in SITES])
def test_starts_serves_and_stops(site: str, environment: dict[str, str]) -> None:
    port = free_port()
    with started(site, environment, "--port", str(port)) as process:
        wait_until_ready(port)
        with started(site, environment, "--port", str(port)) as second:
            _told, complaint = second.communicate(timeout=20)
            assert second.returncode == 1
            assert f"le port {port} est déjà pris" in complaint
            assert complaint.count("\n") == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize(
    ("site", "options", "text"),
    [
        ("administration", [], "il manque --issuer"),
        ("franceconnect", [], "fiche du fournisseur d’identité"),
        ("franceconnect", ["--registry", "/nulle/part.json"], "registre illisible"),
        ("franceconnect", ["--service", "{"], "n’est pas du JSON"),
        ("franceconnect", ["--service", '{"client_id": "x"}'], "client_secret, redirect_uris"),
    ],
)
def test_what_is_missing_is_told_in_one_line(site: str, options: list[str], text: str) -> None:
    with started(site, {"PYTHONUTF8": "1"}, *options) as process:
        _told, complaint = process.communicate(timeout=20)
    assert process.returncode == 1
    assert text in complaint
    assert complaint.count("\n") == 1
