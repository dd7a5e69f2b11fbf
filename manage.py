#!/usr/bin/env python3
"""Django's command line, bound to the one settings file.

Beside a running `make demo` it finds the demo's environment in the file `.env` and the packages in `.venv`, so that
`python3 manage.py demo_otp ADDRESS` works as it stands.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def enter_virtual_environment() -> None:
    """Start again with the Python of `.venv` when this one has no Django."""
    python = ROOT / ".venv" / "bin" / "python"
    if find_spec("django") is None and python.exists():
        os.execv(python, [str(python), *sys.argv])  # noqa: S606 -- our own interpreter, no shell


def read_environment_file() -> None:
    """Take from `.env` (lines NAME=value) what the environment does not say, unless it names a database itself."""
    file = ROOT / ".env"
    if "DATABASE_URL" in os.environ or not file.exists():
        return
    for line in file.read_text().splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def main() -> None:
    """Run the command that is asked for."""
    enter_virtual_environment()
    read_environment_file()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- once Django can be found

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
