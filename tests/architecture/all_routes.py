"""Every route of the service, as Django resolves it."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

SAMPLES = {
    "uuid": "0b7b4f5e-7c5f-4e8e-9d1f-3b1f0a6d2c11",
    "int": "1",
    "slug": "x",
    "str": "x",
    "path": "x",
}


def routes(resolver: URLResolver | None = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Yield (view name, a path that reaches it) for every route of the URLconf."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(entry, path, inner)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", "/" + sample(path)


def sample(pattern: str) -> str:
    """Replace each converter of a pattern by a value that it accepts, each choice of words by its first."""
    pattern = re.sub(r"\^\(\?P<\w+>(\w+)[\w|]*\)(.*)\$$", r"\1\2", pattern)
    parts = pattern.split("<")
    filled = parts[0]
    for part in parts[1:]:
        converter, rest = part.split(">", 1)
        filled += SAMPLES[converter.split(":")[0] if ":" in converter else "str"] + rest
    return filled
