"""The protocol's endpoints over HTTP.  Each reads the wire, asks one function and answers; rules live elsewhere."""

from datetime import datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.second_factor import is_idle, verified_at
from aidants.comptes.sign_in import sign_out
from aidants.domain.decisions import Denied, decide
from aidants.domain.errors import ErrorCode
from oidc import keys
from oidc.protocol.authorize import WHAT_IS_ASKED, WHO_ASKS, AuthorizeFacts, asked
from oidc.protocol.claims import own_acr
from oidc.protocol.metadata import metadata
from oidc.protocol.parameters import LONGEST, read
from oidc.provider.clients import find_client
from oidc.provider.interactions import open_interaction, refusal_uri
from oidc.provider.logout import end_connexion, read_logout
from oidc.provider.models import Client
from oidc.provider.server import provider

PUBLICATION_SECONDS = 300


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Authorization endpoint (RFC 6749 §3.1): refuse on a page of ours, send back, or let the aidant choose.

    A POST (OIDC Core §3.1.2.1) becomes the GET that it stands for: browsers send our cookie with that one alone.
    """
    if request.method == "POST":
        return _as_get(request)
    facts = _authorize_facts(request, timezone.now())
    unknown = decide(WHO_ASKS, facts)
    if isinstance(unknown, Denied):
        return refusal_page(request, unknown.reason)
    refused = decide(WHAT_IS_ASKED, facts)
    if isinstance(refused, Denied):
        state = "" if facts.is_repeated("state") else facts.get("state")
        return HttpResponseRedirect(refusal_uri(facts.get("redirect_uri"), state, refused.reason))
    return _let_choose(request, facts)


def _authorize_facts(request: HttpRequest, now: datetime) -> AuthorizeFacts:
    parameters = read(request.META.get("QUERY_STRING", ""))
    client = find_client(parameters.get("client_id")) if parameters else None
    signed_in_at = None if is_idle(request.session, now) else verified_at(request.session)
    acr = own_acr(settings.ISSUER, is_franceconnect=bool(client and client.is_franceconnect))
    return AuthorizeFacts(parameters, client, signed_in_at, now, acr)


def _as_get(request: HttpRequest) -> HttpResponse:
    """Return to this endpoint with the form's parameters in the query (RFC 9110 §15.4.4)."""
    body = request.body[: LONGEST + 1].decode("latin-1")
    if len(body) > LONGEST or not body.isascii() or not body.isprintable():
        body = ""
    answer = redirect("oidc:authorize")
    answer.status_code = 303
    answer["Location"] += f"?{body}"
    return answer


def _let_choose(request: HttpRequest, facts: AuthorizeFacts) -> HttpResponse:
    """Keep the request and show the choice; who must sign in again is signed out first.

    For FranceConnect's record a fresh code is enough, and the page of choice asks for it (PROTOCOLS §1).
    """
    wanted, client = asked(facts), facts.client
    if not isinstance(client, Client):
        raise TypeError("not a row of ours")
    if _is_stale(request.session, wanted.signed_in_since) and not client.is_franceconnect:
        sign_out(request, facts.now)
    interaction = open_interaction(wanted, client, request.session, facts.now)
    return redirect("oidc:choice", interaction_id=interaction.id)


def _is_stale(session: SessionBase, since: datetime | None) -> bool:
    at = verified_at(session)
    return at is not None and since is not None and at < since


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Token endpoint (RFC 6749 §3.2)."""
    return provider.create_token_response(request)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """UserInfo endpoint (OIDC Core §5.3)."""
    return provider.create_endpoint_response("userinfo", request)


@csrf_exempt
@require_POST
def introspect(request: HttpRequest) -> HttpResponse:
    """Introspection endpoint (RFC 7662 §2)."""
    return provider.create_endpoint_response("introspection", request)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end_session(request: HttpRequest) -> HttpResponse:
    """End one connexion and send back at once; without a hint of ours, only a page (RP-Initiated Logout §2, §6)."""
    outcome = read_logout(request, timezone.now())
    if isinstance(outcome, Denied):
        return refusal_page(request, outcome.reason)
    if outcome.sid:
        end_connexion(outcome, timezone.now())
    if outcome.target:
        return HttpResponseRedirect(outcome.target)
    return render(request, "oidc/signed_out.html", {"ended": bool(outcome.sid)})


@require_safe
def discovery(_request: HttpRequest) -> HttpResponse:
    """Discovery document (OIDC Discovery §4) and authorization server metadata (RFC 8414 §3)."""
    return _published(metadata(settings.ISSUER))


@require_safe
def jwks(_request: HttpRequest) -> HttpResponse:
    """The keys that verify what we sign (RFC 7517 §5)."""
    return _published(keys.publish(timezone.now()))


def _published(document: dict[str, object]) -> HttpResponse:
    answer = JsonResponse(document)
    answer["Cache-Control"] = f"public, max-age={PUBLICATION_SECONDS}"
    return answer


def refusal_page(request: HttpRequest, error: ErrorCode) -> HttpResponse:
    """Show a refusal that cannot be sent back, because nobody can be trusted to receive it."""
    return render(request, "oidc/refused.html", {"error": error}, status=error.http)
