"""What the simulated administration needs to start.

Owns its options and their environment variables (``ALLOC_…``). Never keeps what
happens while the site runs.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass


class ConfigError(Exception):
    """What is missing, in one French line."""


@dataclass(frozen=True)
class Config:
    """The site's own origin and its two accounts: mandate service, FranceConnect."""

    base: str
    issuer: str
    client_id: str
    client_secret: str
    fc_issuer: str
    fc_client_id: str
    fc_client_secret: str
    id_token_alg: str = "ES256"

    @property
    def redirect_uris(self) -> dict[str, str]:
        """Give the two return addresses to register, by way of connection."""
        return {
            "aidant": f"{self.base}/retour/aidant",
            "franceconnect": f"{self.base}/retour/franceconnect",
        }

    @property
    def post_logout_redirect_uri(self) -> str:
        """Give the address to register for the return from a logout."""
        return f"{self.base}/deconnexion/retour"


REQUIRED = (
    "issuer",
    "client_id",
    "client_secret",
    "fc_issuer",
    "fc_client_id",
    "fc_client_secret",
)


def option_parser() -> argparse.ArgumentParser:
    """Give the options; each has an environment variable ``ALLOC_…`` as default."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.demo.administration",
        description="« Allocations de démonstration » : administration simulée.",
    )
    env = os.environ.get
    parser.add_argument("--host", default=env("ALLOC_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=env("ALLOC_PORT", "8002"))
    parser.add_argument("--base", default=env("ALLOC_BASE", ""), help="origine publique du site")
    for name in REQUIRED:
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, default=env(f"ALLOC_{name.upper()}", ""))
    parser.add_argument("--id-token-alg", default=env("ALLOC_ID_TOKEN_ALG", "ES256"))
    return parser


def config_from(options: argparse.Namespace) -> Config:
    """Read the options; :class:`ConfigError` names what is missing."""
    missing = [name for name in REQUIRED if not getattr(options, name)]
    if missing:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise ConfigError(f"il manque {names}.")
    return Config(
        base=(options.base or f"http://localhost:{options.port}").rstrip("/"),
        id_token_alg=options.id_token_alg,
        **{name: getattr(options, name) for name in REQUIRED},
    )
