"""Reads ``application/x-www-form-urlencoded`` to the byte: nothing is guessed, lost or repeated silently.

A value that is not UTF-8 keeps its bytes (as lone surrogates) so that ``state`` can be sent back as it came.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

# Controls, and the lone surrogates that bytes which are no UTF-8 become.
_NO_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
LONGEST = 16 * 1024
LONGEST_QUERY = 8000
"""What a query may hold: with method, path and version it fits the 8 190 bytes of a line that our server reads.

A longer line is answered 414 by gunicorn, before anything of ours has run: its page is its own, and in English.
"""
MOST_FIELDS = 64


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one request; those without a value are left out (RFC 6749 §3.1)."""

    values: Mapping[str, str]
    repeated: frozenset[str] = frozenset()

    def get(self, name: str) -> str:
        """Return a parameter's value, or empty text when it was omitted."""
        return self.values.get(name, "")


def read(raw: str, longest: int = LONGEST) -> Parameters | None:
    """Return the parameters of a query string or form body, or ``None`` when it cannot be read.

    ``raw`` holds bytes as WSGI hands them over (latin-1 text), at most ``longest``.
    """
    if len(raw) > longest:
        return None
    text = raw.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    times = Counter(name for name, _ in pairs)
    repeated = frozenset(name for name, count in times.items() if count > 1)
    return Parameters({name: value for name, value in pairs if value}, repeated)


def is_text(value: str, longest: int) -> bool:
    """True when ``value`` is UTF-8 without control characters and at most ``longest`` characters."""
    return len(value) <= longest and not _NO_TEXT.search(value)


def write(pairs: Mapping[str, str]) -> str:
    """Return ``pairs`` encoded for a query component, the very bytes that :func:`read` kept."""
    return urlencode(pairs, quote_via=quote, safe="", errors="surrogateescape")


def add_to_uri(uri: str, pairs: Mapping[str, str]) -> str:
    """Return ``uri``, unchanged to the character, with ``pairs`` appended to its query (RFC 6749 §4.1.2)."""
    mark = "&" if "?" in uri else "?"
    return f"{uri}{'' if uri.endswith(('?', '&')) else mark}{write(pairs)}"
