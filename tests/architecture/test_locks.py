"""What is installed is what the locks name: by version, by hash, from no particular address."""

import json
import re
from pathlib import Path

import pytest

from tests.architecture import sources

LOCKS = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")
PIN = re.compile(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)")
CLIENTS = Path("tests/conformance/clients")


def _pins(lock: str) -> dict[str, str]:
    return {match[1]: match[2] for line in sources.text(Path(lock)).splitlines() if (match := PIN.match(line))}


def _wanted(source: str) -> set[str]:
    lines = sources.text(Path(source)).splitlines()
    named = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if not line.startswith(("#", "-")))
    return {re.sub(r"[._]", "-", match[0]).lower() for match in named if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_hashed(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", sources.text(Path(lock)))
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert packages
    assert not [entry.split()[0] for entry in packages if not PIN.match(entry) or "--hash=sha256:" not in entry]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str) -> None:
    assert not re.search(r"https?:|file:|--(?:extra-)?index-url|--find-links|@ ", sources.text(Path(lock)))


def test_larger_locks_hold_the_smaller_ones() -> None:
    smaller, demo, larger = (_pins(lock) for lock in LOCKS)
    assert smaller.items() <= demo.items() <= larger.items()


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_asked_for_is_locked(lock: str) -> None:
    assert _wanted(lock.replace(".txt", ".in")) <= _pins(lock).keys()


def test_npm_lock_has_integrity_and_no_address() -> None:
    lock = json.loads(sources.text(CLIENTS / "package-lock.json"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if not entry["integrity"].startswith("sha512-")]
    assert not [name for name, entry in packages.items() if "resolved" in entry]
