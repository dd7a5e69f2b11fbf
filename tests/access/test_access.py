"""The table of ``routes.txt`` is the service: every page, API and admin, every role and method, each kind of object."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from django.conf import settings as service
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from aidants.journal.told import listening
from tests.access.reached import claimed
from tests.access.table import ELSEWHERE, FILE, OPEN, REFUSED, ROLES, SCOPES, SIGNED, UNKNOWN, Row, rows
from tests.access.world import World

_MEND = "tests/access/routes.txt says who reaches what: mend the line, or the page."
_SHUT = (REFUSED, UNKNOWN)
_REFUSALS = (403, 404)
# Where who has no account is known; each call of a partenaire is told, refused or not.
_OWN = {"usager": "mandats:usager_", "client": "oidc:api_"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SIGN_IN, NO_METHOD, BROKEN = "sign-in", "405", "5xx"
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
# How the admin writes its pages of one app.
APPS = re.compile(r"\^?\(\?P<app_label>[^)]*\)/\$")
_HOW = (
    "tests/access/routes.txt has no line for {missing}. Add one there: its name, its methods, who reaches it. "
    "The head of that file says how in ten lines."
)


def patterns(resolver: URLResolver | None = None, prefix: str = "/", space: str = "") -> Iterator[tuple[str, str]]:
    """Yield (view name, pattern of its address) for every route of the URLconf."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + APPS.sub("aidants/", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", path


PATTERNS = dict(patterns())


def test_every_route_has_its_line_and_every_line_its_route() -> None:
    names = [name for name, _ in patterns()]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"two routes have one name: {', '.join(sorted(twice))}"
    missing = sorted(set(PATTERNS) - set(rows()))
    assert not missing, _HOW.format(missing=", ".join(missing))
    gone = sorted(set(rows()) - set(PATTERNS))
    assert not gone, f"tests/access/routes.txt has lines for routes that are no more: {', '.join(gone)}"


def test_the_public_list_and_the_table_agree() -> None:
    reached = {route for route, lines in rows().items() for row in lines if set(row.who) - {*SIGNED}}
    assert reached == set(service.PUBLIC_ROUTES)


def test_a_line_that_lets_nobody_in_is_opened_by_a_test_that_brings_what_it_needs() -> None:
    """Such a line alone would hold of a page that is broken for everybody."""
    shut = {
        f"{method} {row.route}"
        for lines in rows().values()
        for row in lines
        for method in row.methods
        if any(OPEN not in letters for letters in row.who.values())
    }
    found = claimed(FILE.parents[1])
    assert not shut - found, f"no test says @pytest.mark.reaches of: {', '.join(sorted(shut - found))}"
    assert not found - shut, f"the table lets somebody in already: {', '.join(sorted(found - shut))}"


def letter_of(answer: Any) -> str:
    """Return what an answer means to the person."""
    status, where = answer.status_code, answer.headers.get("Location", "")
    if status >= 500:
        return BROKEN
    if status == 302 and where.partition("?")[0] in ("/connexion", "/connexion/code"):
        return SIGN_IN
    if status in (401, 403) or (status == 302 and where == "/usager"):
        return REFUSED
    return {404: UNKNOWN, 405: NO_METHOD}.get(status, OPEN)


def _is_told(route: str, role: str) -> bool:
    """Tell whether a refusal is somebody’s: of an account on a private page, of an usager or a site where it is known.

    What is not there on a page open to all (a tile, a list, a page asked too early) was refused to nobody.
    """
    if role in SIGNED:
        return role != SIGNED[0] and route not in service.PUBLIC_ROUTES
    return route.startswith(_OWN.get(role, "nowhere"))


