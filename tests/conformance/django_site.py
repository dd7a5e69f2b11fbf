"""A site whose sign-in is mozilla-django-oidc's: its two views and its backend, as its README sets them up.

The site keeps its sessions in its cookies and has no table of users: whom it signs in is what it received.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import include, path, set_urlconf
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

HOST = "localhost:9"
CALLBACK = f"http://{HOST}/oidc/callback/"
urlpatterns = [path("oidc/", include("mozilla_django_oidc.urls"))]


class Person:
    """Whom the site signs in."""

    is_active = True

    def __init__(self, claims: dict[str, Any]) -> None:
        """Keep what userinfo said."""
        self.claims = claims


class Backend(OIDCAuthenticationBackend):
    """The package's backend, over no table."""

    def filter_users_by_claims(self, claims: dict[str, Any]) -> list[Person]:
        """Know nobody."""
        return []

    def create_user(self, claims: dict[str, Any]) -> Person:
        """Take whoever comes."""
        return Person(claims)


class Callback(OIDCAuthenticationCallbackView):
    """The package's return, which says whom it let in."""

    def login_success(self) -> HttpResponse:
        """Tell instead of opening a session of Django's own accounts."""
        answer = HttpResponse("entered")
        answer.person = self.user  # type: ignore[attr-defined]
        return answer

    def login_failure(self) -> HttpResponse:
        """Tell that nobody entered."""
        return HttpResponse("refused", status=403)


class DjangoSite:
    """One browser at the site."""

    def __init__(self) -> None:
        """Begin with an empty session."""
        self.session: Any = SessionStore()

    def leave(self) -> str:
        """Press « sign in »; return where the browser goes."""
        answer = OIDCAuthenticationRequestView.as_view()(self._request("/oidc/authenticate/"))
        return str(answer["Location"])

    def come_back(self, address: str) -> dict[str, Any]:
        """Come back to the site; return what it knows of who entered, empty when it let nobody in."""
        request = self._request(address.removeprefix(f"http://{HOST}"))
        with override_settings(AUTHENTICATION_BACKENDS=[f"{__name__}.{Backend.__qualname__}"]):
            answer = Callback.as_view()(request)
        self.session = request.session
        return dict(answer.person.claims) if answer.content == b"entered" else {}

    def _request(self, path: str) -> Any:
        request = RequestFactory().get(path, headers={"host": HOST})
        request.session = self.session
        return request


@contextmanager
def django_site(issuer: str, client_id: str, secret: str, **more: Any) -> Iterator[DjangoSite]:
    """Run the site with the settings that its README names, on its own addresses."""
    given = {
        "OIDC_OP_AUTHORIZATION_ENDPOINT": f"{issuer}/authorize",
        "OIDC_OP_TOKEN_ENDPOINT": f"{issuer}/token",
        "OIDC_OP_USER_ENDPOINT": f"{issuer}/userinfo",
        "OIDC_OP_JWKS_ENDPOINT": f"{issuer}/jwks",
        "OIDC_RP_CLIENT_ID": client_id,
        "OIDC_RP_CLIENT_SECRET": secret,
        "OIDC_RP_SIGN_ALGO": "ES256",
        "OIDC_RP_SCOPES": "openid profile email mandat",
        "OIDC_USE_PKCE": True,
    }
    with override_settings(**given | more):
        set_urlconf(__name__)  # of this thread alone
        try:
            yield DjangoSite()
        finally:
            set_urlconf(None)
