"""The registry of the simulated FranceConnect: its services, its one provider.

Owns the records and how they are read (JSON file, options, environment). Never
keeps what happens while the site runs.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PREFIX = "/api/v2"
DEMO_IDP = "fi-demonstration"
SCOPES = [
    "openid",
    "identite_pivot",
    "given_name",
    "family_name",
    "birthdate",
    "gender",
    "birthplace",
    "birthcountry",
    "birth",
    "profile",
    "preferred_username",
    "email",
    "idp_birthdate",
    "idp_id",
]
ALGORITHMS = ("HS256", "ES256", "RS256")


class ConfigError(Exception):
    """What is wrong with an option or with the registry, in one French line."""


@dataclass(frozen=True)
class Service:
    """A service (FS) known to FranceConnect.

    ``rep_scope`` lists the perimeters that a mandat must cover for this
    service; empty, any perimeter will do.
    """

    client_id: str
    client_secret: str
    name: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    rep_scope: tuple[str, ...] = ()
    home: str = ""


@dataclass(frozen=True)
class Provider:
    """The record of the mandate service as an identity provider (FI).

    ``userinfo_alg`` empty: userinfo is JSON; else a JWS signed with it.
    """

    issuer: str
    client_id: str
    client_secret: str
    idp_id: str = "aidants-connect"
    name: str = "Aidants Connect"
    id_token_alg: str = "ES256"
    userinfo_alg: str = ""


@dataclass(frozen=True)
class Config:
    """All that one simulated FranceConnect needs to start."""

    base: str
    provider: Provider
    services: dict[str, Service] = field(default_factory=dict)
    pannes: bool = False

    @property
    def issuer(self) -> str:
        """Give the issuer, which real services call their base (``…/api/v2``)."""
        return f"{self.base}{PREFIX}"


def service_from(record: dict[str, Any]) -> Service:
    """Read one service from its JSON record; :class:`ConfigError` if incomplete."""
    missing = {"client_id", "client_secret", "redirect_uris"} - record.keys()
    if missing:
        raise ConfigError(f"un service n’a pas de {', '.join(sorted(missing))}.")
    lists = ("redirect_uris", "post_logout_redirect_uris", "rep_scope")
    for name in lists:
        if not isinstance(record.get(name, []), list):
            raise ConfigError(f"{name} doit être une liste.")
    return Service(
        client_id=str(record["client_id"]),
        client_secret=str(record["client_secret"]),
        name=str(record.get("name", record["client_id"])),
        home=str(record.get("home", "")),
        **{name: tuple(map(str, record.get(name, []))) for name in lists},
    )


def provider_from(record: dict[str, Any]) -> Provider:
    """Read the identity provider's record; :class:`ConfigError` if unusable."""
    try:
        provider = Provider(**{key: str(value or "") for key, value in record.items()})
    except TypeError as error:
        raise ConfigError(f"fiche du fournisseur d’identité : {error}.") from error
    if provider.id_token_alg not in ALGORITHMS:
        raise ConfigError(f"algorithme inconnu : {provider.id_token_alg}.")
    if provider.userinfo_alg not in ("", *ALGORITHMS):
        raise ConfigError(f"algorithme inconnu : {provider.userinfo_alg}.")
    return provider


def _load_json(text: str, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"{what} n’est pas du JSON : {error}.") from error
    if not isinstance(value, dict):
        raise ConfigError(f"{what} doit être un objet JSON.")
    return value


def _load_registry(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"registre illisible : {error}.") from error
    return _load_json(text, f"le registre {path}")


def build_config(base: str, registry: dict[str, Any], *, pannes: bool = False) -> Config:
    """Build the configuration from a registry ``{"services": […], "provider": {…}}``."""
    services = [service_from(record) for record in registry.get("services", [])]
    return Config(
        base=base.rstrip("/"),
        provider=provider_from(registry.get("provider", {})),
        services={service.client_id: service for service in services},
        pannes=pannes,
    )


def option_parser() -> argparse.ArgumentParser:
    """Give the options; each has an environment variable ``FCSIM_…`` as default."""
    env = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m deploy.demo.franceconnect", description="FranceConnect v2 simulé.")
    add = parser.add_argument
    add("--host", default=env("FCSIM_HOST", "127.0.0.1"))
    add("--port", type=int, default=env("FCSIM_PORT", "8001"))
    add("--base", default=env("FCSIM_BASE", ""), help="origine publique, sans /api/v2")
    add("--registry", default=env("FCSIM_REGISTRY", ""), help="fichier JSON : services, provider")
    add("--service", action="append", default=[], help="fiche JSON d’un service ; répétable")
    add("--idp-issuer", default=env("FCSIM_IDP_ISSUER", ""))
    add("--idp-client-id", default=env("FCSIM_IDP_CLIENT_ID", ""))
    add("--idp-client-secret", default=env("FCSIM_IDP_CLIENT_SECRET", ""))
    add("--idp-id", default=env("FCSIM_IDP_ID", ""))
    add("--idp-id-token-alg", default=env("FCSIM_IDP_ID_TOKEN_ALG", ""))
    add("--idp-userinfo-alg", default=env("FCSIM_IDP_USERINFO_ALG", ""))
    add("--pannes", action="store_true", default=env("FCSIM_PANNES", "") == "1")
    return parser


def agents_record(options: argparse.Namespace) -> dict[str, Any] | None:
    """Return the service's record at the simulated ProConnect, if the registry holds one."""
    record = _load_registry(options.registry).get("proconnect")
    return dict(record) if isinstance(record, dict) else None


def config_from(options: argparse.Namespace) -> Config:
    """Join file and options (options win); :class:`ConfigError` if unusable."""
    registry = _load_registry(options.registry)
    services = list(registry.get("services", []))
    services += [_load_json(text, "--service") for text in options.service]
    given = {
        "issuer": options.idp_issuer,
        "client_id": options.idp_client_id,
        "client_secret": options.idp_client_secret,
        "idp_id": options.idp_id,
        "id_token_alg": options.idp_id_token_alg,
        "userinfo_alg": options.idp_userinfo_alg,
    }
    provider = {**registry.get("provider", {}), **{k: v for k, v in given.items() if v}}
    base = options.base or f"http://localhost:{options.port}"
    return build_config(base, {"services": services, "provider": provider}, pannes=options.pannes)
