"""The files of the house as its own tests read them: what git tracks, parsed once.  Never imports what it reads."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("aidants", "mandats", "oidc", "deploy")


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file of the repository, relative to its root; without git, every file that is no product."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return tuple(Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())
    products, kept = {"node_modules", "__pycache__", "staticfiles", "var"}, {".ci", ".gitignore", ".npmrc"}
    found = (file.relative_to(ROOT) for file in ROOT.rglob("*") if file.is_file())
    return tuple(
        file
        for file in found
        if not products & set(file.parts) and not any(part[0] == "." and part not in kept for part in file.parts)
    )


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Return the tracked Python files of ``folders`` (all of them by default), migrations left out."""
    return tuple(
        file
        for file in tracked()
        if file.suffix == ".py" and "migrations" not in file.parts and (not folders or file.parts[0] in folders)
    )


@cache
def text(file: Path) -> str:
    """Return the file's text; bytes that are no UTF-8 are replaced."""
    return (ROOT / file).read_text(encoding="utf-8", errors="replace")


@cache
def tree(file: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(text(file), filename=str(file))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of the file, methods and inner ones included."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def identifiers(file: Path) -> Iterator[tuple[str, int]]:
    """Yield every name that the file gives (module, class, function, argument, variable), with its line."""
    yield file.stem, 1
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
