"""Several processes that act at once on one database."""

import os
import subprocess
import sys

from tests import database
from tests.environment import SETTINGS

PROCESSES = 4


def race(name: str, acts: list[list[str]]) -> list[str]:
    """Start one process an act, let them go together, and return all that they said."""
    own = {"DATABASE_URL": database.service_url(name), "DJANGO_SETTINGS_MODULE": "deploy.settings"}
    environment = {**os.environ, **SETTINGS, **own}
    command = [sys.executable, "-m", "tests.mandats.signer"]
    running = [
        subprocess.Popen(
            command + act,
            cwd=database.ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for act in acts
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline().strip() == "ready", one.communicate()
    said: list[str] = []
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in running:
        out, err = one.communicate(timeout=60)
        assert one.returncode == 0, err
        said += out.split()
    return said
