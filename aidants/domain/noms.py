"""Names of persons, as somebody else types them: what is a name, and what would be something else in a message."""

import unicodedata

_SIGNS = frozenset(" -'’.,·")
LONGEST = 100


def is_name(text: str) -> bool:
    """Tell whether ``text`` may be a name: letters and their marks, spaces, hyphens, apostrophes, full stops.

    No markup, no address, no line break: it goes into e-mails and papers.
    """
    if not 0 < len(text) <= LONGEST or "://" in text:
        return False
    kinds = (unicodedata.category(sign)[0] for sign in text if sign not in _SIGNS)
    return all(kind in "LM" for kind in kinds) and any(sign.isalpha() for sign in text)


def is_one_line(text: str) -> bool:
    """Tell whether ``text`` holds no control sign, line break or invisible direction mark."""
    return all(unicodedata.category(sign) not in ("Cc", "Cf", "Zl", "Zp") for sign in text)
