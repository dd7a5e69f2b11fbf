"""Catalogues are complete, and every member of them is used somewhere."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from aidants.domain import errors as aidants_errors
from aidants.domain import events as aidants_events
from tests.architecture import sources
from tests.architecture.sources import ROOT

NAME = re.compile(r"[a-z][a-z_]*[.:][a-z][a-z_0-9]*")


def catalogues() -> list[Path]:
    """Return every file that declares errors or events."""
    return [file for file in sources.python_files(*sources.APPS) if declared(ROOT / file)]


def declared(path: Path) -> set[str]:
    """Return the constants that a catalogue binds to a declaration."""
    return {
        target.id
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name) and getattr(node.value.func, "id", "") == "declare"
    }


def readers() -> dict[str, set[Path]]:
    """Return which files of our code, the tests left out, read each name."""
    found: dict[str, set[Path]] = defaultdict(set)
    for file in sources.python_files(*sources.APPS):
        for node in ast.walk(sources.tree(file)):
            if isinstance(node, ast.Name):
                found[node.id].add(file)
            elif isinstance(node, ast.Attribute):
                found[node.attr].add(file)
    return found


def test_every_declared_member_is_used() -> None:
    read, files = readers(), catalogues()
    assert {Path("oidc/franceconnect/errors.py"), Path("aidants/domain/events.py")} <= set(files)
    assert not {(file, name) for file in files for name in declared(ROOT / file) if not read[name] - {file}}


def test_errors_tell_the_person_and_the_support() -> None:
    for error in aidants_errors.CATALOGUE.values():
        assert NAME.fullmatch(error.code), error.code
        assert 400 <= error.http < 600, error.code
        assert error.message.endswith((".", "?", "!")), error.code
        assert error.support, error.code


def test_events_have_a_french_label() -> None:
    for event in aidants_events.CATALOGUE.values():
        assert NAME.fullmatch(event.code), event.code
        assert event.label[0].isupper() or event.label.startswith("«"), event.code
