"""Reads ``routes.txt``: one line a route, its methods, who reaches it, and what becomes of each kind of object."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from aidants.domain.roles import Role

FILE = Path(__file__).with_name("routes.txt")
OPEN, UNKNOWN, REFUSED, ELSEWHERE = "o", "-", "x", "~"
SCOPES = ("own", "colleague", "foreign", "unknown")
SIGNED = ("nobody", *(role.value for role in Role))
ROLES = ("stranger", "halfway", *SIGNED, "usager", "client", "partenaire")


class BadRow(ValueError):
    """A line that does not read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One route.  ``who`` maps each role that reaches it to its answers for the four scopes of objects."""

    route: str
    methods: tuple[str, ...]
    who: dict[str, str]

    def expected(self, role: str, scope: str) -> str:
        """Return the letter that the table promises; empty for who does not reach the route."""
        return self.who[role][SCOPES.index(scope)] if role in self.who else ""


def _row(line: str) -> Row:
    route, *rest = line.split()
    methods = tuple(word for word in rest if word.isupper())
    who: dict[str, str] = {}
    for word in rest[len(methods) :]:
        name, _, letters = word.partition(":")
        roles = {"public": ROLES, "signed": SIGNED}.get(name, (name,))
        letters = letters or OPEN * 4
        if set(roles) - set(ROLES) or len(letters) != 4 or set(letters) - {OPEN, UNKNOWN, REFUSED, ELSEWHERE}:
            raise BadRow(line)
        who |= dict.fromkeys(roles, letters)
    if not methods or not who:
        raise BadRow(line)
    return Row(route, methods, who)


def rows() -> dict[str, list[Row]]:
    """Return the table by route.  Raises :class:`BadRow` for a line that does not read, or a method written twice."""
    found: dict[str, list[Row]] = defaultdict(list)
    for line in FILE.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            row = _row(line)
            if any(set(other.methods) & set(row.methods) for other in found[row.route]):
                raise BadRow(f"twice: {line}")
            found[row.route].append(row)
    return dict(found)
