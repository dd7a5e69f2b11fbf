"""Every route has a name, and the public list names routes that exist; `tests/access` walks them all."""

from django.conf import settings

from tests.architecture.all_routes import routes


def test_every_public_route_exists_and_every_route_has_a_name() -> None:
    names = [name for name, _ in routes()]
    assert "None" not in {name.rpartition(":")[2] for name in names}
    assert settings.PUBLIC_ROUTES - set(names) == set()
