"""What the clients of others log in with: one site, one mandat, one aidant at the desk."""

from typing import Any

from django.utils import timezone

from tests import builders
from tests.conformance.desk_browser import DeskBrowser
from tests.conformance.node_client import NodeClient
from tests.oidc import flow

CALLBACK = "http://localhost:9/api/v2/oidc-callback"
LOGOUT = "http://localhost:9/api/v2/client/logout-callback"


class Scene:
    """A structure, its aidant before the browser, a mandat of an usager, a registered site."""

    def __init__(self, issuer: str, profile: str, **record: Any) -> None:
        place = builders.structure()
        self.aidant = builders.aidant(place)
        self.mandat = builders.mandat(self.aidant, place, now=timezone.now(), demarches=("logement", "argent"))
        uris = {"redirect_uris": [CALLBACK], "post_logout_redirect_uris": [LOGOUT]}
        self.site = flow.site(profile, **uris | record)
        self.issuer = issuer
        self.browser = DeskBrowser(self.aidant, issuer)

    @property
    def autorisation(self) -> str:
        """The housing autorisation."""
        return str(self.mandat.autorisations.get(demarche="logement").id)

    def configuration(self, **more: Any) -> dict[str, Any]:
        """What a client is configured with."""
        client = self.site.client
        return {
            "issuer": self.issuer,
            "client_id": client.client_id,
            "client_secret": self.site.secret,
            "redirect_uri": self.site.redirect_uri,
            "post_logout_redirect_uri": LOGOUT,
            "auth_method": client.auth_method,
            "id_token_alg": client.id_token_alg,
            "userinfo_alg": client.userinfo_alg,
            "rep_scope": ["Logement", "Argent-Impots-Consommation"],
            **more,
        }

    def log_in(self, client: NodeClient, **more: Any) -> dict[str, Any]:
        """Go through the whole login; return what the client received."""
        url = client.tell(self.configuration(**more))["url"]
        return client.tell({"callback": self.browser.go_through(url, self.autorisation)})
