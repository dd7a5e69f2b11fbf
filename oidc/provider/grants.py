"""The token endpoint's grants on Authlib's server: the code alone, with its ID token."""

from typing import Any

from authlib.oauth2.rfc6749 import TokenEndpointMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, BaseGrant
from authlib.oidc.core.grants import OpenIDCode

from aidants.domain.decisions import decide
from oidc.keys import sign
from oidc.protocol.claims import details_claim, id_token_claims
from oidc.protocol.token import FORM, GRANT_TYPE
from oidc.provider.models import Client
from oidc.provider.proofs import proved_key
from oidc.provider.redemption import Issued, redeem
from oidc.provider.wire import JSON, Headers, WireRequest, shared_secret


class CodeGrant(AuthorizationCodeGrant):
    """The exchange of a code (RFC 6749 §4.1.3)."""

    @classmethod
    def check_token_endpoint(cls, request: WireRequest) -> bool:
        """True for a well-formed request of this grant."""
        return request.form.get("grant_type") == GRANT_TYPE

    def validate_token_request(self) -> None:
        """Authenticate, prove, redeem: the tables FORM, CLIENT_AUTHENTICATION, PROOF, REQUEST, EXCHANGE."""
        request: WireRequest = self.request
        request.granted(decide(FORM, request.sent))
        request.client = self.authenticate_token_endpoint_client()
        jkt = request.granted(proved_key(request.http, request.now))
        issued = redeem(request.parameters, request.client, jkt, request.now)
        request.issued = request.granted(issued, told=True)

    def create_token_response(self) -> tuple[int, dict[str, Any], Headers]:
        """Answer with the token (RFC 6749 §5.1) and the ID token (OIDC Core §3.1.3.3)."""
        issued: Issued = self.request.issued
        token = {
            "access_token": issued.access_token,
            "token_type": issued.facts.token_type,
            "expires_in": issued.expires_in,
            "scope": issued.standing.row.scope,
            **details_claim(issued.facts),
        }
        response = 200, token, [*JSON, *self.request.nonce().items()]
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
        request: WireRequest = self.request
        request.granted(decide(FORM, request.sent))
        request.client = self.authenticate_token_endpoint_client()
        request.granted(redeem(request.parameters, request.client, "", request.now), told=True)


class IdToken(OpenIDCode):
    """Adds the ID token to the answer of an exchange."""

    def encode_id_token(self, token: dict[str, Any], request: WireRequest) -> str:
        """Return the ID token in the client's algorithm."""
        issued: Issued = request.issued
        client: Client = request.client
        claims = id_token_claims(
            issued.facts,
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
