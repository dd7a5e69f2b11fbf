"""Canonical JSON: the same bytes as an RFC 8785 implementation that others wrote, and nothing looser."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from aidants.domain.canonical import CanonicalError, canonical_bytes, parse_canonical

names = st.text(st.characters(max_codepoint=126), max_size=8)
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4))


@given(values)
def test_agrees_with_another_implementation(value: object) -> None:
    data = canonical_bytes(value)
    assert data == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert parse_canonical(data) == value


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":-0}',
        b'"\\u00e9"',
        b'"\\/"',
        b"9007199254740992",
        b"\xef\xbb\xbf{}",
        b"\xff",
        b"",
        b"{}\n",
        b"[" * 100_000,
        b"1" * 5_000,
        '{"é":1}'.encode(),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        parse_canonical(data)


@pytest.mark.parametrize("value", ["\ud800", 1.5, {1: 2}, b"", 2**53, (1, 2)])
def test_values_without_a_form(value: object) -> None:
    with pytest.raises(CanonicalError):
        canonical_bytes(value)
