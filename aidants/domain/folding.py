"""One folding of names and addresses, for search and comparison on any database collation."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s'’ʼ‘`\-‐‑–—.]+")


def fold(text: str) -> str:
    """Return ``text`` without case, accents, apostrophes or hyphens, its words split by one space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _SEPARATORS.sub(" ", bare).strip()
