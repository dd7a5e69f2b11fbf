"""The protocol's endpoints over HTTP.  Each reads the wire, asks one function and answers; rules live elsewhere."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.domain.decisions import Denied, decide
from aidants.domain.errors import ErrorCode
from oidc import keys
from oidc.protocol.authorize import WHAT_IS_ASKED, WHO_ASKS
from oidc.protocol.errors import REQUEST_UNREADABLE
from oidc.protocol.metadata import metadata
from oidc.protocol.parameters import LONGEST_QUERY
from oidc.provider.answers import SeeOther, send
from oidc.provider.authorization import keep, read_request, refuse, repeat_choice
from oidc.provider.logout import end_connexion, read_logout
from oidc.provider.refused import count_refused_call, count_refused_request
from oidc.provider.server import provider

PUBLICATION_SECONDS = 300
View = Callable[[HttpRequest], HttpResponse]


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Authorization endpoint (RFC 6749 §3.1): refuse on a page of ours, send back, or let the aidant choose.

    A POST (OIDC Core §3.1.2.1) becomes the GET that it stands for: browsers send our cookie with that one alone.
    """
    if request.method == "POST":
        return _as_get(request)
    now = timezone.now()
    made = read_request(request, now)
    unknown = decide(WHO_ASKS, made.facts)
    if isinstance(unknown, Denied) or made.client is None:
        reason = unknown.reason  # type: ignore[union-attr]  # granted only with a client
        count_refused_request(request, made.client, reason, now)
        return refusal_page(request, reason)
    refused = decide(WHAT_IS_ASKED, made.facts)
    if isinstance(refused, Denied):
        count_refused_request(request, made.client, refused.reason, now)
        return send(request, refuse(made.facts, refused.reason), made.client.name)
    if made.repeated:
        return send(request, repeat_choice(request, made, now), made.client.name)
    return SeeOther(reverse("oidc:choice", args=[keep(request, made, now).id]))


def _as_get(request: HttpRequest) -> HttpResponse:
    """Return to this endpoint with the form's parameters in the query (RFC 9110 §15.4.4), if a query can hold them.

    A site that asks for more pushes its request (RFC 9126 §1).
    """
    body = request.body[: LONGEST_QUERY + 1].decode("latin-1")
    if len(body) > LONGEST_QUERY:
        count_refused_request(request, None, REQUEST_UNREADABLE, timezone.now())
        return refusal_page(request, REQUEST_UNREADABLE)
    if not body.isascii() or not body.isprintable():
        body = ""
    return SeeOther(f"{reverse('oidc:authorize')}?{body}")


def open_to_scripts(view: View) -> View:
    """Let scripts of other origins read what is public, or what they hold a token for.

    Where the specifications ask: userinfo (OIDC Core §5.3), discovery and keys (RFC 9700 §2.6).  Nowhere else, and
    never with our cookies.
    """

    def answered(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = "GET, POST"
            response["Access-Control-Allow-Headers"] = "Authorization, DPoP, Content-Type"
            response["Access-Control-Max-Age"] = "3600"
        else:
            response = view(request)
            response["Access-Control-Expose-Headers"] = "WWW-Authenticate, DPoP-Nonce"
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return answered


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Token endpoint (RFC 6749 §3.2)."""
    return provider.create_token_response(request)


@csrf_exempt
@open_to_scripts
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
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Revocation endpoint (RFC 7009 §2)."""
    return provider.create_endpoint_response("revocation", request)


@csrf_exempt
@require_POST
def push(request: HttpRequest) -> HttpResponse:
    """Pushed authorization request endpoint (RFC 9126 §2)."""
    return provider.create_endpoint_response("pushed_authorization", request)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end_session(request: HttpRequest) -> HttpResponse:
    """End one connexion and send back at once; without a hint of ours, a page asks what to do (§2, §4, §6)."""
    outcome = read_logout(request, timezone.now())
    if isinstance(outcome, Denied):
        count_refused_call(request, outcome.reason, timezone.now())
        return render(request, "oidc/signed_out.html", {"error": outcome.reason}, status=outcome.reason.http)
    if outcome.sid:
        end_connexion(outcome, timezone.now())
    if outcome.target:
        return SeeOther(outcome.target)
    return render(request, "oidc/signed_out.html", {"ended": bool(outcome.sid)})


@csrf_exempt
@open_to_scripts
@require_safe
def discovery(_request: HttpRequest) -> HttpResponse:
    """Discovery document (OIDC Discovery §4) and authorization server metadata (RFC 8414 §3)."""
    return _published(metadata(settings.ISSUER))


@csrf_exempt
@open_to_scripts
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
