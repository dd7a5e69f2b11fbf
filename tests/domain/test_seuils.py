"""What is small is hidden, and cannot be found again by a subtraction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidants.domain.departements import DEPARTEMENTS, TILES, departement_of
from mandats.domain.seuils import SEUIL, said, total_said

CASES = [
    ({}, {}),
    ({"a": 0, "b": 5, "c": 12}, {"a": 0, "b": 5, "c": 12}),
    ({"a": 4, "b": 5, "c": 12}, {"a": None, "b": None, "c": 12}),
    ({"a": 1, "b": 1, "c": 6, "d": 9}, {"a": None, "b": None, "c": None, "d": 9}),
    ({"a": 2, "b": 3, "c": 6}, {"a": None, "b": None, "c": 6}),
    ({"a": 2, "b": 0}, {"a": None, "b": 0}),
]


@pytest.mark.parametrize(("counts", "told"), CASES)
def test_what_is_said(counts: dict[str, int], told: dict[str, int | None]) -> None:
    assert said(counts) == told


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 30)))
def test_nothing_hidden_is_found_again(counts: dict[str, int]) -> None:
    told, total = said(counts), total_said(counts)
    hidden = [name for name, count in told.items() if count is None]
    assert all(count == 0 or count >= SEUIL for count in told.values() if count is not None)
    if total is not None and hidden:
        assert len(hidden) >= 2
        assert total - sum(count or 0 for count in told.values()) >= SEUIL


def test_every_department_has_one_tile() -> None:
    assert len(DEPARTEMENTS) == 96 + 11
    assert TILES.keys() == DEPARTEMENTS.keys()
    assert len(set(TILES.values())) == len(TILES)


@pytest.mark.parametrize(
    ("insee", "code"), [("75111", "75"), ("2A004", "2A"), ("97411", "974"), ("98818", "988"), ("99100", ""), ("", "")]
)
def test_a_commune_has_its_department(insee: str, code: str) -> None:
    assert departement_of(insee) == code
