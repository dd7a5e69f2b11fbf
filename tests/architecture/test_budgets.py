"""400 lines a file, 40 lines a function; migrations, data tables and locks are left out."""

import ast

from tests.architecture import sources

FILE_BUDGET = 400
FUNCTION_BUDGET = 40
BUDGETED = {".py", ".html", ".css", ".js", ".mjs", ".sql", ".sh", ".typ", ".md", ".yaml", ".toml"}
# Tables of data, and texts that law or a library gives.
DATA = ("deploy/demo/data/", "tests/golden/", "mandats/document/textes/")


def _lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines from ``def`` to the end, the docstring left out."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def test_no_file_is_longer_than_its_budget() -> None:
    too_long = {
        str(file): lines
        for file in sources.tracked()
        if file.suffix in BUDGETED
        and "migrations" not in file.parts
        and not str(file).startswith(DATA)
        and (lines := sources.text(file).count("\n")) > FILE_BUDGET
    }
    assert not too_long


def test_no_function_is_longer_than_its_budget() -> None:
    too_long = {
        f"{file}:{function.lineno} {function.name}": lines
        for file in sources.python_files()
        for function in sources.functions(file)
        if (lines := _lines_of_code(function)) > FUNCTION_BUDGET
    }
    assert not too_long
