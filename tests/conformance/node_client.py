"""Runs one of the clients from npm as a process, one JSON object a line each way."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CLIENTS = Path(__file__).parent / "clients"


class NodeClient:
    """A script of ``clients/`` that was started."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Keep the process."""
        self._process = process

    def tell(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send one object; return the one that the script answers."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        return self.hear()

    def hear(self) -> dict[str, Any]:
        """Return the next object that the script says."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the client ended with {self._process.wait(10)}"
        return dict(json.loads(line))


@contextmanager
def started(script: str) -> Iterator[NodeClient]:
    """Start a script with the Node of this environment, and end it."""
    node = Path(sys.executable).parent / "node"
    environment = {"PATH": os.environ.get("PATH", os.defpath), "NODE_NO_WARNINGS": "1"}
    process = subprocess.Popen(
        [str(node), script],
        cwd=CLIENTS,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        try:
            yield NodeClient(process)
        finally:
            process.kill()
