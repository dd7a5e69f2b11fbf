"""``POST /api/v1/verifications``: an administration asks about a mandat with its client credentials.

Reads the wire, asks :mod:`mandats.verification`, answers; rules live there.
"""

import re
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import Direction, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from aidants.comptes.address import client_network
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from aidants.journal.limits import Throttled
from mandats.domain.errors import TOO_MANY_LOOKUPS
from mandats.verification.lookups import verify
from mandats.verification.questions import Asker
from oidc.protocol.bearer import scheme_of
from oidc.protocol.client import Profile
from oidc.protocol.errors import CLIENT_AUTHENTICATION_FAILED
from oidc.provider.authentication import authenticate_by_header
from oidc.provider.models import Client
from oidc.provider.refused import count_refused_client
from oidc.provider.verification_wire import (
    PROBLEM_SCHEMA,
    REQUEST_SCHEMA,
    VerdictTold,
    question_of,
    told,
)

PROBLEM = "application/problem+json"
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,64}")


class Caller:
    """The client behind a request, as DRF wants to see who calls."""

    is_authenticated = True

    def __init__(self, client: Client) -> None:
        self.client = client


def acteur_here(request: HttpRequest) -> Acteur | None:
    """Return the client that called, as the journal knows it; a partenaire's calls are journaled one by one already."""
    called = request.resolver_match is not None and request.resolver_match.view_name.startswith("oidc:api_")
    caller: object = request.user if called else None
    if not isinstance(caller, Caller) or caller.client.profile == Profile.PARTENAIRE:
        return None
    return Acteur(Kind.CLIENT, caller.client.id)


class ClientCredentials(BaseAuthentication):
    """HTTP Basic with a client's identifier and secret (RFC 7617), or Bearer with an assertion of its own (RFC 7523).

    One method a client: the one of its record, as at every endpoint of the provider.
    """

    profile = Profile.ADMINISTRATION

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        """Return the caller.  Raises ``AuthenticationFailed``; failures are counted by address."""
        client = authenticate_by_header(request._request, timezone.now())  # noqa: SLF001 - Django's own request
        if isinstance(client, Denied):
            raise AuthenticationFailed(client.reason.message, client.reason.code)
        if client.profile != self.profile:
            count_refused_client(request._request, CLIENT_AUTHENTICATION_FAILED, timezone.now())  # noqa: SLF001
            raise AuthenticationFailed(CLIENT_AUTHENTICATION_FAILED.message, CLIENT_AUTHENTICATION_FAILED.code)
        return Caller(client), None

    def authenticate_header(self, request: Request) -> str:
        """Name the schemes in a 401 (RFC 9110 §11.6.1); an assertion that was refused is told so (RFC 6750 §3.1)."""
        bearer = 'Bearer realm="verifications"'
        if scheme_of(request.headers.get("Authorization", "")) == "bearer":
            return f'{bearer}, error="invalid_token"'
        return f'Basic realm="verifications", charset="UTF-8", {bearer}'


class ClientCredentialsScheme(OpenApiAuthenticationExtension):
    """How the published description names the credentials."""

    target_class = ClientCredentials
    name = ["client_credentials", "client_assertion"]

    def get_security_requirement(self, auto_schema: Any) -> Any:
        """One or the other, never both."""
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: Any) -> Any:
        """Return the security schemes."""
        words = (
            "Pour un client à clés : à chaque appel, une assertion neuve qu’il signe (RFC 7523 §3), dont aud est notre "
            "identifiant d’émetteur et dont jti ne sert qu’une fois."
        )
        return [
            {"type": "http", "scheme": "basic"},
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": words},
        ]


