"""The provider's checks: each stands in one table, says where it comes from, and is found from the README."""

import ast
import re
from collections import Counter

from tests.architecture import sources

SECTION = re.compile(r"§")


def _modules() -> list[ast.Module]:
    return [sources.tree(file) for file in sources.python_files("oidc") if file.parts[1] == "protocol"]


def _checks() -> dict[str, str]:
    """Return the docstring of each function that decides, by its module's first words and its name."""
    return {
        f"{(ast.get_docstring(module) or '')[:40]}: {node.name}": ast.get_docstring(node) or ""
        for module in _modules()
        for node in module.body
        if isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) == "Decision"
    }


def _tables() -> dict[str, list[str]]:
    """Return the checks of each table, by its name; a table is a tuple that holds functions of its module."""
    found: dict[str, list[str]] = {}
    for module in _modules():
        own = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
        for node in module.body:
            value, target = (node.value, node.targets[0]) if isinstance(node, ast.Assign) else (None, None)
            if not isinstance(value, ast.Tuple) or not isinstance(target, ast.Name):
                continue
            checks = [one.id for one in value.elts if isinstance(one, ast.Name) and one.id in own]
            if checks:
                found.setdefault(target.id, []).extend(checks)
    return found


def test_every_check_names_the_section_that_it_comes_from() -> None:
    assert len(_checks()) > 60
    assert [name for name, told in _checks().items() if not SECTION.search(told)] == []


def test_every_check_stands_in_one_table() -> None:
    standing = Counter(name for checks in _tables().values() for name in checks)
    deciding = Counter(name.rpartition(" ")[2] for name in _checks())
    assert standing == deciding


def test_every_table_is_a_row_of_the_readme() -> None:
    told = sources.text(next(file for file in sources.tracked() if str(file).endswith("oidc/README.md")))
    assert [table for table in _tables() if f"`{table}`" not in told] == []
