"""Codes: sixteen digits, one check digit that sees each wrong digit and each swap of neighbours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandats.domain.codes import check_digit, grouped, is_well_formed, new_code, normalise

codes = st.integers(0, 10**15 - 1).map(lambda drawn: new_code(lambda _: drawn))


def test_damm_vector() -> None:
    """The example published with the algorithm: 572 has check digit 4."""
    assert check_digit("572") == "4"
    assert check_digit("5724") == "0"


def test_golden_code() -> None:
    assert new_code(lambda bound: 123456789012345 % bound) == "1234567890123450"
    assert new_code(lambda _: 7).startswith("000000000000007")


@given(codes)
def test_any_wrong_digit_is_told(code: str) -> None:
    for place in range(16):
        for digit in "0123456789":
            wrong = code[:place] + digit + code[place + 1 :]
            assert is_well_formed(wrong) == (wrong == code)


@given(codes)
def test_any_swap_of_neighbours_is_told(code: str) -> None:
    for place in range(15):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert is_well_formed(swapped) == (swapped == code)


@pytest.mark.parametrize(
    "typed",
    [
        "1234 5678 9012 3450",
        "1234-5678-9012-3450",
        "1234\u00a05678\u202f9012 3450",
        "I234 5678 9Ol2 345o",
        "١٢٣٤ ٥٦٧٨ ٩٠١٢ ٣٤٥٠",
    ],
)
def test_what_people_type_is_understood(typed: str) -> None:
    assert normalise(typed) == "1234567890123450"


@pytest.mark.parametrize("typed", ["", "123", "1234 5678 9012 345", "1234 5678 9012 345x", "²" * 16, "1" * 17])
def test_another_shape_is_no_code(typed: str) -> None:
    assert normalise(typed) == ""
    assert not is_well_formed(typed)


@given(codes)
def test_printed_and_typed_back(code: str) -> None:
    assert is_well_formed(code)
    assert normalise(grouped(code)) == code
    assert [len(group) for group in grouped(code).split(" ")] == [4, 4, 4, 4]


def test_a_code_of_another_script_is_not_well_formed_before_it_is_normalised() -> None:
    assert not is_well_formed("١" * 16)


def test_fresh_codes_differ() -> None:
    assert len({new_code() for _ in range(100)}) == 100
