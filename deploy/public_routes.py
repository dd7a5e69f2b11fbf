"""The one list of routes that answer without a verified second factor.

Every other route is refused by default.  Names are Django's view names; a test
walks the URLconf and compares.
"""

PUBLIC_ROUTES = frozenset(
    {
        "sante",
        "aidants:home",
        "aidants:sign_in",
        "aidants:sign_out",
        # OpenID Connect: callers prove who they are by client credentials or a token.
        "oidc:authorize",
        "oidc:token",
        "oidc:userinfo",
        "oidc:introspect",
        "oidc:end_session",
        "oidc:jwks",
        "oidc:discovery",
        "oidc:server_metadata",
    }
)
