"""French spacing of the pages: a guillemet or a high mark never stands alone at the end or the start of a line.

Whoever writes a template types ordinary spaces, which can be seen and searched; they become unbreakable here, once,
when the template is read. What people typed is never touched, nor are tags, attributes, scripts and styles. Source: the
rules of the Imprimerie nationale for punctuation.
"""

import re

from django.template import Origin
from django.template.loaders import app_directories, filesystem

_UNBREAKABLE = "\u00a0"
_NOT_TEXT = re.compile(
    r"(<(script|style|pre|code|textarea)\b.*?</\2>|<[^>]*>|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL
)
_AFTER = re.compile(r"« ")
# A mark that follows a space: followed by the end of a word, so that an operator or an emoticon is left alone.
_BEFORE = re.compile(r" (?=(?:»|[?!;:](?:\s|$)))")


def spaced(source: str) -> str:
    """Return the HTML `source` of a template with the spaces of French punctuation made unbreakable (U+00A0)."""
    parts = _NOT_TEXT.split(source)
    # Two groups: text, what is not text, the name of its element or None, text again.
    parts[::3] = [_BEFORE.sub(_UNBREAKABLE, _AFTER.sub("«" + _UNBREAKABLE, text)) for text in parts[::3]]
    return "".join(part for rank, part in enumerate(parts) if rank % 3 < 2)


class _Spaced:
    """What both loaders add: pages are spaced, letters and messages in plain text are left as they are."""

    def get_contents(self, origin: Origin) -> str:
        """Return the text of the template at `origin`, spaced when it is a page of ours."""
        source: str = super().get_contents(origin)  # type: ignore[misc]
        return spaced(source) if str(origin.name).endswith(".html") else source


class Filesystem(_Spaced, filesystem.Loader):
    """Templates of the assembly."""


class AppDirectories(_Spaced, app_directories.Loader):
    """Templates of the apps."""
