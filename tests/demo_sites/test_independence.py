"""The simulated sites read the contract on their own: they import nothing of the service."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import deploy.demo.administration
import deploy.demo.franceconnect
import deploy.demo.proconnect

SERVICE = {"aidants", "mandats", "oidc", "django"}
SITES = (deploy.demo.administration, deploy.demo.franceconnect, deploy.demo.proconnect)
FOLDERS = [Path(site.__path__[0]) for site in SITES]
FILES = [path for folder in FOLDERS for path in sorted(folder.glob("*.py"))]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_imports_nothing_of_the_service(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}
    assert not roots & SERVICE


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_imports_nothing_of_the_other_site(path: Path) -> None:
    other = "administration" if path.parent.name == "franceconnect" else "franceconnect"
    assert not any(name.startswith(f"deploy.demo.{other}") for name in imported(path))
