"""The other endpoints on Authlib's server: introspection, revocation, pushed requests, userinfo.

Each is read from top to bottom: the form, who calls, what is asked; the tables decide, and say by which section.
"""

from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749.endpoint import Endpoint
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from django.conf import settings

from aidants.domain.decisions import Denied, decide
from oidc.keys import sign
from oidc.protocol.bearer import NAMED, PRESENTATION, BearerFacts, scheme_of, token_in
from oidc.protocol.client_errors import PROOF_MISSING
from oidc.protocol.dpop import of_resource
from oidc.protocol.pushed import SECONDS, SIZE
from oidc.protocol.token import FORM
from oidc.provider.models import Client
from oidc.provider.proofs import proved_key
from oidc.provider.pushing import deposit
from oidc.provider.release import describe_token, release_identity
from oidc.provider.revocation import revoke
from oidc.provider.standing import Row, Standing, standing_of_token
from oidc.provider.wire import JSON, JWT, Headers, WireRequest, shared_secret

Answer = tuple[int, Any, Headers]


def _form_of_client(request: WireRequest, server: Any, endpoint: str) -> Client:
    """Decide on the form, then on who sends it: the tables FORM and CLIENT_AUTHENTICATION."""
    request.granted(decide(FORM, request.sent))
    client: Client = server.authenticate_client(request, (), endpoint)
    return client


class Introspection(IntrospectionEndpoint):
    """RFC 7662: a client asks about a token of its own."""

    def create_endpoint_response(self, request: WireRequest) -> Answer:
        """Describe a live token; of any other nothing is said but that it is not active (§2.2)."""
        client = _form_of_client(request, self.server, "introspection")
        request.granted(decide(NAMED, request.parameters))
        standing = standing_of_token(request.form["token"], request.now)
        if standing is None or not self.check_permission(standing, client, request):
            return 200, {"active": False}, JSON
        return 200, describe_token(standing, request.now), JSON

    def check_permission(self, token: Standing, client: Client, request: WireRequest) -> bool:
        """True for a token issued to the client that asks (§2.2, §4)."""
        return token.row.client_pk == client.id


class Revocation(RevocationEndpoint):
    """RFC 7009: a client gives back a token of its own."""

    def create_endpoint_response(self, request: WireRequest) -> Answer:
        """Answer 200 whether the token was known or not (§2.2); another client's is refused, and stays (§2.1)."""
        client = _form_of_client(request, self.server, "revocation")
        request.granted(decide(NAMED, request.parameters))
        request.granted(revoke(request.form["token"], client, request.now))
        return 200, {}, JSON


class PushedAuthorization(Endpoint):
    """RFC 9126: a client's server deposits a request before the browser comes."""

    ENDPOINT_NAME = "pushed_authorization"

    def create_endpoint_response(self, request: WireRequest) -> Answer:
        """Answer 201 with the name of what was deposited (§2.2); refusals as at the token endpoint (§2.3)."""
        request.granted(decide(SIZE, request.length))
        client = _form_of_client(request, self.server, "pushed_authorization")
        jkt = request.granted(proved_key(request.http, request.now))
        name = request.granted(deposit(request.parameters, client, jkt, request.now))
        return 201, {"request_uri": name, "expires_in": SECONDS}, [*JSON, *request.nonce().items()]


class UserInfo(Endpoint):
    """OIDC Core §5.3, protected by a bearer token (RFC 6750) or one bound to a key (RFC 9449 §7)."""

    ENDPOINT_NAME = "userinfo"

    def create_endpoint_response(self, request: WireRequest) -> Answer:
        """Answer in JSON, or as a JWS when the client's record says so (OIDC Core §5.3.2)."""
        authorization = request.headers.get("Authorization", "")
        scheme, token = scheme_of(authorization), token_in(authorization)
        facts = BearerFacts(authorization, (request.query, request.sent), request.now)
        request.granted_bearer(decide(PRESENTATION, facts), scheme)
        jkt = request.granted_bearer(_key_proved(request, scheme, token), scheme)
        standing, claims = request.granted_bearer(release_identity(token, jkt, request.now), scheme)
        status, body, headers = _answer(standing.row, claims, request.now)
        return status, body, [*headers, *request.nonce().items()]


def _key_proved(request: WireRequest, scheme: str, token: str) -> str | Denied:
    """Return the key proved with a token of the scheme DPoP; a bearer token proves none (RFC 9449 §7.1)."""
    if scheme != "dpop":
        return ""
    proved = proved_key(request.http, request.now, token=token)
    if isinstance(proved, Denied):
        return Denied(of_resource(proved.reason))
    return proved or Denied(of_resource(PROOF_MISSING))


def _answer(row: Row, claims: dict[str, object], now: datetime) -> Answer:
    alg = row.userinfo_alg
    if not alg:
        return 200, claims, JSON
    signed = {**claims, "iss": settings.ISSUER, "aud": row.client_id, "iat": int(now.timestamp())}
    return 200, sign(signed, alg, secret=shared_secret(alg, row.secret_sealed), now=now), JWT
