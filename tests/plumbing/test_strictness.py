"""The strict machine: no network, no undefined variable in our templates, no order that nobody asked for."""

import socket
import urllib.request
import warnings
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.template import Context, Engine, Origin, Template

from tests.network import NetworkForbiddenError
from tests.undefined import UndefinedVariable, UndefinedVariableError

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_another_machine_cannot_be_reached(host: str) -> None:
    with pytest.raises(NetworkForbiddenError):
        urllib.request.urlopen(f"http://[{host}]/" if ":" in host else f"http://{host}/", timeout=1)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def _render(source: str, file: Path) -> str:
    engine = Engine(string_if_invalid=UndefinedVariable())
    return Template(source, origin=Origin(str(file)), engine=engine).render(Context({"known": "yes"}))


@pytest.mark.parametrize("source", ["{{ unknown }}", "{{ known.part }}", "{{ unknown|default:'x' }}"])
def test_undefined_variable_fails_in_our_templates(source: str) -> None:
    with pytest.raises(UndefinedVariableError):
        _render(source, ROOT / "aidants" / "templates" / "page.html")


def test_defined_variables_and_conditions_render_in_our_templates() -> None:
    assert _render("{{ known }}{% if unknown %}no{% endif %}", ROOT / "oidc" / "templates" / "page.html") == "yes"


def test_undefined_variable_is_silent_in_templates_of_libraries() -> None:
    assert _render("{{ unknown|default:'x' }}", Path("/usr/lib/library/page.html")) == "x"


def test_a_warning_is_an_error() -> None:
    with pytest.raises(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)


@pytest.mark.django_db
def test_unordered_querysets_are_shuffled() -> None:
    orders = {tuple(ContentType.objects.values_list("pk", flat=True)) for _ in range(5)}
    assert len(orders) > 1
    assert len({tuple(ContentType.objects.order_by("pk").values_list("pk", flat=True)) for _ in range(5)}) == 1
