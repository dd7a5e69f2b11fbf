"""The provider on Authlib's protocol server: its grants and endpoints, each decided by our tables.

Authlib carries the registries (grants, endpoints, client authentication), the order of an exchange and the answers;
what it would accept and our profile refuses is decided before it by :mod:`oidc.protocol`: ``plain`` challenges, a
second authentication method, words of the request echoed in an error, a ``redirect_uri`` left out.
"""

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Error
from django.http import HttpRequest, HttpResponse

from oidc.provider.authentication import authenticate
from oidc.provider.endpoints import Introspection, PushedAuthorization, Revocation, UserInfo
from oidc.provider.grants import CodeGrant, IdToken, OtherGrant
from oidc.provider.known_clients import find_client
from oidc.provider.models import Client
from oidc.provider.refused import count_refused_call
from oidc.provider.wire import Refused, WireRequest

_operations = logging.getLogger(__name__)


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
        return request.granted(authenticate(request.http, request.parameters, request.now), told=True)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody: what matters stands in the journal."""

    def handle_error_response(self, request: WireRequest, error: OAuth2Error) -> HttpResponse:
        """Answer a refusal and count it; its stable name goes to the operator, who finds its help in the catalogue."""
        if isinstance(error, Refused) and not error.told:
            count_refused_call(request.http, error.reason, request.now)
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
for endpoint in (Introspection, Revocation, PushedAuthorization, UserInfo):
    provider.register_endpoint(endpoint)
