"""Canonical JSON (RFC 8785) for the values that we sign: text, whole numbers, booleans, lists, objects.

Stricter than the RFC: no fractions (ES6 number formatting never comes up), ASCII names (so UTF-16 and
code point order agree), whole numbers that every reader holds exactly (RFC 8259 §6), no duplicates.
"""

import json
from typing import Any, Final, NoReturn, TypeAlias, Union

Json: TypeAlias = Union[bool, int, str, list["Json"], dict[str, "Json"], None]  # noqa: UP007 - names itself

_LARGEST: Final = 2**53 - 1


class CanonicalError(ValueError):
    """The value has no canonical form here, or the bytes are not the canonical form of anything."""


def canonical_bytes(value: Any) -> bytes:
    """Return the canonical UTF-8 bytes of ``value``.  Raises :class:`CanonicalError`."""
    _check(value)
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonicalError("half of a surrogate pair is no text") from error


def parse_canonical(data: bytes) -> Json:
    """Return the value whose canonical form is exactly ``data``.  Raises :class:`CanonicalError`."""
    try:
        value: Json = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
        )
    except CanonicalError:
        raise
    except (ValueError, RecursionError) as error:
        raise CanonicalError("not JSON in UTF-8") from error
    if canonical_bytes(value) != data:
        raise CanonicalError("JSON, but not in its canonical form")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CanonicalError("a name stands twice in an object")
    return found


def _no_fraction(_: str) -> NoReturn:
    raise CanonicalError("only whole numbers are signed")


def _check(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _check(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str) or not name.isascii():
                raise CanonicalError("names are ASCII text")
            _check(item)
    else:
        _check_leaf(value)


def _check_leaf(value: Any) -> None:
    if value is not None and not isinstance(value, bool | int | str):
        raise CanonicalError(f"no canonical form for {type(value).__name__}")
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise CanonicalError("a whole number beyond 2^53 - 1")
