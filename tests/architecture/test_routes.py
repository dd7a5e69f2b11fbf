"""Default deny: every route is on the one public list, or needs a verified second factor."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import builders

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
    """Replace each converter of a pattern by a value that it accepts."""
    parts = pattern.split("<")
    filled = parts[0]
    for part in parts[1:]:
        converter, rest = part.split(">", 1)
        filled += SAMPLES[converter.split(":")[0] if ":" in converter else "str"] + rest
    return filled


def test_every_public_route_exists_and_every_route_has_a_name() -> None:
    names = [name for name, _ in routes()]
    assert "None" not in {name.rpartition(":")[2] for name in names}
    assert settings.PUBLIC_ROUTES - set(names) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_strangers_are_sent_to_the_sign_in_page(method: str) -> None:
    private = [(name, path) for name, path in routes() if name not in settings.PUBLIC_ROUTES]
    assert private
    for name, path in private:
        answer = getattr(Client(), method)(path)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/connexion"), name


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_password_without_second_factor_opens_nothing(method: str) -> None:
    client = Client()
    client.force_login(builders.compte(), backend="django.contrib.auth.backends.ModelBackend")
    for name, path in routes():
        if name not in settings.PUBLIC_ROUTES:
            answer = getattr(client, method)(path)
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/connexion"), name
