"""The kernel's small pieces: SIRET, folding, vault, telephone numbers, the table of demarches."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidants.domain.demarches import DEMARCHES, by_rep_scope
from aidants.domain.folding import fold
from aidants.domain.siret import is_siret
from aidants.domain.telephone import BadTelephone, as_dialled, in_french, receives_sms, to_e164
from aidants.domain.vault import Unsealable, keyed_digest, seal, unseal


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("73282932000074", True),  # INSEE's own example of a Luhn-valid SIRET
        ("73282932000075", False),
        ("35600000049837", True),  # La Poste: digits add up to a multiple of five
        ("35600000000048", True),  # La Poste's seat satisfies Luhn
        ("35600000049838", False),
        ("7328293200007", False),
        ("７３２８２９３２００００７４", False),
        ("7328293200007a", False),
        ("", False),
    ],
)
def test_siret(text: str, good: bool) -> None:
    assert is_siret(text) is good


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("D’Alméida", "d almeida"),
        ("D'ALMEIDA", "d almeida"),
        ("  Nuñez-Cœuret ", "nunez coeuret"),
        ("Lefebvre-Montbel  de Saint-Rémy", "lefebvre montbel de saint remy"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.binary())
def test_what_is_sealed_opens_under_any_of_the_keys(plaintext: bytes) -> None:
    old, new = os.urandom(32), os.urandom(32)
    assert unseal(seal(plaintext, [old]), [new, old]) == plaintext


def test_altered_or_foreign_seals_do_not_open() -> None:
    key = os.urandom(32)
    sealed = seal(b"secret", [key])
    for damaged in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:10], b"", seal(b"secret", [os.urandom(32)])):
        with pytest.raises(Unsealable):
            unseal(damaged, [key])


def test_a_digest_depends_on_key_purpose_and_value() -> None:
    digests = {
        keyed_digest(b"k" * 32, "a", "b"),
        keyed_digest(b"l" * 32, "a", "b"),
        keyed_digest(b"k" * 32, "ab", ""),
        keyed_digest(b"k" * 32, "a", "c"),
    }
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+262 692 12 34 56", "+262692123456"),
        ("0033612345678", "+33612345678"),
        ("0692 12 34 56", "+262692123456"),
        ("0590 81 23 45", "+590590812345"),
        ("0696 12 34 56", "+596696123456"),
        ("0694 20 12 34", "+594694201234"),
        ("+687 75 12 34", "+687751234"),
        ("06 39 98 00 42", "+33639980042"),
    ],
)
def test_telephone(typed: str, number: str) -> None:
    assert to_e164(typed) == number


@pytest.mark.parametrize(
    ("number", "dialled"), [("+33499990042", "04 99 99 00 42"), ("+262262990003", "0262 99 00 03")]
)
def test_a_number_is_shown_as_it_is_dialled(number: str, dialled: str) -> None:
    assert as_dialled(number) == dialled


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("+33492001177", "04 92 00 11 77"),
        ("+262269990003", "+262 269 99 00 03"),
        ("0492001177", "04 92 00 11 77"),
        ("au standard", "au standard"),
        ("", ""),
    ],
)
def test_a_number_is_shown_as_people_write_it_and_what_is_none_as_it_was_typed(kept: str, shown: str) -> None:
    assert in_french(kept) == shown


@pytest.mark.parametrize(
    ("number", "receives"),
    [
        ("+33612345678", True),
        ("+33701020304", True),
        ("+33639980042", True),  # kept for fiction (ARCEP), and a mobile's
        ("+33492001122", False),
        ("+33199001122", False),
        ("+33970123456", False),
        ("+33801020304", False),
        ("+262692123456", True),
        ("+262262123456", False),
        ("+596696123456", True),
        ("+687751234", True),
        ("+12025550123", True),  # there the number does not tell
        ("", False),
    ],
)
def test_nothing_is_sent_to_a_landline(number: str, receives: bool) -> None:
    assert receives_sms(number) is receives


@pytest.mark.parametrize("typed", ["", "abc", "12", "06 12 34 56 78 90 12 34"])
def test_what_is_no_telephone_number_is_refused(typed: str) -> None:
    with pytest.raises(BadTelephone):
        to_e164(typed)


def test_the_ten_themes_have_one_name_in_each_vocabulary() -> None:
    assert len(DEMARCHES) == 10
    for column in ("code", "letter", "label", "rep_scope", "coop"):
        assert len({getattr(demarche, column) for demarche in DEMARCHES.values()}) == 10, column
    assert by_rep_scope("Argent-Impots-Consommation") is DEMARCHES["argent"]
    assert by_rep_scope("logement") is DEMARCHES["logement"]
    assert by_rep_scope("Jardinage") is None
