"""Reads a journal over HTTP at the addresses of C2SP tlog-tiles.  Plain Python; believes nothing of what it reads."""

import struct
import urllib.error
import urllib.request
from collections.abc import Sequence

from aidants.journal.merkle import HASH_BYTES, TILE_WIDTH, tile_path

_SECONDS = 20
_MOST_BYTES = 1_000_000


class Unreachable(OSError):
    """The journal does not answer: nothing can be said of it."""


class NotServed(LookupError):
    """What a checkpoint promises is not served, or not whole."""


class Source:
    """The journal at ``address``, for example ``https://example.org/journal``."""

    def __init__(self, address: str) -> None:
        if not address.startswith(("https://", "http://")):
            raise Unreachable("an address begins with https:// or http://")
        self.address = address.rstrip("/")

    def checkpoint(self) -> str:
        """Return the note that is served.  Raises :class:`Unreachable`, :class:`NotServed`."""
        return self._get("checkpoint").decode("utf-8", errors="replace")

    def tile(self, level: int, number: int, width: int) -> Sequence[bytes]:
        """Return the hashes of one tile.  Raises :class:`Unreachable`, :class:`NotServed`."""
        content = self._of_tile(f"tile/{level}", number, width)
        if len(content) < width * HASH_BYTES:
            raise NotServed(f"tile {level}/{number} is not whole")
        return [content[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(width)]

    def entries(self, number: int, width: int) -> Sequence[bytes]:
        """Return the first ``width`` entries under one tile of level 0, or as many as there are.

        Raises :class:`Unreachable`, :class:`NotServed`.
        """
        content = self._of_tile("tile/entries", number, width)
        found: list[bytes] = []
        while len(content) >= 2 and len(found) < width:
            (length,) = struct.unpack(">H", content[:2])
            found.append(content[2 : 2 + length])
            content = content[2 + length :]
        return found

    def _of_tile(self, kind: str, number: int, width: int) -> bytes:
        """Return a tile; a partial one may be gone once the full one is there."""
        try:
            return self._get(f"{kind}/{tile_path(number, width)}")
        except NotServed:
            if width == TILE_WIDTH:
                raise
            return self._get(f"{kind}/{tile_path(number)}")

    def _get(self, path: str) -> bytes:
        request = urllib.request.Request(f"{self.address}/{path}", headers={"Accept-Encoding": "identity"})  # noqa: S310 -- checked above
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 -- the same
                return bytes(answer.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            error.close()
            told = f"{path} is not served ({error.code})"
            raise (NotServed if error.code in {404, 410} else Unreachable)(told) from error
        except OSError as error:
            raise Unreachable(f"{self.address} does not answer") from error