class TooMany(APIException):
    """A limit was reached; ``wait`` becomes ``Retry-After``."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS

    def __init__(self, wait: Throttled) -> None:
        super().__init__(TOO_MANY_LOOKUPS.message, TOO_MANY_LOOKUPS.code)
        self.wait = wait.seconds


class Conflict(APIException):
    """The request contradicts an earlier one."""

    status_code = status.HTTP_409_CONFLICT

    def __init__(self, reason: ErrorCode) -> None:
        super().__init__(reason.message, reason.code)


def problem(description: str) -> OpenApiResponse:
    """Return how a refusal stands in the published description."""
    return OpenApiResponse(PROBLEM_SCHEMA, description)


_RESPONSES: dict[Any, Any] = {
    200: VerdictTold,
    **{
        (code, PROBLEM): problem(description)
        for code, description in (
            (400, "Corps illisible."),
            (401, "Preuve du client (secret ou assertion) absente ou fausse."),
            (406, "Représentation demandée indisponible."),
            (409, "Clé d’idempotence déjà employée pour une autre demande."),
            (413, "Corps de plus d’un mébioctet."),
            (415, "Le corps n’est pas du JSON."),
            (422, "Champs absents, inconnus ou mal formés."),
            (429, "Trop de demandes ; Retry-After dit combien de secondes attendre."),
        )
    },
}


IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=False,
    pattern="^[!-~]{1,64}$",
    description="Une valeur par demande (un UUID) : la répéter redonne la même réponse.",
)


class BodyRequired(AutoSchema):
    """Says that the body is no option, which drf-spectacular leaves out of a schema given by hand."""

    def _get_request_body(self, direction: Direction = "request") -> dict[str, Any] | None:
        body = super()._get_request_body(direction)
        return body | {"required": True} if body else None


class ForClients(APIView):
    """An endpoint of the API: credentials first, refusals as problem details (RFC 9457), nothing kept by caches."""

    authentication_classes = (ClientCredentials,)
    permission_classes = (IsAuthenticated,)
    schema = BodyRequired()

    def handle_exception(self, exc: Exception) -> Response:
        """Tell a refusal as problem details (RFC 9457)."""
        response = super().handle_exception(exc)
        if isinstance(exc, APIException):
            response.data = _problem_of(exc, response)
            response.content_type = PROBLEM
        response["Cache-Control"] = "no-store"
        return response


class Verifications(ForClients):
    """Does this mandat cover this demarche, now?"""

    @extend_schema(
        operation_id="verify",
        summary="Vérifier un mandat pour une démarche",
        request={"application/json": REQUEST_SCHEMA},
        responses=_RESPONSES,
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Vérifie un mandat. Chaque vérification est journalisée et montrée à l’usager."""
        question = question_of(request.data)
        verdict = verify(question, asker_of(request), timezone.now())
        if isinstance(verdict, Throttled):
            raise TooMany(verdict)
        if isinstance(verdict, Denied):
            raise Conflict(verdict.reason)
        return Response(told(verdict), headers={"Cache-Control": "no-store"})


def asker_of(request: Request) -> Asker:
    """Return who asks, and the name that they gave to their request.  Raises ``ValidationError``."""
    key = request.headers.get("Idempotency-Key", "")
    if "Idempotency-Key" in request.headers and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise ValidationError({"Idempotency-Key": ["64 caractères ASCII visibles au plus."]})
    client = cast("Caller", request.user).client
    address = client_network(request._request)  # noqa: SLF001 - Django's own request
    return Asker(client.name, "api", address, authenticated=True, client_id=client.id, idempotency_key=key)


def _problem_of(exc: APIException, response: Response) -> dict[str, Any]:
    malformed = isinstance(exc, ValidationError)
    if malformed:
        response.status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    detail = "Champs absents, inconnus ou mal formés." if malformed else str(exc.detail)
    codes = exc.get_codes()
    problem = {
        "type": "about:blank",
        "title": response.status_text,
        "status": response.status_code,
        "detail": detail,
        "code": codes if isinstance(codes, str) else "invalid",
    }
    return problem | ({"errors": _errors(exc.detail)} if malformed else {})


def _errors(detail: Any) -> dict[str, list[str]]:
    """Return what is wrong, by member; never the values."""
    members = detail if isinstance(detail, dict) else {"body": detail}
    return {str(name): [str(one) for one in found] for name, found in members.items()}
