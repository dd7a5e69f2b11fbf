"""The import contracts of pyproject.toml hold, and each of them can fail: an injected violation is seen."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture import sources

LINTER = Path(sys.executable).with_name("lint-imports")

# contract, file, line added to it (or its only line)
VIOLATIONS = [
    ("direction", "aidants/comptes/access.py", "import mandats.models"),
    ("direction", "mandats/domain/durees.py", "import oidc.models"),
    ("aidants", "aidants/journal/record.py", "import aidants.pages.errors"),
    ("aidants", "aidants/utils.py", "VALUE = 1"),
    ("mandats", "mandats/domain/rules.py", "import mandats.registre.models"),
    ("mandats", "mandats/helpers.py", "VALUE = 1"),
    ("oidc", "oidc/protocol/__init__.py", "import oidc.provider"),
    ("oidc", "oidc/franceconnect/__init__.py", "import oidc.provider"),
    ("plain", "aidants/domain/roles.py", "import django.utils.timezone"),
    ("plain", "aidants/journal/audit_source.py", "import django.conf"),
    ("plain", "oidc/protocol/__init__.py", "import requests"),
    ("verifier", "mandats/attestation/acte.py", "import django.conf"),
    ("simulated", "deploy/demo/franceconnect/keys.py", "import aidants.domain.folding"),
    ("demo-apart", "deploy/urls.py", "import deploy.demo.home"),
]


def _lint(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(LINTER), "--no-cache", *options], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code that may be spoilt."""
    folder = tmp_path_factory.mktemp("copy")
    for file in (*sources.python_files(*sources.APPS), Path("pyproject.toml")):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sources.ROOT / file, folder / file)
    return folder


def test_contracts_hold() -> None:
    done = _lint(sources.ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "file", "line"), VIOLATIONS)
def test_an_injected_violation_is_caught(copy: Path, contract: str, file: str, line: str) -> None:
    spoilt = copy / file
    before = spoilt.read_text() if spoilt.exists() else None
    spoilt.write_text(f"{before or ''}\n{line}\n")
    try:
        done = _lint(copy, "--contract", contract)
    finally:
        if before is None:
            spoilt.unlink()
        else:
            spoilt.write_text(before)
    assert done.returncode == 1
    assert "0 kept, 1 broken" in done.stdout


@pytest.mark.parametrize("app", ["aidants", "mandats", "oidc"])
def test_the_table_of_rooms_reads_in_the_order_of_the_contract(app: str) -> None:
    """A reader is told that a room imports those below it."""
    contracts = tomllib.loads(sources.text(Path("pyproject.toml")))["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one["id"] == app)
    rooms = [room for layer in layers for room in re.findall(r"\w+", layer) if room != "models"]
    table = sources.text(Path(app, "README.md")).partition("| room | owns | never |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == rooms
