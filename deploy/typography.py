"""French spacing of the pages: the loaders that give each of our templates its unbreakable spaces when it is read.

What people typed is never touched: it is no template.  The rule itself is ``aidants/domain/typographie``.
"""

from django.template import Origin
from django.template.loaders import app_directories, filesystem

from aidants.domain.typographie import spaced


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
