"""`python -m tests.conformance.matrix`: which test proves which section of which specification.

Prints the table; with `--write`, keeps it in `tests/golden/conformance-matrix.md`.  Read from the source, so that it
takes a second and needs no database; a test holds the page to the source.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conformance import plans

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "tests/golden/conformance-matrix.md"
REQUIREMENTS = ROOT / "tests/conformance/requirements"
SPECIFICATIONS = (
    "RFC 6749", "RFC 6750", "RFC 7009", "RFC 7521", "RFC 7523", "RFC 7636", "RFC 7662", "RFC 8414", "RFC 9068",
    "RFC 9126", "RFC 9207", "RFC 9396", "RFC 9449", "RFC 9700", "RFC 10070", "OIDC Core", "OIDC Discovery",
    "RP-Initiated Logout", "Back-Channel Logout", "RFC 8417", "RFC 8935", "Token Status List", "RFC 9901", "SD-JWT VC",
    "FAPI 2.0 Security Profile", "Form Post Response Mode",
    "FAPI 2.0 Security Profile OP", "OIDC Basic OP", "OIDC Form Post OP", "OIDC Config OP",
    "OIDC RP-Initiated Logout OP", "OIDC Back-Channel Logout OP", "Attacks",
)  # fmt: skip
"""What the service promises: its specifications, the plans of the certification suite that it can run, and attacks."""
ATTACKS = (
    "code replay", "code injection", "PKCE downgrade", "mix-up", "redirect_uri: suffix", "redirect_uri: IPv6",
    "alg none", "kid injection", "a JWKS address", "state fixation", "another aidant's interaction",
    "a foreign structure's usager", "CSRF", "clickjacking", "a token in a query", "DPoP replay", "jti replay",
    "PAR reuse", "logout to a foreign address", "verification brute force", "timing of unknown versus known: mandats",
    "timing of unknown versus known: clients", "more claims than the record allows",
)  # fmt: skip
"""What somebody will try: each begins the name of at least one row."""
_HEAD = """# What proves what

One row a requirement of a specification, in our own words, read from `tests/conformance/requirements`; for the plans of
the certification suite and for attacks one row a name. Written by `python -m tests.conformance.matrix --write`.

"""
_OF_REQUIREMENTS = ("| section | what must be done | proved by |", "|---|---|---|")
_OF_NAMES = ("| name | proved by |", "|---|---|")
Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a server must do: of which specification, where it says so, and the tests that prove it.

    ``but`` says why it does not apply to what we offer, and is empty when it does.
    """

    spec: str
    section: str
    text: str
    but: str
    tests: tuple[str, ...]


def requirements() -> list[Requirement]:
    """Return every row of `tests/conformance/requirements`, in the order of :data:`SPECIFICATIONS`."""
    found = [row for path in REQUIREMENTS.glob("*.txt") for row in _read(path.read_text())]
    return sorted(found, key=lambda row: SPECIFICATIONS.index(row.spec))


def _read(text: str) -> Iterator[Requirement]:
    """Read one file: its name after `#`, then a row a line: section, what must be done, tests."""
    spec = text.partition(":")[0].removeprefix("#").strip()
    for line in text.splitlines():
        if line and not line.startswith("#"):
            section, told, proof = (part.strip() for part in line.split("|"))
            but, named = "", proof
            if proof.startswith("not offered:"):
                but, _, named = proof.rpartition(",")
            yield Requirement(spec, section, told, but, tuple(test.strip() for test in named.split(",")))


@cache
def _tests() -> tuple[str, ...]:
    return tuple(
        f"{path.relative_to(ROOT)}::{node.name}"
        for path, tree in _sources()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@cache
def _sources() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((path, ast.parse(path.read_text())) for path in sorted((ROOT / "tests").rglob("test_*.py")))


def places_of(test: str) -> list[str]:
    """Return where a test stands, by its name, or by its file and its name where two have the same."""
    mark = "/" if "::" in test else "::"
    return [place for place in _tests() if place.endswith(mark + test)]


def _constants(tree: ast.Module) -> dict[str, str]:
    """Return the texts that a module binds to names, for marks that use one."""
    found: dict[str, str] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        targets = [node.targets[0].elts, node.value.elts] if _is_pair(node) else [[node.targets[0]], [node.value]]  # type: ignore[attr-defined]
        for target, value in zip(*targets, strict=True):
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[target.id] = value.value
    return found


def _is_pair(node: ast.Assign) -> bool:
    return isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)


def _module_mark(tree: ast.Module, texts: dict[str, str]) -> tuple[str, str]:
    """Return how a module's own short mark names its plan and its section, if it has one."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "module":
            default = node.args.defaults[0]
            named = texts.get(default.id, "") if isinstance(default, ast.Name) else ""
            return node.args.args[1].arg, named or str(getattr(default, "value", ""))
    return "", ""


def _text(node: ast.expr, texts: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return texts[node.id]
    return str(ast.literal_eval(node))


def _marks(function: ast.FunctionDef, tree: ast.Module, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    kind, default = _module_mark(tree, texts)
    for call in function.decorator_list:
        if not isinstance(call, ast.Call):
            continue
        named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = [_text(argument, texts) for argument in call.args] if named in ("spec", "module") else []
        if named == "spec":
            yield given[0], given[1]
        elif named == "module" and kind == "section":
            yield texts["SPEC"], f"{given[1] if len(given) > 1 else default} ({given[0]})"
        elif named == "module":
            yield (given[1] if len(given) > 1 else default), given[0]
            if any(argument.arg == "mode" for argument in function.args.args):
                yield "OIDC Form Post OP", given[0]


def rows() -> list[Row]:
    """Return specification, section and test of every mark, in that order."""
    found: list[Row] = []
    for path, tree in _sources():
        texts = _constants(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                name = f"{path.relative_to(ROOT)}::{node.name}"
                found += [(spec, section, name) for spec, section in _marks(node, tree, texts)]
    return sorted(set(found))


def page() -> str:
    """Return the table as Markdown."""
    by_spec: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for spec, section, test in rows():
        by_spec[spec][section].append(test)
    required = requirements()
    lines = [_HEAD.rstrip("\n")]
    for spec in SPECIFICATIONS:
        told = [row for row in required if row.spec == spec]
        head = (
            "| section | what must be done | proved by |\n|---|---|---|" if told else "| name | proved by |\n|---|---|"
        )
        lines += ["", f"## {spec}", "", head]
        lines += [_line(row) for row in told]
        if not told:
            lines += _names(plans.REMARKS.get(spec, {}), by_spec[spec])
    return "\n".join(lines) + "\n"


def _names(remarks: Mapping[str, str], proved: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield a row a name: what is to be known of it, then its tests; last the names that have none."""
    for section, tests in proved.items():
        remark = remarks.get(plans.module_of(section), "")
        yield f"| {section} | {remark + '<br>' if remark else ''}{_proof(tests)} |"
    known = {plans.module_of(section) for section in proved}
    yield from (f"| {name} | {remark} |" for name, remark in remarks.items() if name not in known)


def _line(row: Requirement) -> str:
    proof = _proof([place for test in row.tests for place in places_of(test)])
    return f"| {row.section} | {row.text} | {row.but + '<br>' if row.but else ''}{proof} |"


def _proof(tests: list[str]) -> str:
    return "<br>".join(f"`{test}`" for test in tests)


def main() -> int:
    """Print the table, or keep it."""
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page())
    else:
        sys.stdout.write(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
