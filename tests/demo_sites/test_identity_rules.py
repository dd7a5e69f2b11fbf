"""The table of what FranceConnect accepts as an identity."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.demo.franceconnect.identities import IDENTITIES
from deploy.demo.franceconnect.identity_rules import broken_rules
from tests.demo_sites.fake_idp import IDENTITY

ACCEPTED: list[dict[str, Any]] = [
    {"given_name": "Z"},
    {"given_name": "É" * 256},
    {"family_name": "Lefebvre-d’Ormesson de Saint-Rémy"},
    {"birthdate": "1962-00-00"},
    {"birthdate": "1958-07-00"},
    {"birthdate": "1960-02-29"},
    {"gender": "male"},
    {"gender": "unspecified"},
    {"birthplace": "2A004"},
    {"birthplace": "2B033"},
    {"birthplace": "97411"},
    {"birthplace": "98818"},
    {"birthcountry": "99330", "birthplace": ""},
    {"birthcountry": "99330", "birthplace": None},
    {"preferred_username": "Desmoulins"},
    {"preferred_username": None},
]
REFUSED: list[tuple[str, Any]] = [
    ("given_name", ""),
    ("given_name", " "),
    ("given_name", "É" * 257),
    ("given_name", None),
    ("given_name", ["Jacqueline", "Marie"]),
    ("given_name", "<b>Anne</b>"),
    ("family_name", "Del\naunay"),
    ("family_name", "None"),
    ("birthdate", "1962"),
    ("birthdate", "12/03/1948"),
    ("birthdate", "1962-00-12"),
    ("birthdate", "1961-02-29"),
    ("birthdate", "1961-13-01"),
    ("birthdate", "1961-13-00"),
    ("birthdate", "0000-00-00"),
    ("birthdate", "1948-03-12T00:00:00"),
    ("birthdate", None),
    ("gender", "F"),
    ("gender", ""),
    ("gender", None),
    ("birthcountry", ""),
    ("birthcountry", "FR"),
    ("birthcountry", None),
    ("birthplace", ""),
    ("birthplace", None),
    ("birthplace", "Orléans"),
    ("birthplace", "2a004"),
    ("birthplace", "2C004"),
    ("birthplace", "4523"),
    ("preferred_username", 3),
    ("preferred_username", "None"),
    ("email", None),
    ("email", ""),
    ("email", "jacqueline"),
    ("email", "a@b"),
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=str)
def test_accepted(changes: dict[str, Any]) -> None:
    assert broken_rules({**IDENTITY, **changes}) == []


@pytest.mark.parametrize(("name", "value"), REFUSED, ids=str)
def test_refused(name: str, value: Any) -> None:
    assert broken_rules({**IDENTITY, name: value}) == [name]


def test_the_word_none_abroad_is_refused() -> None:
    assert broken_rules({**IDENTITY, "birthcountry": "99330", "birthplace": "None"}) == ["birthplace"]


def test_every_demonstration_identity_but_the_one_without_email_could_cross() -> None:
    broken = {key: broken_rules(person.claims()) for key, person in IDENTITIES.items()}
    assert {key: names for key, names in broken.items() if names} == {"sans-courriel": ["email"]}
