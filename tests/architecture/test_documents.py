"""The documents tell the truth: what they name exists, and what must be named is named."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture import sources

THREATS = Path("deploy/threat-model.md")
DECISIONS = Path("deploy/decisions")
RUNBOOK = Path("deploy/runbook.md")
CODE_BLOCK = re.compile(r"```.*?```", re.DOTALL)
TICKED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
TEST = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
MANAGE = re.compile(r"manage\.py ([a-z_]+)")
REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)", re.MULTILINE)
# A place of one machine, or a promise that we may not make (eIDAS, RGS).
FORBIDDEN = re.compile(r"(?<![\w.])/(?:tmp|var/tmp|work|home|root)/|\bqualifiée?s?\b|\bhomologuée?s?\b", re.IGNORECASE)
CHECK = re.compile(r"id=\"mandats\.([EW]\d{3})\"")
VARIABLE = re.compile(r"(?:environ\.get|_flag|_keys|_key)\(\"([A-Z_]+)\"")
FOLLOWER = re.compile(r"Follower\(\s*\"([a-z-]+)\"")
# Of the demonstration, of a bench, of the image itself, or of a copy of the provider of text messages.
NOT_FOR_OPERATORS = {
    "EMAIL_BACKEND",
    "EMAIL_FILE_PATH",
    "LIMITS_FACTOR",
    "SMS_API_BASE",
    "SMS_DIR",
    "STATIC_MANIFEST",
    "STATIC_ROOT",
}
DJANGO_COMMANDS = {"check", "collectstatic", "migrate", "makemigrations", "shell"}
TOP = {file.parts[0] for file in sources.tracked()}


def documents() -> list[Path]:
    """Return every page of documentation of the house."""
    return [file for file in sources.tracked() if file.suffix == ".md" and file.parts[0] != "tests"]


def _paths(document: Path) -> set[str]:
    """Return what the document names between backquotes that has the shape of a path of this repository."""
    ticked = TICKED.findall(CODE_BLOCK.sub("", sources.text(document)))
    words = {word.split("::")[0].split(" ")[0] for word in ticked}
    return {word for word in words if "/" in word and word.split("/")[0] in TOP and not re.search(r"[*<{…]", word)}


def _exists(name: str) -> bool:
    return (sources.ROOT / name).exists()


def _commands() -> set[str]:
    own = (file.stem for file in sources.tracked() if file.parts[1:3] == ("management", "commands"))
    return DJANGO_COMMANDS | set(own)


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_path_exists(document: Path) -> None:
    assert not {name for name in _paths(document) if not _exists(name)}


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = {link for link in LINK.findall(sources.text(document)) if ":" not in link}
    assert not {link for link in targets if not (sources.ROOT / document.parent / link).exists()}


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_test_exists(document: Path) -> None:
    named = set(TEST.findall(sources.text(document)))
    assert not {
        f"{file}::{test}" for file, test in named if not _exists(file) or f"def {test}(" not in sources.text(Path(file))
    }


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_command_exists(document: Path) -> None:
    text = sources.text(document)
    targets = set(re.findall(r"^([a-z-]+):", sources.text(Path("Makefile")), re.MULTILINE))
    assert not set(MAKE.findall("\n".join(TICKED.findall(text) + CODE_BLOCK.findall(text)))) - targets
    assert not set(MANAGE.findall(text)) - _commands()


@pytest.mark.parametrize("document", documents(), ids=str)
def test_no_place_of_one_machine_and_no_promise_that_we_may_not_make(document: Path) -> None:
    assert not FORBIDDEN.findall(sources.text(document))


def _absent_from_the_runbook(found: set[str]) -> set[str]:
    told = sources.text(RUNBOOK)
    return {name for name in found if not re.search(rf"\b{name}\b", told)}


def test_the_runbook_says_what_to_do_at_each_check_that_fails() -> None:
    found = {number for file in sources.python_files("deploy") for number in CHECK.findall(sources.text(file))}
    assert len(found) > 30
    assert not _absent_from_the_runbook(found)


def test_the_runbook_names_each_variable_that_an_operator_may_set() -> None:
    found = set(VARIABLE.findall(sources.text(Path("deploy/settings.py"))))
    assert {"ISSUER", "VAULT_KEYS", "BEHIND_PROXY", "ALLOWED_HOSTS"} <= found
    assert not _absent_from_the_runbook(found - NOT_FOR_OPERATORS)


def test_the_runbook_names_each_follower_of_the_journal() -> None:
    found = {name for file in sources.python_files("mandats", "oidc") for name in FOLLOWER.findall(sources.text(file))}
    assert len(found) == 3
    assert not _absent_from_the_runbook(found)


@pytest.mark.parametrize("lock", ["requirements.in", "requirements-demo.in", "requirements-dev.in"])
def test_every_dependency_has_its_line(lock: str) -> None:
    contributing = sources.text(Path("CONTRIBUTING.md"))
    told = {cell.strip("` ").lower() for row in contributing.splitlines() for cell in row.split("|")[1:2]}
    assert not {name for name in REQUIREMENT.findall(sources.text(Path(lock))) if name.lower() not in told}


def _named(lock: str) -> set[str]:
    return {name.lower().replace("_", "-") for name in REQUIREMENT.findall(sources.text(Path(lock)))}


def _locks_of(file: Path) -> list[str]:
    """Return the lists that must name what a file imports: those of the demonstration and of the tests stay apart."""
    if file.parts[0] == "tests":
        return ["requirements.in", "requirements-demo.in", "requirements-dev.in"]
    return ["requirements.in", *(["requirements-demo.in"] if file.parts[:2] == ("deploy", "demo") else [])]


def _imported(file: Path) -> Iterator[str]:
    """Yield the first name of each module of others that a file imports."""
    for node in ast.walk(sources.tree(file)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        yield from {name.split(".")[0] for name in names} - sys.stdlib_module_names - {*sources.APPS, "tests"}


def test_every_import_has_its_line_in_a_list() -> None:
    """What another package brings along may leave with it: whoever imports it names it."""
    given = packages_distributions()
    found = set()
    for file in sources.python_files():
        allowed = set().union(*map(_named, _locks_of(file)))
        for name in _imported(file):
            providers = {one.lower().replace("_", "-") for one in given.get(name, [name])}
            if not providers & allowed:
                found.add((str(file), name))
    assert not found


def test_every_control_names_the_test_that_proves_it() -> None:
    proven = sources.text(THREATS).split("## Controls without a test yet")[0]
    rows = [row for row in proven.splitlines() if row.startswith("| ") and "`" in row]
    assert len(rows) > 30
    assert not [row for row in rows if not TEST.search(row.rsplit("|", 2)[1])]


@pytest.mark.parametrize("app", ["aidants", "mandats", "oidc"])
def test_every_room_is_presented(app: str) -> None:
    told = sources.text(Path(app) / "README.md")
    rooms = {file.parts[1] for file in sources.tracked() if file.parts[0] == app and len(file.parts) > 2}
    hidden = {"migrations", "management", "templates", "static", "templatetags"}
    assert not {room for room in rooms - hidden if f"`{room}" not in told}


def test_decisions_are_numbered_without_a_gap() -> None:
    found = sorted(file.name for file in sources.tracked() if file.parent == DECISIONS)
    assert [name[:5] for name in found] == [f"{number:04d}-" for number in range(1, len(found) + 1)]
    untitled = [name for name in found if not sources.text(DECISIONS / name).startswith(f"# {int(name[:4])}. ")]
    assert not untitled
