"""Habits that a reviewer should not have to look for."""

import ast
import re
from pathlib import Path

from tests.architecture import sources

BROAD = {"Exception", "BaseException"}
SKIPS = {"skip", "skipif", "xfail", "importorskip"}
# A path of one machine, or the address of a package index: neither means anything on the next machine.
FOREIGN_PLACES = re.compile(
    r"/home/[a-z]|/root/|/Users/[A-Z]|/opt/(?:wheels|pypi)|/tmp/w\b|"
    r"(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com)"
)
_AS_IT_IS = re.compile(r"\|\s*safe(?:seq)?\b|autoescape\s+off")
IMPORTED_TEST = re.compile(
    r"\s*(?:from tests[\w.]*\.test_\w+ import|import tests[\w.]*\.test_|from tests[\w.]* import .*\btest_\w+)"
)
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def _names(node: ast.expr | None) -> set[str]:
    if node is None:
        return {"BaseException"}
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return {part.id for part in parts if isinstance(part, ast.Name)}


def test_no_handler_catches_everything() -> None:
    found = [
        f"{file}:{node.lineno}"
        for file in sources.python_files()
        for node in ast.walk(sources.tree(file))
        if isinstance(node, ast.ExceptHandler) and _names(node.type) & BROAD
    ]
    assert not found


def test_a_template_s_comment_closes_on_its_line() -> None:
    """Django reads ``{#`` to the end of its line alone: of a comment of two lines, everybody reads the words."""
    found = [
        f"{file}:{number}"
        for file in sources.tracked()
        if "templates" in file.parts and file.suffix in (".html", ".txt")
        for number, line in enumerate(sources.text(file).splitlines(), start=1)
        if line.count("{#") != line.count("#}")
    ]
    assert not found


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    found = [
        f"{file}:{node.lineno} {node.attr}"
        for file in sources.python_files("tests")
        for node in ast.walk(sources.tree(file))
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and _root_of(node) == "pytest"
    ]
    assert not found


def _root_of(node: ast.Attribute) -> str:
    value = node.value
    while isinstance(value, ast.Attribute):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""


SCROLLS = re.compile(r'<(?!dl)\w+[^>]*class="(?:signed|bars__frame|fr-table__container)"[^>]*>')


def test_what_may_scroll_on_a_narrow_screen_is_reached_by_the_keyboard() -> None:
    """A table stands in the design system's container, which scrolls; so does a signed text (WCAG 2.1.1)."""
    pages = [file for file in sources.tracked() if file.suffix == ".html" and "demo" not in file.parts]
    texts = {file: sources.text(file) for file in pages}
    bare = [
        f"{file}: {tag}"
        for file, text in texts.items()
        for tag in SCROLLS.findall(text)
        if not all(name in tag for name in ('tabindex="0"', 'role="region"', "aria-label"))
    ]
    loose = [str(file) for file, text in texts.items() if text.count("<table") > len(SCROLLS.findall(text))]
    assert len([tag for text in texts.values() for tag in SCROLLS.findall(text)]) >= 5
    assert (bare, loose) == ([], [])


def test_no_page_lets_a_name_through_as_markup() -> None:
    """Whatever is stored is text wherever it is shown: what is markup by itself is told here, one by one."""
    templates = [file for file in sources.tracked() if file.suffix == ".html"]
    lines = [(file, line) for file in templates for line in sources.text(file).splitlines() if _AS_IT_IS.search(line)]
    assert [(file.name, _AS_IT_IS.findall(line)) for file, line in lines] == [("telephone_poste.html", ["|safe"])]
    makers = {file.name for file in sources.python_files() if "mark_safe(" in sources.text(file)}
    assert makers - {Path(__file__).name} == {"prose.py"}


def test_no_file_names_a_place_of_one_machine() -> None:
    this = "tests/architecture/test_habits.py"
    found = [
        f"{file}: {match.group()}"
        for file in sources.tracked()
        if str(file) != this and (match := FOREIGN_PLACES.search(sources.text(file)))
    ]
    assert not found


def test_nothing_is_left_unfinished() -> None:
    found = [str(file) for file in sources.tracked() if file.suffix != ".txt" and UNFINISHED.search(sources.text(file))]
    assert not found


def test_every_module_says_what_it_owns() -> None:
    silent = [
        str(file)
        for file in sources.python_files(*sources.APPS)
        if "management" not in file.parts and ast.get_docstring(sources.tree(file)) is None
    ]
    assert not silent


def test_a_refusal_shown_on_the_next_page_is_journaled() -> None:
    shown = re.compile(r"\b(?:messages|flash)\.(?:warning|error)\(\s*request,\s*\w+\.reason\.message\s*\)")
    assert not [file for file in sources.python_files(*sources.APPS) if shown.search(sources.text(file))]


def test_a_refusal_is_counted_by_the_journal_s_own_writer() -> None:
    """By hand, one copy of four left a fact of the entry out."""
    outside = [file for file in sources.python_files(*sources.APPS) if "count_refusal" in sources.text(file)]
    assert [str(file) for file in outside if file.parts[:2] != ("aidants", "journal")] == []


def test_no_test_module_is_imported() -> None:
    """What several tests need stands in a plain module beside them, as ``tests/oidc/flow.py`` does."""
    found = [
        f"{file}: {line.strip()}"
        for file in sources.python_files("tests")
        for line in sources.text(file).splitlines()
        if IMPORTED_TEST.match(line)
    ]
    assert found == []
