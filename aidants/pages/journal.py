"""The journal as anybody may read it: checkpoint, tiles, digests of entries (C2SP tlog-tiles), and a page about them.

What is served says nothing about anybody: leaves are salted digests.
"""

import struct
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aidants.journal import merkle, tiles
from aidants.journal.publication import newest_size, published, watchers
from aidants.journal.sequence import journal_signer

_FOREVER = "public, max-age=31536000, immutable"
_LEVELS = frozenset(str(level) for level in range(64))


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The signed size and root of the tree, with the cosignatures of its witnesses."""
    found = published()
    if found is None:
        return HttpResponse(
            "Le journal n’a pas encore d’entrée.\n", status=404, content_type="text/plain; charset=utf-8"
        )
    headers = {"Cache-Control": "public, max-age=2"}
    return HttpResponse(found.note, content_type="text/plain; charset=utf-8", headers=headers)


@require_safe
def tile(request: HttpRequest, level: str, place: str) -> HttpResponse:
    """Hashes of the tree, 256 a tile."""
    found = _place(int(level), place) if level in _LEVELS else None
    try:
        return _immutable(tiles.read_tile(int(level), *found) if found else None)
    except tiles.IncompleteTile:
        return _immutable(None)


@require_safe
def entries(request: HttpRequest, place: str) -> HttpResponse:
    """Salted digests under one tile of level 0, each after its length on two bytes."""
    found = _place(0, place)
    try:
        digests = tiles.read_digests(*found) if found else None
    except tiles.IncompleteTile:
        digests = None
    return _immutable(digests and [struct.pack(">H", len(digest)) + digest for digest in digests])


def _place(level: int, place: str) -> tuple[int, int] | None:
    """Return number and width, unless the tree has no such tile."""
    found = merkle.parse_tile_path(place)
    exists = found and found[0] * merkle.TILE_WIDTH + found[1] <= newest_size() >> merkle.TILE_HEIGHT * level
    return found if exists else None


def _immutable(parts: Sequence[bytes] | None) -> HttpResponse:
    if parts is None:
        return HttpResponse("Pas de telle tuile.\n", status=404, content_type="text/plain; charset=utf-8")
    return HttpResponse(b"".join(parts), content_type="application/octet-stream", headers={"Cache-Control": _FOREVER})


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """What the journal is, where it stands, who watches it, how to check it."""
    context = {
        "published": published(),
        "witnesses": watchers(),
        "key": journal_signer().verifier,
        "address": f"{settings.ISSUER}/journal",
    }
    return render(request, "aidants/journal.html", context)
