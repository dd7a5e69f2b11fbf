"""What goes back to the client by the browser: in the query, or in a form that posts itself.

Every answer carries ``iss`` (RFC 9207 §2) and ``state`` to the byte.  Nothing here decides where it goes: the address
is the one that the tables found registered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from aidants.domain.errors import ErrorCode
from oidc.protocol.errors import description
from oidc.protocol.parameters import add_to_uri
from oidc.provider.models import Interaction

FORM_POST = "form_post"


@dataclass(frozen=True, slots=True)
class Answer:
    """Where the browser goes, what it carries, and how (Multiple Response Types §2.1, Form Post §2)."""

    redirect_uri: str
    pairs: Mapping[str, str]
    mode: str = "query"

    @property
    def is_form(self) -> bool:
        """True when a form carries it."""
        return self.mode == FORM_POST

    @property
    def target(self) -> str:
        """The address with the answer in its query."""
        return add_to_uri(self.redirect_uri, self.pairs)

    @property
    def fields(self) -> dict[str, str]:
        """What the form holds; bytes that are no text cannot stand in a page, and such a ``state`` was refused."""
        return {name: value.encode("utf-8", "replace").decode() for name, value in self.pairs.items()}

    @property
    def origin(self) -> str:
        """Where the form is posted, as a source of Content-Security-Policy."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"


class SeeOther(HttpResponseRedirect):
    """A redirect whose request is a GET whatever the one before was (RFC 9700 §4.12, FAPI 2.0 §5.3.2.2)."""

    status_code = 303


def code_answer(interaction: Interaction, code: str) -> Answer:
    """Return the answer that carries a code (RFC 6749 §4.1.2)."""
    return _answer(interaction.redirect_uri, interaction.state, interaction.response_mode, {"code": code})


def refusal_answer(redirect_uri: str, state: str, mode: str, error: ErrorCode) -> Answer:
    """Return the answer that carries a refusal (RFC 6749 §4.1.2.1)."""
    name = error.oauth or "access_denied"
    return _answer(redirect_uri, state, mode, {"error": name, "error_description": description(error)})


def refusal_of(interaction: Interaction, error: ErrorCode) -> Answer:
    """Return the refusal of a request that was kept."""
    return refusal_answer(interaction.redirect_uri, interaction.state, interaction.response_mode, error)


def _answer(redirect_uri: str, state: str, mode: str, pairs: dict[str, str]) -> Answer:
    return Answer(redirect_uri, {**pairs, **({"state": state} if state else {}), "iss": settings.ISSUER}, mode)


def send(request: HttpRequest, answer: Answer, name: str, *, after_post: bool = False) -> HttpResponse:
    """Send the browser to the client called ``name``.

    After a post the page leaves by itself: browsers hold the policy ``form-action`` against every hop after it.
    """
    if answer.is_form:
        return allow_form(render(request, "oidc/form_post.html", {"answer": answer, "name": name}), answer)
    if after_post:
        return render(request, "oidc/leave.html", {"target": answer.target, "name": name})
    return SeeOther(answer.target)


def allow_form(response: HttpResponse, answer: Answer) -> HttpResponse:
    """Let the page's one form go to the client, and on from there by TLS: the site may redirect after it."""
    if answer.is_form:
        response._csp_update = {"form-action": [answer.origin, "https:"]}  # type: ignore[attr-defined]  # noqa: SLF001 -- django-csp's
    return response
