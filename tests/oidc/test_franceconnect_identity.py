"""From FranceConnect's claims to the identity of a mandat."""

from typing import Any

import pytest

from aidants.domain.decisions import Denied
from mandats.domain.identite import Identite
from oidc.franceconnect.errors import IDENTITY_INCOMPLETE, IDENTITY_OURS
from oidc.franceconnect.identity import birthdate_kept, identite_of, preuve_of, sub_digest

KEY = b"k" * 32
CLAIMS = {
    "sub": "abc",
    "given_name": "Angela Claire Louise",
    "family_name": "DUBOIS",
    "birthdate": "1962-08-24",
    "idp_birthdate": "1962-08-24",
    "gender": "female",
    "birthplace": "75107",
    "birthcountry": "99100",
    "email": "angela@example.org",
    "preferred_username": "MARTIN",
    "idp_id": "un-fournisseur",
}


def identite(**changes: Any) -> Identite | Denied:
    return identite_of({**CLAIMS, **changes}, KEY, "aidants-connect")


def test_every_claim_finds_its_place_and_sub_is_a_digest() -> None:
    assert identite() == Identite(
        sub_digest=sub_digest("abc", KEY),
        given_name="Angela Claire Louise",
        family_name="DUBOIS",
        birthdate="1962-08-24",
        gender="female",
        birthplace="75107",
        birthcountry="99100",
        email="angela@example.org",
        preferred_username="MARTIN",
    )
    assert "abc" not in sub_digest("abc", KEY)


@pytest.mark.parametrize(
    ("birthdate", "presumed", "kept"),
    [
        ("1962-01-01", "1962-00-00", "1962-00-00"),
        ("1962-05-01", "1962-05-00", "1962-05-00"),
        ("1962-05-12", "1962-05-12", "1962-05-12"),
        ("1962-05-12", "", "1962-05-12"),
        ("1962-05-12", "1970-00-00", "1962-05-12"),
        ("1962-05-12", "12/05/1962", "1962-05-12"),
        ("12/05/1962", "", ""),
    ],
)
def test_the_presumed_date_is_kept_where_it_completes_to_the_other(birthdate: str, presumed: str, kept: str) -> None:
    assert birthdate_kept({"birthdate": birthdate, "idp_birthdate": presumed}) == kept


def test_born_abroad_has_no_commune_and_no_email_is_no_fault() -> None:
    found = identite(birthcountry="99404", birthplace="", email=None, preferred_username=None)
    assert isinstance(found, Identite)
    assert (found.birthplace, found.birthcountry, found.email, found.preferred_username) == ("", "99404", "", "")
    corse = identite(birthplace="2A004")
    assert isinstance(corse, Identite)


@pytest.mark.parametrize(
    "changes",
    [
        {"family_name": ""},
        {"family_name": None},
        {"given_name": "x" * 257},
        {"birthdate": "1962"},
        {"gender": "F"},
        {"birthcountry": "FR"},
        {"birthplace": "None"},
        {"birthplace": ""},
        {"birthplace": "2a004"},
    ],
)
def test_an_incomplete_identity_is_refused(changes: dict[str, Any]) -> None:
    assert identite(**changes) == Denied(IDENTITY_INCOMPLETE)


def test_an_identity_that_we_gave_ourselves_is_refused() -> None:
    assert identite(idp_id="aidants-connect") == Denied(IDENTITY_OURS)


def test_the_proof_keeps_level_and_digests_only() -> None:
    preuve = preuve_of({"sub": "abc", "acr": "eidas1", "jti": "jeton-1"}, KEY)
    assert (preuve.kind, preuve.level, preuve.sub_digest) == ("franceconnect", "eidas1", sub_digest("abc", KEY))
    assert len(preuve.token_id_digest) == 64
    assert "jeton-1" not in str(preuve)
    assert preuve_of({"sub": "abc", "acr": "eidas1"}, KEY).token_id_digest == ""
