"""The provider on Authlib's protocol server: its grants and endpoints, each decided by our tables.

Authlib carries the registries (grants, endpoints, client authentication), the order of an exchange and the answers;
what it would accept and our profile refuses is decided before it by :mod:`oidc.protocol`: ``plain`` challenges, a
second authentication method, words of the request echoed in an error, a ``redirect_uri`` left out.
Later capabilities come as further grants, endpoints and extensions of this one server.
"""

import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import TokenEndpointMixin
from authlib.oauth2.rfc6749.endpoint import Endpoint
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, BaseGrant
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oidc.core.grants import OpenIDCode
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from aidants.domain.decisions import Denied, decide
from aidants.domain.errors import ErrorCode
from oidc.keys import SHARED_SECRET, sign
from oidc.protocol import bearer, errors
from oidc.protocol.bearer import PRESENTATION, BearerFacts, challenge, token_in
from oidc.protocol.claims import id_token_claims
from oidc.protocol.parameters import LONGEST, Parameters, read
from oidc.protocol.token import FORM, GRANT_TYPE
from oidc.provider.authentication import authenticate
from oidc.provider.clients import find_client, open_secret
from oidc.provider.models import Client
from oidc.provider.redemption import Issued, redeem
from oidc.provider.release import describe_token, release_identity
from oidc.provider.standing import Row, Standing, standing_of_token

