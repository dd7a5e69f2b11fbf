"""Catalogues are complete, and every member of them is used somewhere."""

import ast
import re
from pathlib import Path

import pytest

from aidants.domain import errors as aidants_errors
from aidants.domain import events as aidants_events
from aidants.domain.activite import activity_errors, activity_events
from aidants.domain.activite import errors as activite_errors
from aidants.domain.activite import events as activite_events
from aidants.domain.dispositif import errors as dispositif_errors
from aidants.domain.dispositif import events as dispositif_events
from mandats.domain import contact_errors, perimetre_errors
from mandats.domain import errors as mandats_errors
from mandats.domain import errors_droits as mandats_droits_errors
from mandats.domain import events as mandats_events
from oidc.protocol import client_errors as oidc_client_errors
from oidc.protocol import errors as oidc_errors
from oidc.protocol import events as oidc_events
from tests.architecture.sources import ROOT

MODULES = (
    activite_errors,
    activity_errors,
    activity_events,
    activite_events,
    aidants_errors,
    aidants_events,
    dispositif_errors,
    dispositif_events,
    contact_errors,
    mandats_errors,
    mandats_droits_errors,
    perimetre_errors,
    mandats_events,
    oidc_errors,
    oidc_client_errors,
    oidc_events,
)
NAME = re.compile(r"[a-z][a-z_]*[.:][a-z][a-z_0-9]*")


def declared(path: Path) -> set[str]:
    """Return the constants that a catalogue binds to a declaration."""
    return {
        target.id
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name) and getattr(node.value.func, "id", "") == "declare"
    }


def names_used(but: Path) -> set[str]:
    """Return every name that our code reads, outside one catalogue and the tests."""
    found: set[str] = set()
    for room in ("aidants", "mandats", "oidc", "deploy"):
        for path in (ROOT / room).rglob("*.py"):
            if path == but or "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Name):
                    found.add(node.id)
                elif isinstance(node, ast.Attribute):
                    found.add(node.attr)
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_declared_member_is_used(module: object) -> None:
    path = Path(str(module.__file__))  # type: ignore[attr-defined]
    assert declared(path) - names_used(path) == set()


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
