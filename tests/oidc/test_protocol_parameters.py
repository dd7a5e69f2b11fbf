"""Reading and writing forms to the byte."""

from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oidc.protocol.parameters import LONGEST, add_to_uri, is_text, read, write


@pytest.mark.parametrize(
    ("raw", "values", "repeated"),
    [
        ("", {}, set()),
        ("a=1&b=2", {"a": "1", "b": "2"}, set()),
        ("a=&b", {}, set()),
        ("a=1&a=2", {"a": "2"}, {"a"}),
        ("a=&a=2", {"a": "2"}, {"a"}),
        ("a=%C3%A9", {"a": "é"}, set()),
        ("a=\xc3\xa9", {"a": "é"}, set()),
        ("a=b+c%2Bd", {"a": "b c+d"}, set()),
        ("a=%", {"a": "%"}, set()),
        ("a;b=1", {"a;b": "1"}, set()),
    ],
)
def test_read(raw, values, repeated):
    found = read(raw)
    assert found is not None
    assert (dict(found.values), set(found.repeated)) == (values, repeated)


@pytest.mark.parametrize("raw", ["a" * (LONGEST + 1), "&".join("abcdefg" for _ in range(200))])
def test_too_much_is_not_read(raw):
    assert read(raw) is None


@pytest.mark.spec("RFC 6749", "4.1.2")
@given(st.binary(min_size=1, max_size=40))
def test_a_value_goes_back_byte_for_byte(value):
    raw = "state=" + "".join(f"%{byte:02X}" for byte in value)
    found = read(raw)
    assert found is not None
    sent = add_to_uri("https://site.example/retour", {"state": found.get("state")})
    assert unquote_to_bytes(urlsplit(sent).query.removeprefix("state=")) == value


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_failure(raw):
    read(raw)


@pytest.mark.parametrize(
    ("value", "proper"), [("é x", True), ("a\x00", False), ("a\x7f", False), ("\udcff", False), ("a" * 11, False)]
)
def test_is_text(value, proper):
    assert is_text(value, 10) is proper


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://a.example/r", "https://a.example/r?code=x"),
        ("https://a.example/r?", "https://a.example/r?code=x"),
        ("https://a.example/r?b=%7e;c", "https://a.example/r?b=%7e;c&code=x"),
        ("http://localhost:8002", "http://localhost:8002?code=x"),
    ],
)
def test_a_redirect_uri_is_never_rewritten(uri, expected):
    assert add_to_uri(uri, {"code": "x"}) == expected


def test_write_leaves_nothing_to_interpretation():
    assert write({"a": "b c&d=é/+"}) == "a=b%20c%26d%3D%C3%A9%2F%2B"
