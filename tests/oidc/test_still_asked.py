"""What is still asked of a request keeps its stored names, and reads the rows of every release."""

from typing import Any

import pytest

from oidc.protocol.still_asked import StillAsked

ALL = StillAsked(["Logement"], ["logement"], ["s1"], ["mandat"], ["email"], {"email": ["a@b.example"]}, renews=True)
STORED = {
    "rep_scope": ["Logement"],
    "demarches": ["logement"],
    "sub": ["s1"],
    "id_token": ["mandat"],
    "userinfo": ["email"],
    "values": {"email": ["a@b.example"]},
    "renews": True,
}
EMPTY: dict[str, Any] = {"rep_scope": [], "demarches": [], "sub": [], "id_token": [], "userinfo": []}


def test_it_is_stored_under_the_names_of_the_first_release() -> None:
    assert ALL.to_json() == STORED
    assert StillAsked().to_json() == EMPTY


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        (STORED, ALL),
        ({"rep_scope": ["Logement"], "id_token": [], "userinfo": []}, StillAsked(["Logement"], (), (), [], [])),
    ],
)
def test_a_row_of_any_release_is_read(stored: dict[str, Any], asked: StillAsked) -> None:
    assert StillAsked.from_json(stored) == asked
