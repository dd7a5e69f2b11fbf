"""Addresses of ``oidc``."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny

from oidc.pages import views as pages
from oidc.provider import views as protocol
from oidc.provider.verification_batches import Lots, Suites
from oidc.provider.verifications import Verifications

app_name = "oidc"
urlpatterns = [
    path("authorize", protocol.authorize, name="authorize"),
    path("authorize/choix/<uuid:interaction_id>", pages.choice, name="choice"),
    path("authorize/choix/<uuid:interaction_id>/retour", pages.go_back, name="go_back"),
    path("token", protocol.token, name="token"),
    path("userinfo", protocol.userinfo, name="userinfo"),
    path("introspect", protocol.introspect, name="introspect"),
    path("revoke", protocol.revoke, name="revoke"),
    path("par", protocol.push, name="push"),
    path("end_session", protocol.end_session, name="end_session"),
    path("jwks", protocol.jwks, name="jwks"),
    path(".well-known/openid-configuration", protocol.discovery, name="discovery"),
    path(".well-known/oauth-authorization-server", protocol.discovery, name="server_metadata"),
    path("", include("oidc.franceconnect.urls")),
    path("", include("oidc.pages.registry.urls")),
    path("", include("oidc.pages.agents.urls")),
    path("", include("oidc.proconnect.urls")),
    path("api/v1/verifications", Verifications.as_view(), name="api_verifications"),
    path("api/v1/verifications/lots", Lots.as_view(), name="api_batches"),
    path("api/v1/verifications/suites", Suites.as_view(), name="api_suites"),
    path("api/v1/partenaire/", include("oidc.provider.provisioning_urls")),
    path(
        "api/v1/openapi.json",
        SpectacularJSONAPIView.as_view(authentication_classes=(), permission_classes=(AllowAny,)),
        name="api_schema",
    ),
]
