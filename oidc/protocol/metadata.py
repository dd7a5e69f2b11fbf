"""What the provider says of itself (OIDC Discovery §3, RFC 8414 §2): nothing that it does not do."""

from typing import Any

from oidc.protocol import authorization_details, client_assertion, dpop
from oidc.protocol.authorize import RESPONSE_MODES
from oidc.protocol.claims import EIDAS1, IDENTITY, own_acr
from oidc.protocol.client import ADMINISTRATION_SCOPES
from oidc.protocol.client_authentication import METHODS
from oidc.protocol.token import GRANT_TYPE

PATHS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "userinfo_endpoint": "/userinfo",
    "introspection_endpoint": "/introspect",
    "revocation_endpoint": "/revoke",
    "pushed_authorization_request_endpoint": "/par",
    "end_session_endpoint": "/end_session",
    "jwks_uri": "/jwks",
}
SIGNATURES = ["ES256", "RS256"]
_ID_TOKEN_CLAIMS = ["iss", "sub", "aud", "exp", "iat", "nonce", "acr", "amr", "auth_time", "at_hash", "sid"]
_OWN_CLAIMS = ["act", "mandat", "rep_scope"]


def metadata(issuer: str) -> dict[str, Any]:
    """Return the discovery document.  HS256 serves FranceConnect's record alone and is not offered."""
    return {
        "issuer": issuer,
        **{name: issuer + path for name, path in PATHS.items()},
        "scopes_supported": list(ADMINISTRATION_SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": [GRANT_TYPE],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": SIGNATURES,
        "userinfo_signing_alg_values_supported": SIGNATURES,
        **_client_authentication(),
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [own_acr(issuer, is_franceconnect=False), EIDAS1],
        "prompt_values_supported": ["none", "login", "consent"],
        "claim_types_supported": ["normal"],
        "claims_supported": [*_ID_TOKEN_CLAIMS, *IDENTITY, *_OWN_CLAIMS],
        "claims_parameter_supported": True,
        "authorization_details_types_supported": [authorization_details.TYPE],
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
        "require_pushed_authorization_requests": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "ui_locales_supported": ["fr"],
    }


def _client_authentication() -> dict[str, list[str]]:
    """Return how a client's server proves itself, the same wherever it does (RFC 8414 §2)."""
    told: dict[str, list[str]] = {}
    for endpoint in ("token", "introspection", "revocation"):
        told[f"{endpoint}_endpoint_auth_methods_supported"] = list(METHODS)
        told[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = list(client_assertion.ALGORITHMS)
    return told
