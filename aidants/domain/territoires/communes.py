"""Where a commune is: by its code, or by its postal code and name as somebody types them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from aidants.domain.departements import departement_of
from aidants.domain.folding import fold

_FILE = Path(__file__).with_name("communes.csv")
_FORMER = Path(__file__).with_name("anciennes.csv")
_COUNTRIES = Path(__file__).with_name("pays.csv")


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune; degrees; ``precise`` is false where its place is that of its neighbours."""

    code: str
    name: str
    postcodes: tuple[str, ...]
    latitude: float
    longitude: float
    precise: bool

    @property
    def departement(self) -> str:
        """The code of its department."""
        return departement_of(self.code)


@lru_cache(maxsize=1)
def _lines() -> Mapping[str, str]:
    """Return the table's lines by code; a line is read into a :class:`Commune` when asked for."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()[1:]
    return {line.partition(";")[0]: line for line in lines}


@lru_cache(maxsize=1)
def _by_postcode() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, line in _lines().items():
        for postcode in line.split(";")[2].split():
            found[postcode] = (*found.get(postcode, ()), code)
    return found


def commune(code: str) -> Commune | None:
    """Return the commune of an INSEE code, or ``None``."""
    line = _lines().get(code)
    if line is None:
        return None
    insee, name, postcodes, latitude, longitude, precise = line.split(";")
    return Commune(insee, name, tuple(postcodes.split()), float(latitude), float(longitude), precise == "1")


@lru_cache(maxsize=2)
def _names(file: Path) -> Mapping[str, str]:
    """Return the names of a table of two columns by code."""
    lines = file.read_text(encoding="utf-8").splitlines()[1:]
    return dict(line.split(";", 1) for line in lines)


def commune_name(code: str) -> str | None:
    """Return the name of a commune of today, of one that another has absorbed, or of an arrondissement; or ``None``."""
    found = commune(code)
    return found.name if found else _names(_FORMER).get(code)


def country_name(code: str) -> str | None:
    """Return the name of a foreign country by its code ``99xxx`` of the code officiel géographique, or ``None``."""
    return _names(_COUNTRIES).get(code)


def communes_of(postcode: str) -> list[Commune]:
    """Return the communes that a postal code serves, by name."""
    found = (commune(code) for code in _by_postcode().get(postcode.strip(), ()))
    return sorted((one for one in found if one), key=lambda one: fold(one.name))


def find_commune(postcode: str, name: str) -> Commune | None:
    """Return the commune that somebody names beside its postal code, whatever accents, hyphens and « St » they type."""
    wanted = _folded(name)
    return next((one for one in communes_of(postcode) if _folded(one.name) == wanted), None)


def _folded(name: str) -> str:
    words = {"st": "saint", "ste": "sainte"}
    return " ".join(words.get(word, word) for word in fold(name).split())
