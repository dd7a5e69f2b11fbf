"""The map of structures: a tile a department, its colour a class of counts; the table beside it says the same."""

from collections.abc import Mapping
from dataclasses import dataclass

from aidants.domain.departements import DEPARTEMENTS, TILES

SIDE, GAP = 40, 4
# From this many on, the class; class 1 is « 1 à 4 », whose count is not said.
_CLASSES = ((50, 4), (20, 3), (5, 2))


@dataclass(frozen=True, slots=True)
class Tile:
    """One department on the map: where its square stands, in the drawing's own units, and its class from 0 to 4."""

    code: str
    name: str
    x: int
    y: int
    level: int
    told: str

    @property
    def text_x(self) -> int:
        """Where the code is written."""
        return self.x + SIDE // 2

    @property
    def text_y(self) -> int:
        """The line on which the code stands."""
        return self.y + SIDE // 2 + 5


def tiles(counts: Mapping[str, int | None]) -> list[Tile]:
    """Return every tile, departments without a structure included."""
    return [
        Tile(code, DEPARTEMENTS[code], x * (SIDE + GAP), y * (SIDE + GAP), _level(counts, code), _told(counts, code))
        for code, (x, y) in TILES.items()
    ]


def departments(counts: Mapping[str, int | None]) -> list[tuple[str, str, str]]:
    """Return code, name and count of the departments that have a structure, for who reads no map."""
    return [(code, name, _told(counts, code)) for code, name in DEPARTEMENTS.items() if code in counts]


def _level(counts: Mapping[str, int | None], code: str) -> int:
    count = counts.get(code, 0)
    if count is None:
        return 1
    return next((level for least, level in _CLASSES if count >= least), 0)


def _told(counts: Mapping[str, int | None], code: str) -> str:
    count = counts.get(code, 0)
    return "1 à 4" if count is None else str(count)
