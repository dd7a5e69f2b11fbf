"""Parts of pages that are written once a process: the same for everybody, and never anybody's."""

from typing import Any

import pytest
from django.template import TemplateSyntaxError, engines
from django.urls import NoReverseMatch, reverse


def _template(source: str) -> Any:
    return engines["django"].from_string(source)


def test_what_is_kept_knows_its_values_and_nothing_else() -> None:
    page = _template("{% once name=name %}{{ name }},{{ secret }},{{ request }},{{ csrf_token }}{% endonce %}")
    assert page.render({"name": "<Ada>", "secret": "s", "request": "r", "csrf_token": "c"}) == "&lt;Ada&gt;,,,"


def test_it_is_written_once_for_each_form_of_its_values() -> None:
    page = _template('{% once name=name %}{{ name }} {% now "u" %}{% endonce %}')
    first, other = page.render({"name": "Ada"}), page.render({"name": "Zoé"})
    assert first.startswith("Ada ")
    assert other.startswith("Zoé ")
    assert page.render({"name": "Ada"}) == first
    assert page.render({"name": "Zoé"}) == other


def test_values_without_end_fill_no_memory() -> None:
    page = _template('{% once name=name %}{% now "u" %}{% endonce %}')
    for number in range(64):
        page.render({"name": number})
    assert len(page.template.nodelist[0]._written) == 64
    page.render({"name": "one more"})
    assert len(page.template.nodelist[0]._written) == 64


def test_each_value_has_a_name() -> None:
    with pytest.raises(TemplateSyntaxError, match="secret has no name"):
        _template("{% once secret %}{% endonce %}")


def test_addresses_are_those_of_django() -> None:
    fixed, others = "{% url 'aidants:home' %} ", "{% url 'oidc:choice' number %} {% url route %} "
    page = _template(fixed + others + "{% url route as other %}{{ other }}")
    one, two = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
    for number, route in ((one, "aidants:home"), (two, "oidc:registry")):
        home, choice = reverse("aidants:home"), reverse("oidc:choice", args=[number])
        assert page.render({"number": number, "route": route}) == f"{home} {choice} {reverse(route)} {reverse(route)}"


def test_an_address_that_is_none_fails_each_time() -> None:
    page = _template("{% url 'aidants:nowhere' %}")
    for _ in range(2):
        with pytest.raises(NoReverseMatch):
            page.render({})
