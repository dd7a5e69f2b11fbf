"""The table of communes: read whole once, found as people type, with its department and time zone."""

import zoneinfo

import pytest

from aidants.domain.departements import DEPARTEMENTS, departement_of
from aidants.domain.dispositif.distances import Point, distance_km
from aidants.domain.territoires.communes import commune, communes_of, find_commune
from aidants.domain.territoires.fuseaux import time_zone_of


@pytest.mark.parametrize(
    ("postcode", "name", "code"),
    [
        ("05000", "Gap", "05061"),
        ("05000", "gap", "05061"),
        ("05100", "BRIANCON", "05023"),
        ("97400", "St Denis", "97411"),
        ("13002", "Marseille 2e Arrondissement", "13202"),
        ("98800", "Nouméa", "98818"),
        ("20000", "Ajaccio", "2A004"),
        ("05000", "Briançon", None),
        ("00000", "Gap", None),
    ],
)
def test_a_commune_is_found_as_people_type_it(postcode: str, name: str, code: str | None) -> None:
    found = find_commune(postcode, name)
    assert (found.code if found else None) == code


def test_a_postal_code_names_its_communes() -> None:
    assert "Gap" in [one.name for one in communes_of(" 05000 ")]
    assert communes_of("99999") == []
    assert commune("99999") is None


def test_places_are_where_they_should_be() -> None:
    gap, briancon = commune("05061"), commune("05023")
    assert gap
    assert briancon
    assert gap.precise
    km = distance_km(Point(gap.latitude, gap.longitude), Point(briancon.latitude, briancon.longitude))
    assert 55 < km < 62


@pytest.mark.parametrize(
    ("code", "departement", "zone"),
    [
        ("05061", "05", "Europe/Paris"),
        ("2A004", "2A", "Europe/Paris"),
        ("97411", "974", "Indian/Reunion"),
        ("98818", "988", "Pacific/Noumea"),
    ],
)
def test_department_and_time_zone(code: str, departement: str, zone: str) -> None:
    assert departement_of(code) == departement
    assert departement in DEPARTEMENTS
    assert time_zone_of(departement) == zone


def test_every_time_zone_exists() -> None:
    assert {time_zone_of(code) for code in DEPARTEMENTS} <= zoneinfo.available_timezones()