@contextmanager
def undone() -> Iterator[None]:
    """Undo what the requests of the block did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _shut(route: str, role: str) -> Sequence[str]:
    """Return how a route answers to who is not named: the sign-in page, unless it is public or knows who asks."""
    return _SHUT if route in service.PUBLIC_ROUTES or role in SIGNED else (SIGN_IN,)


class Walk:
    """Asks the service; ``wrong`` keeps what the table did not promise.

    What a request does is undone before the next one; what refusals leave (counts and entries), after a whole line.
    """

    def __init__(self) -> None:
        self.world = World()
        self.world.prepare()
        self.wrong: list[str] = []
        self.asked = 0

    def ask(self, route: str, role: str, method: str, scope: str) -> str:
        """Return the letter of one answer."""
        values = self.world.arguments(role, scope) if "<" in PATTERNS[route] else {}
        if "<path:object_id>" in PATTERNS[route]:
            values = {"object_id": self.world.row_of(route, scope)}
        strange = set(ARGUMENT.findall(PATTERNS[route])) - set(values)
        assert not strange, f"{route}: tests/access/world.py has no example of {', '.join(strange)}; give it its four"
        path = ARGUMENT.sub(lambda found: str(values[found[1]]), PATTERNS[route])
        self.asked += 1
        with listening() as told:
            answer = self.world.browsers[role].generic(method, path)
            if answer.streaming:
                list(answer)  # a file is closed by its reader
        if answer.status_code in _REFUSALS and _is_told(route, role) and not told.refusals:
            self.wrong.append(f"{route} {method}, {role}, {scope} object: refused, and no entry tells it")
        return letter_of(answer)

    def expect(self, route: str, role: str, method: str, scope: str, letters: Sequence[str]) -> None:
        """Compare one answer with the letters allowed."""
        got = self.ask(route, role, method, scope)
        if got not in letters:
            wanted = " or ".join(letters)
            self.wrong.append(f"{route} {method}, {role}, {scope} object: {got} where the table says {wanted}")

    def walk(self, route: str, lines: list[Row]) -> None:
        """Try one route with everybody."""
        self.world.keep_awake()
        scopes = SCOPES if "<" in PATTERNS[route] else SCOPES[:1]
        for row in lines:
            for role, method, scope in product(row.who, row.methods, scopes):
                self._let_in(row, role, method, scope)
            with undone():
                for role, method, scope in product(set(ROLES) - set(row.who), row.methods, scopes):
                    self.expect(route, role, method, scope, _shut(route, role))
            if "GET" in row.methods:
                first = next(iter(row.who))
                letters = [row.expected(first, "own"), SIGN_IN, NO_METHOD]
                with undone():
                    self.expect(route, first, "HEAD", "own", letters)
        with undone():
            self._other_methods(route, lines)

    def _let_in(self, row: Row, role: str, method: str, scope: str) -> None:
        """Try who is named, with one object."""
        letter, public = row.expected(role, scope), row.route in service.PUBLIC_ROUTES
        also = {REFUSED: [SIGN_IN] * public, ELSEWHERE: [OPEN, REFUSED, UNKNOWN]}.get(letter, [])
        with undone():
            self.expect(row.route, role, method, scope, [letter, *also])

    def _other_methods(self, route: str, lines: list[Row]) -> None:
        """Try what no line names: no method for who is let in, the sign-in page for a stranger."""
        first = next(iter(lines[0].who))
        for method in set(METHODS) - {"HEAD", *(method for row in lines for method in row.methods)}:
            self.expect(route, first, method, "own", [NO_METHOD])
            if route not in service.PUBLIC_ROUTES:
                self.expect(route, "stranger", method, "own", [SIGN_IN])


@pytest.fixture
def quiet(settings: Any) -> Iterator[None]:
    """Write no line and no page for each of thousands of refusals: how they look is tried elsewhere."""
    settings.ROOT_URLCONF = "tests.access.urls"
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.django_db
@pytest.mark.parametrize("space", ["aidants", "mandats", "others"])
def test_everybody_reaches_what_the_table_says_and_nothing_else(space: str, quiet: None) -> None:
    walk = Walk()
    for route, lines in rows().items():
        found = route.partition(":")[0]
        if route in PATTERNS and (found if found in ("aidants", "mandats") else "others") == space:
            walk.walk(route, lines)
    assert walk.asked > 300
    assert not walk.wrong, "\n".join([*walk.wrong[:60], _MEND])