_operations = logging.getLogger(__name__)
NO_STORE = [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
Outcome = TypeVar("Outcome")
JSON = [("Content-Type", "application/json"), *NO_STORE]
JWT = [("Content-Type", "application/jwt"), *NO_STORE]


class Refused(OAuth2Error):
    """A refusal of ours on its way through Authlib; raised outside any transaction."""

    def __init__(self, denied: Denied, authenticate_header: str = "") -> None:
        reason: ErrorCode = denied.reason
        self.challenge = authenticate_header
        self.reason = reason
        super().__init__(errors.description(reason), status_code=reason.http, error=reason.oauth or None)

    def get_headers(self) -> list[tuple[str, str]]:
        """Return headers with the challenge that HTTP wants beside a 401."""
        return [*JSON, ("WWW-Authenticate", self.challenge)] if self.challenge else list(JSON)

    def get_body(self) -> list[tuple[str, str]]:
        """Return the members of RFC 6749 §5.2; none where the refusal carries no error code (RFC 6750 §3.1)."""
        return [("error", self.error), ("error_description", self.description)] if self.error else []


def granted(outcome: Outcome | Denied) -> Outcome:
    """Return what was granted, or raise :class:`Refused`; a 401 tells how a client authenticates (RFC 6749 §5.2)."""
    if isinstance(outcome, Denied):
        basic = f'Basic realm="{bearer.REALM}", charset="UTF-8"' if outcome.reason.http == 401 else ""
        raise Refused(outcome, basic)
    return outcome


def granted_bearer(outcome: Outcome | Denied) -> Outcome:
    """Return what was granted, or raise a refusal with the challenge of RFC 6750 §3."""
    if isinstance(outcome, Denied):
        raise Refused(outcome, challenge(outcome.reason))
    return outcome


class WireRequest(OAuth2Request):
    """One request as our tables read it: parameters to the byte, once, and its moment."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.method, settings.ISSUER + request.path, headers=request.headers)
        self.http = request
        self.now: datetime = timezone.now()
        self.query = read(request.META.get("QUERY_STRING", ""))
        self.sent = _read_body(request)
        self.issued: Any = None

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the body."""
        return dict(self.sent.values) if self.sent else {}


def _read_body(request: HttpRequest) -> Parameters | None:
    """Return the form of a POST, or ``None`` when it is no form or too long (RFC 6749 §3.2)."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return None
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LONGEST:
        return None
    return read(request.body.decode("latin-1"))


class CodeGrant(AuthorizationCodeGrant):
    """The exchange of a code (RFC 6749 §4.1.3)."""

    @classmethod
    def check_token_endpoint(cls, request: WireRequest) -> bool:
        """True for a well-formed request of this grant."""
        return request.form.get("grant_type") == GRANT_TYPE

    def validate_token_request(self) -> None:
        """Authenticate the client, then redeem: the tables FORM, CLIENT_AUTHENTICATION, REQUEST, EXCHANGE."""
        granted(decide(FORM, self.request.sent))
        self.request.client = self.authenticate_token_endpoint_client()
        self.request.issued = granted(redeem(self.request.sent, self.request.client, self.request.now))

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Answer with the token (RFC 6749 §5.1) and the ID token (OIDC Core §3.1.3.3)."""
        issued: Issued = self.request.issued
        token = {
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "expires_in": issued.expires_in,
            "scope": issued.standing.row.scope,
        }
        response = 200, token, JSON
        self.execute_hook("after_create_token_response", response)
        return response


class OtherGrant(BaseGrant, TokenEndpointMixin):
    """Whatever no grant takes: says so in the words of our catalogue, never in those of the request."""

    @classmethod
    def check_token_endpoint(cls, request: WireRequest) -> bool:  # noqa: ARG003 -- Authlib's signature
        """True always: registered last."""
        return True

    def validate_token_request(self) -> None:
        """Refuse by the first table that the request fails."""
        granted(decide(FORM, self.request.sent))
        self.request.client = self.authenticate_token_endpoint_client()
        granted(redeem(self.request.sent, self.request.client, self.request.now))


class IdToken(OpenIDCode):
    """Adds the ID token to the answer of an exchange."""

    def encode_id_token(self, token: dict[str, Any], request: WireRequest) -> str:
        """Return the ID token in the client's algorithm."""
        issued: Issued = request.issued
        client: Client = request.client
        claims = id_token_claims(
            issued.standing.facts(),
            access_token=token["access_token"],
            alg=client.id_token_alg,
            iat=int(issued.issued_at.timestamp()),
            exp=int(issued.expires_at.timestamp()),
        )
        secret = shared_secret(client.id_token_alg, client.secret_sealed)
        return sign(claims, client.id_token_alg, secret=secret, now=request.now)

    def __call__(self, grant: BaseGrant) -> None:
        """Hook on the answer alone: the authorization request is decided by our own tables."""
        grant.register_hook("after_create_token_response", self.process_token)


def shared_secret(alg: str, sealed: bytes | memoryview | None) -> bytes | None:
    """Return the secret that keys HS256, and nothing for the other algorithms."""
    return open_secret(sealed) if alg == SHARED_SECRET else None


class Introspection(IntrospectionEndpoint):
    """RFC 7662: a client asks about a token of its own."""

    def check_params(self, request: WireRequest, client: Client) -> None:
        """``token`` is present; a hint helps nobody here and is ignored (RFC 7662 §2.1)."""
        if not request.form.get("token"):
            granted(Denied(errors.TOKEN_PARAMETER_MISSING))

    def query_token(self, token_string: str, token_type_hint: str | None) -> Standing | None:
        """Return the connexion of the token."""
        return standing_of_token(token_string, timezone.now())

    def check_permission(self, token: Standing, client: Client, request: WireRequest) -> bool:
        """True for a token issued to the client that asks (RFC 7662 §2.2, §4)."""
        return token.row.client_pk == client.id

    def create_introspection_payload(self, token: Standing | None) -> dict[str, object]:
        """Describe a live token; of any other nothing is said but that it is not active (RFC 7662 §2.2)."""
        return {"active": False} if token is None else describe_token(token, timezone.now())

    def create_endpoint_response(self, request: WireRequest) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Decide on the form first, then let Authlib lead."""
        granted(decide(FORM, request.sent))
        status, body, _ = super().create_endpoint_response(request)
        return status, body, JSON


class UserInfo(Endpoint):
    """OIDC Core §5.3, protected by a bearer token (RFC 6750)."""

    ENDPOINT_NAME = "userinfo"

    def create_endpoint_response(self, request: WireRequest) -> tuple[int, Any, list[tuple[str, str]]]:
        """Answer in JSON, or as a JWS when the client's record says so (OIDC Core §5.3.2)."""
        authorization = request.headers.get("Authorization", "")
        facts = BearerFacts(authorization, (request.query, request.sent), request.now)
        granted_bearer(decide(PRESENTATION, facts))
        standing, claims = granted_bearer(release_identity(token_in(authorization), request.now))
        return _answer(standing.row, claims, request.now)


def _answer(row: Row, claims: dict[str, object], now: datetime) -> tuple[int, Any, list[tuple[str, str]]]:
    alg = row.userinfo_alg
    if not alg:
        return 200, claims, JSON
    signed = {**claims, "iss": settings.ISSUER, "aud": row.client_id, "iat": int(now.timestamp())}
    return 200, sign(signed, alg, secret=shared_secret(alg, row.secret_sealed), now=now), JWT


class Provider(AuthorizationServer):
    """Authlib's server with our requests, our clients and our answers."""

    create_oauth2_request: Callable[[HttpRequest], WireRequest] = staticmethod(WireRequest)

    def query_client(self, client_id: str) -> Client | None:
        """Return the client of that identifier."""
        return find_client(client_id)

    def authenticate_client(
        self,
        request: WireRequest,
        methods: Iterable[str],
        endpoint: str = "token",
    ) -> Client:
        """Authenticate by the table CLIENT_AUTHENTICATION; the method is the one of the client's record."""
        return granted(authenticate(request.http, request.sent or Parameters({}), request.now))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody: what matters stands in the journal."""

    def handle_error_response(self, request: WireRequest, error: OAuth2Error) -> HttpResponse:
        """Answer a refusal; its stable name goes to the operator, who finds its help in the catalogue."""
        code = error.reason.code if isinstance(error, Refused) else error.error
        _operations.info("%s refused: %s", request.http.path, code)
        return self.handle_response(*error())

    def handle_response(self, status: int, body: Any, headers: Iterable[tuple[str, str]]) -> HttpResponse:
        """Return Django's answer."""
        content = json.dumps(body, ensure_ascii=False) if isinstance(body, dict) else body
        return HttpResponse(content, status=status, headers=dict(headers))


provider = Provider()
provider.register_grant(CodeGrant, [IdToken()])
provider.register_grant(OtherGrant)
provider.register_endpoint(Introspection)
provider.register_endpoint(UserInfo)
