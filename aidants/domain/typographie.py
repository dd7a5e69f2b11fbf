"""French spacing: a guillemet or a high mark never stands alone at the end or the start of a line.

Whoever writes types ordinary spaces, which can be seen and searched; they become unbreakable here, where our words are
shown. Tags, attributes, scripts and styles are never touched. Source: the rules of the Imprimerie nationale.
"""

import re

_UNBREAKABLE = "\u00a0"
_NOT_TEXT = re.compile(
    r"(<(script|style|pre|code|textarea)\b.*?</\2>|<[^>]*>|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL
)
_AFTER = re.compile(r"« ")
# A mark that follows a space: followed by the end of a word, so that an operator or an emoticon is left alone.
_BEFORE = re.compile(r" (?=(?:»|[?!;:](?:\s|$)))")


def spaced(source: str) -> str:
    """Return `source`, a text or HTML of ours, with the spaces of French punctuation made unbreakable (U+00A0)."""
    parts = _NOT_TEXT.split(source)
    # Two groups: text, what is not text, the name of its element or None, text again.
    parts[::3] = [_BEFORE.sub(_UNBREAKABLE, _AFTER.sub("«" + _UNBREAKABLE, text)) for text in parts[::3]]
    return "".join(part for rank, part in enumerate(parts) if rank % 3 < 2)
