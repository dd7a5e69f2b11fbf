"""Which routes let somebody in, while it is watched; and which tests say that they are let in.

For the lines of ``routes.txt`` where a mere visit is refused: what they need (a code received, a session of one's own)
is brought by a test that carries ``@pytest.mark.reaches("METHOD app:route")``.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest

_OUT = ("/connexion", "/connexion/code", "/usager")


@contextmanager
def noting() -> Iterator[set[str]]:
    """Note « METHOD app:route » of each answer that is no refusal and leads to no sign-in."""
    seen: set[str] = set()
    original = BaseHandler.get_response

    def noted(handler: BaseHandler, request: HttpRequest) -> object:
        answer = original(handler, request)
        leaves = answer.status_code == 302 and answer.headers["Location"].partition("?")[0] in _OUT
        if answer.status_code < 400 and not leaves and request.resolver_match:
            seen.add(f"{request.method} {request.resolver_match.view_name}")
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseHandler, "get_response", noted)
        yield seen


def claimed(folder: Path) -> set[str]:
    """Return what the tests of ``folder`` say that they are let in to, read from their source."""
    found: set[str] = set()
    for file in folder.rglob("test_*.py"):
        source = file.read_text()
        if "mark.reaches(" in source:
            calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
            marks = (call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "reaches")
            found |= {str(ast.literal_eval(word)) for mark in marks for word in mark.args}
    return found
