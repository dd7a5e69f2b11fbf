"""What is the same on every page, written once a process: addresses without arguments, parts of the frame.

Loaded by every template (``TEMPLATES`` in the settings).  What `{% once %}` keeps holds nothing of the person who reads
the page: it is rendered from the values that it names, and knows neither the request nor anything else.
"""

from collections.abc import Hashable
from typing import Final, cast

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Template, Token, token_kwargs
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as of_django

register = template.Library()
_MOST_FORMS: Final = 64


class _FixedAddress(Node):
    """The address of a route without arguments: the same at each page."""

    def __init__(self, found: URLNode) -> None:
        self._found, self._address = found, ""

    def render(self, context: Context) -> str:
        """Return the address, asked for once."""
        self._address = self._address or self._found.render(context)
        return self._address


@register.tag
def url(parser: Parser, token: Token) -> Node:
    """Write an address as Django does; the one of a route named in the template, without arguments, only once."""
    found: URLNode = of_django(parser, token)
    named = isinstance(found.view_name.var, str)
    return _FixedAddress(found) if named and not (found.args or found.kwargs or found.asvar) else found


class _Once(Node):
    """A part of a page that depends on a few values alone."""

    def __init__(self, part: NodeList, values: dict[str, FilterExpression]) -> None:
        self._part, self._values = part, values
        self._written: dict[tuple[Hashable, ...], str] = {}

    def render(self, context: Context) -> str:
        """Return the part for these values, rendered from them and from nothing else."""
        form = tuple(value.resolve(context, ignore_failures=True) for value in self._values.values())
        written = self._written.get(form)
        if written is None:
            written = self._render_alone(context, form)
            if len(self._written) < _MOST_FORMS:
                self._written[form] = written
        return written

    def _render_alone(self, context: Context, form: tuple[Hashable, ...]) -> str:
        alone = Context(dict(zip(self._values, form, strict=True)))
        with alone.bind_template(cast("Template", context.template)):
            return self._part.render(alone)


@register.tag
def once(parser: Parser, token: Token) -> Node:
    """Keep what stands until `{% endonce %}`, for each form of its values: `{% once known=user.is_authenticated %}`."""
    _, *given = token.split_contents()
    values = token_kwargs(given, parser)
    if given:
        raise template.TemplateSyntaxError(f"once: {given[0]} has no name")
    part = parser.parse(("endonce",))
    parser.delete_first_token()
    return _Once(part, values)
