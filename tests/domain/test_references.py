"""References: form, reading of what people type, and every one- or two-character mistake told."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandats.domain.references import ALPHABET, Mistake, is_well_formed, new_reference, normalise, parse

EXAMPLE = "GAP7-K3XW-9B"
references = st.binary(min_size=5, max_size=5).map(lambda drawn: new_reference(lambda _: drawn))


def test_the_documented_example_is_a_reference() -> None:
    assert is_well_formed(EXAMPLE)


def test_golden_references() -> None:
    assert new_reference(lambda _: bytes(5)) == "0000-0000-5X"
    assert new_reference(lambda _: b"\xff" * 5) == "ZZZZ-ZZZZ-G8"


@pytest.mark.parametrize(
    "typed",
    ["gap7-k3xw-9b", "GAP7K3XW9B", " gap7 k3xw 9b ", "GAP7–K3XW–9B", "gap7.k3xw.9b", "GA-P7-K3-XW-9B"],
)
def test_what_people_type_is_understood(typed: str) -> None:
    assert parse(typed) == EXAMPLE


@given(references)
def test_letters_read_as_digits_are_understood(reference: str) -> None:
    typed = reference.replace("0", "O").replace("1", "I")
    assert parse(typed) == reference
    assert parse(typed.replace("I", "l")) == reference


@pytest.mark.parametrize("typed", ["", "GAP7", "GAP7-K3XW-9B0", "GAP7-K3XW-9U", "GAP7-K3XW-é9", "0" * 11, "😀" * 10])
def test_another_shape_is_told(typed: str) -> None:
    assert parse(typed) is Mistake.SHAPE
    assert normalise(typed) == ""


@pytest.mark.parametrize("typed", ["0" * 10, "Z" * 10, "GAP7-K3XW-B9", "AGP7-K3XW-9B"])
def test_a_typo_is_told(typed: str) -> None:
    assert parse(typed) is Mistake.TYPO


@given(references, st.data())
def test_one_or_two_wrong_characters_never_pass(reference: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.sampled_from(range(10)), min_size=1, max_size=2, unique=True))
    characters = list(reference.replace("-", ""))
    for place in places:
        characters[place] = data.draw(st.sampled_from([c for c in ALPHABET if c != characters[place]]))
    assert parse("".join(characters)) is Mistake.TYPO


@given(references)
def test_any_swap_is_told(reference: str) -> None:
    characters = reference.replace("-", "")
    for left, right in itertools.combinations(range(10), 2):
        if characters[left] != characters[right]:
            swapped = list(characters)
            swapped[left], swapped[right] = swapped[right], swapped[left]
            assert parse("".join(swapped)) is Mistake.TYPO


@given(references)
def test_a_fresh_reference_reads_back(reference: str) -> None:
    assert is_well_formed(reference)
    assert parse(reference.lower().replace("-", " ")) == reference


def test_fresh_references_differ() -> None:
    assert len({new_reference() for _ in range(100)}) == 100


@given(st.text())
def test_anything_may_be_typed(typed: str) -> None:
    found = parse(typed)
    assert isinstance(found, Mistake) or is_well_formed(found)
