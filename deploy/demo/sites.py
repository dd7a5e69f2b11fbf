"""Who is who in a demonstration: three origins, the records that tie them, the environment of each.

The service, the simulated FranceConnect and the simulated administration know each other by these records only.
`load_demo` finds in the file named by DEMO_CLIENTS_FILE the clients to register at our provider, secrets included.
Starts nothing; `tests/` uses it as well.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.home import write_private

# Our own identifier in FranceConnect's list of identity providers.
IDP_ID = "aidants-connect"
ADMINISTRATION = "Allocations de démonstration"

# Our addresses as a client of FranceConnect (PROTOCOLS, section 2).
CALLBACK = "/franceconnect/callback"
LOGOUT_CALLBACK = "/franceconnect/logout-callback"


@dataclass(frozen=True)
class Sites:
    """The three sites of one demonstration.  ``secrets`` as :func:`deploy.demo.home.demo_secrets` makes them."""

    home: Path
    secrets: Mapping[str, str]
    service_port: int
    franceconnect_port: int
    administration_port: int

    @property
    def service(self) -> str:
        """Origin of the service, which is its issuer."""
        return f"http://localhost:{self.service_port}"

    @property
    def franceconnect(self) -> str:
        """Origin of the simulated FranceConnect."""
        return f"http://localhost:{self.franceconnect_port}"

    @property
    def administration(self) -> str:
        """Origin of the simulated administration."""
        return f"http://localhost:{self.administration_port}"

    @property
    def clients_file(self) -> Path:
        """The clients of our provider, for `load_demo`."""
        return self.home / "clients.json"

    @property
    def registry_file(self) -> Path:
        """The registry of the simulated FranceConnect."""
        return self.home / "franceconnect.json"

    def write_records(self) -> None:
        """Write the two files by which the sites know each other."""
        write_private(self.clients_file, json.dumps(self._clients(), indent=1, ensure_ascii=False))
        write_private(self.registry_file, json.dumps(self._registry(), indent=1, ensure_ascii=False))

    def _clients(self) -> dict[str, dict[str, str]]:
        """Clients of our provider, by profile, named as the options of `create_client` are."""
        return {
            "franceconnect": {
                "name": "FranceConnect",
                "client_id": "franceconnect-demo",
                "client_secret": self.secrets["franceconnect_at_service"],
                "redirect_uri": f"{self.franceconnect}/api/v2/oidc-callback",
                "post_logout_redirect_uri": f"{self.franceconnect}/api/v2/client/logout-callback",
                "auth_method": "client_secret_post",
                "id_token_alg": "ES256",
            },
            "administration": {
                "name": ADMINISTRATION,
                "client_id": "allocations-demo",
                "client_secret": self.secrets["administration_at_service"],
                "redirect_uri": f"{self.administration}/retour/aidant",
                "post_logout_redirect_uri": f"{self.administration}/deconnexion/retour",
                "auth_method": "client_secret_basic",
                "id_token_alg": "ES256",
            },
        }

    def _registry(self) -> dict[str, object]:
        return {
            "provider": {
                "issuer": self.service,
                "client_id": "franceconnect-demo",
                "client_secret": self.secrets["franceconnect_at_service"],
                "idp_id": IDP_ID,
            },
            "services": [
                {
                    "client_id": "service-des-mandats",
                    "client_secret": self.secrets["service_at_franceconnect"],
                    "name": "Service des mandats",
                    "redirect_uris": [f"{self.service}{CALLBACK}"],
                    "post_logout_redirect_uris": [f"{self.service}{LOGOUT_CALLBACK}"],
                    "home": self.service,
                },
                {
                    "client_id": "allocations-demo",
                    "client_secret": self.secrets["administration_at_franceconnect"],
                    "name": ADMINISTRATION,
                    "redirect_uris": [f"{self.administration}/retour/franceconnect"],
                    "post_logout_redirect_uris": [f"{self.administration}/deconnexion/retour"],
                    "home": self.administration,
                },
            ],
        }

    def service_environment(self, database_url: str) -> dict[str, str]:
        """Everything that `deploy/settings.py` reads; ``database_url`` is the service role's."""
        return {
            "MANDATS_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "deploy.settings",
            "DATABASE_URL": database_url,
            "DATABASE_SERVICE_ROLE": "mandats_service",
            "DATABASE_POOL": "1",
            "ISSUER": self.service,
            "SECRET_KEY": self.secrets["secret_key"],
            "VAULT_KEYS": self.secrets["vault_key"],
            "DIGEST_KEY": self.secrets["digest_key"],
            "FRANCECONNECT_BASE": f"{self.franceconnect}/api/v2",
            "FRANCECONNECT_CLIENT_ID": "service-des-mandats",
            "FRANCECONNECT_CLIENT_SECRET": self.secrets["service_at_franceconnect"],
            "FRANCECONNECT_IDP_ID": IDP_ID,
            "SMS_BACKEND": "file",
            "SMS_DIR": str(self.home / "sms"),
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(self.home / "emails"),
            "STATIC_ROOT": str(self.home / "static"),
            "STATIC_MANIFEST": "1",
            "DEMO_CLIENTS_FILE": str(self.clients_file),
            "DEMO_ADMINISTRATION": self.administration,
        }

    def franceconnect_environment(self) -> dict[str, str]:
        """What the simulated FranceConnect reads."""
        return {
            "FCSIM_PORT": str(self.franceconnect_port),
            "FCSIM_BASE": self.franceconnect,
            "FCSIM_REGISTRY": str(self.registry_file),
        }

    def administration_environment(self) -> dict[str, str]:
        """What the simulated administration reads."""
        return {
            "ALLOC_PORT": str(self.administration_port),
            "ALLOC_BASE": self.administration,
            "ALLOC_ISSUER": self.service,
            "ALLOC_CLIENT_ID": "allocations-demo",
            "ALLOC_CLIENT_SECRET": self.secrets["administration_at_service"],
            "ALLOC_FC_ISSUER": f"{self.franceconnect}/api/v2",
            "ALLOC_FC_CLIENT_ID": "allocations-demo",
            "ALLOC_FC_CLIENT_SECRET": self.secrets["administration_at_franceconnect"],
        }
