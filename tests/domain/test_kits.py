"""Kits as tables of cases (DOMAIN §5)."""

import pytest

from aidants.domain.activite.kits import CATALOGUE, EtatCommande, may_follow, may_order

MOVES = {
    ("commandee", "expediee"),
    ("expediee", "recue"),
    ("expediee", "perdue"),
    ("recue", "perdue"),
    ("perdue", "recue"),
}


@pytest.mark.parametrize("before", EtatCommande)
@pytest.mark.parametrize("after", [*EtatCommande, "", "ailleurs"])
def test_an_order_moves_forward(before: EtatCommande, after: str) -> None:
    assert bool(may_follow(before.value, str(after))) is ((before.value, str(after)) in MOVES)


@pytest.mark.parametrize(
    ("articles", "good"),
    [({"ordinateur": 1}, True), ({}, False), ({"ordinateur": 11}, False), ({"fusée": 1}, False), ({"guide": 0}, False)],
)
def test_what_may_be_ordered(articles: dict[str, int], good: bool) -> None:
    assert bool(may_order(articles)) is good
    assert len(CATALOGUE) == 8
