"""Who is who in a demonstration: three origins, the records that tie them, the environment of each.

The service, the simulated FranceConnect and the simulated administration know each other by these records only: the
clients that `load_demo` registers at our provider, and the services that FranceConnect knows.  Starts nothing; `tests/`
uses it as well.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aidants.journal.notes import ED25519, Signer
from deploy.demo.home import write_private
from deploy.demo.temoins import Temoins

SERVICE_AT_FRANCECONNECT = "service-des-mandats"
SERVICE_AT_PROCONNECT = "service-des-mandats-agents"
ADMINISTRATION_AT_FRANCECONNECT = "allocations-demo"
# Our own identifier in FranceConnect's list of identity providers.
IDP_ID = "aidants-connect"
ADMINISTRATION = "Allocations de démonstration"

# The number that people see and answer.
SMS_NUMBER = "36180"

# Our addresses as a client of FranceConnect.
CALLBACK = "/franceconnect/retour"
LOGOUT_CALLBACK = "/franceconnect/deconnexion"


@dataclass(frozen=True)
class Sites:
    """The sites of one demonstration.  ``secrets`` as :func:`deploy.demo.home.demo_secrets` makes them.

    The local time-stamping authority and the journal's witnesses are no sites that people open: any free ports of this
    machine do.  Without ``witness_ports`` the journal has no witness.
    """

    home: Path
    secrets: Mapping[str, str]
    service_port: int
    franceconnect_port: int
    administration_port: int
    timestamps_port: int
    witness_ports: tuple[int, ...] = field(default=(), kw_only=True)

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
    def timestamps(self) -> str:
        """Address of the local time-stamping authority."""
        return f"http://127.0.0.1:{self.timestamps_port}/"

    @property
    def timestamps_folder(self) -> Path:
        """Keys and certificates of the local time-stamping authority."""
        return self.home / "horodatage"

    @property
    def temoins(self) -> Temoins | None:
        """The witnesses of the journal, if the demonstration has any."""
        return Temoins(self.home / "temoins", self.witness_ports) if self.witness_ports else None

    @property
    def operateur(self) -> str:
        """Address of the simulated provider of text messages, whose page shows the telephones."""
        return f"{self.administration}/telephones"

    @property
    def state_file(self) -> Path:
        """What `load_demo` writes: the accounts, and the clients of our provider with their secrets."""
        return self.home / "state.json"

    @property
    def registry_file(self) -> Path:
        """The registry of the simulated FranceConnect."""
        return self.home / "franceconnect.json"

    def state(self) -> dict[str, Any]:
        """Return what `load_demo` wrote."""
        state: dict[str, Any] = json.loads(self.state_file.read_text())
        return state

    def write_registry(self) -> None:
        """Tell the simulated FranceConnect its provider (us) and its two services."""
        registry = {
            "provider": {"issuer": self.service, "idp_id": IDP_ID, **self.state()["clients"]["franceconnect"]},
            "services": [self._service_record(), self._administration_record()],
            "proconnect": self._agents_record(),
        }
        write_private(self.registry_file, json.dumps(registry, indent=1, ensure_ascii=False))

    def _service_record(self) -> dict[str, object]:
        return {
            "client_id": SERVICE_AT_FRANCECONNECT,
            "client_secret": self.secrets["service_at_franceconnect"],
            "name": "Service des mandats",
            "redirect_uris": [f"{self.service}{CALLBACK}"],
            "post_logout_redirect_uris": [f"{self.service}{LOGOUT_CALLBACK}"],
            "home": self.service,
        }

    def _agents_record(self) -> dict[str, object]:
        """How the simulated ProConnect, served beside FranceConnect, knows the service."""
        return {
            "client_id": SERVICE_AT_PROCONNECT,
            "client_secret": self.secrets["service_at_franceconnect"],
            "name": "Service des mandats",
            "redirect_uris": [f"{self.service}/connexion/proconnect/retour"],
            "post_logout_redirect_uris": [f"{self.service}/connexion/proconnect/fin"],
        }

    def _administration_record(self) -> dict[str, object]:
        return {
            "client_id": ADMINISTRATION_AT_FRANCECONNECT,
            "client_secret": self.secrets["administration_at_franceconnect"],
            "name": ADMINISTRATION,
            "redirect_uris": [f"{self.administration}/retour/franceconnect"],
            "post_logout_redirect_uris": [f"{self.administration}/deconnexion/retour"],
            "home": self.administration,
        }

    def service_environment(self, database_url: str) -> dict[str, str]:
        """Everything that `deploy/settings.py` reads; ``database_url`` is the service role's."""
        return {
            "MANDATS_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "deploy.settings",
            "DATABASE_URL": database_url,
            "DATABASE_SERVICE_ROLE": "mandats_service",
            "ISSUER": self.service,
            "SECRET_KEY": self.secrets["secret_key"],
            "VAULT_KEYS": self.secrets["vault_key"],
            "DIGEST_KEY": self.secrets["digest_key"],
            "JOURNAL_KEY": self._journal_key().private_text(),
            "JOURNAL_WITNESSES": self.temoins.known_to_the_service() if self.temoins else "",
            "FRANCECONNECT_BASE": f"{self.franceconnect}/api/v2",
            "FRANCECONNECT_CLIENT_ID": SERVICE_AT_FRANCECONNECT,
            "FRANCECONNECT_CLIENT_SECRET": self.secrets["service_at_franceconnect"],
            "FRANCECONNECT_IDP_ID": IDP_ID,
            "TSA_URL": self.timestamps,
            "PROCONNECT_BASE": f"{self.franceconnect}/proconnect/api/v2",
            "PROCONNECT_CLIENT_ID": SERVICE_AT_PROCONNECT,
            "PROCONNECT_CLIENT_SECRET": self.secrets["service_at_franceconnect"],
            "SMS_BACKEND": "gatewayapi",
            "SMS_API_BASE": self.operateur,
            "SMS_API_TOKEN": self._secret_of("sms token"),
            "SMS_SENDER": SMS_NUMBER,
            "SMS_WEBHOOK_SECRET": self._secret_of("sms web hook"),
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(self.home / "emails"),
            "STATIC_ROOT": str(self.home / "static"),
            "STATIC_MANIFEST": "1",
        }

    def _secret_of(self, purpose: str) -> str:
        """Return a secret of the provider of text messages, drawn from the demonstration's own."""
        return hashlib.sha256(f"{purpose} {self.secrets['secret_key']}".encode()).hexdigest()

    @property
    def journal_verifier(self) -> str:
        """The public key of the journal, for whoever checks it."""
        return str(self._journal_key().verifier)

    def _journal_key(self) -> Signer:
        """Return the key of the journal, whose name is its address."""
        seed = base64.urlsafe_b64decode(self.secrets["journal_key"] + "=")
        return Signer(f"localhost:{self.service_port}/journal", ED25519, seed)

    def timestamps_environment(self) -> dict[str, str]:
        """What the local time-stamping authority reads."""
        return {"TSA_PORT": str(self.timestamps_port), "TSA_FOLDER": str(self.timestamps_folder)}

    def franceconnect_environment(self) -> dict[str, str]:
        """What the simulated FranceConnect reads."""
        return {
            "FCSIM_PORT": str(self.franceconnect_port),
            "FCSIM_BASE": self.franceconnect,
            "FCSIM_REGISTRY": str(self.registry_file),
        }

    def administration_environment(self) -> dict[str, str]:
        """What the simulated administration reads."""
        client = self.state()["clients"]["administration"]
        return {
            "ALLOC_PORT": str(self.administration_port),
            "ALLOC_BASE": self.administration,
            "ALLOC_ISSUER": self.service,
            "ALLOC_CLIENT_ID": client["client_id"],
            "ALLOC_CLIENT_SECRET": client["client_secret"],
            "ALLOC_FC_ISSUER": f"{self.franceconnect}/api/v2",
            "ALLOC_FC_CLIENT_ID": ADMINISTRATION_AT_FRANCECONNECT,
            "ALLOC_FC_CLIENT_SECRET": self.secrets["administration_at_franceconnect"],
            "OPER_TOKEN": self._secret_of("sms token"),
            "OPER_SECRET": self._secret_of("sms web hook"),
            "OPER_HOOK": f"{self.service}/sms/retour",
            "OPER_NUMBER": SMS_NUMBER,
            "OPER_FOLDER": str(self.home / "sms"),
        }
