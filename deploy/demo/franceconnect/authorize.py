"""The checks of FranceConnect's authorize endpoint, one a requirement.

Plain functions over the parameters received. Refusals that cannot safely go
back to the service are :class:`FranceConnectError` (a page); the others are
:class:`RedirectError`. Never touches a session.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deploy.demo.franceconnect.config import DEMO_IDP, SCOPES, Config, Service
from deploy.demo.franceconnect.errors import FranceConnectError, RedirectError
from deploy.demo.franceconnect.state import INTERACTION_SECONDS, Interaction

WHITELIST = frozenset(
    [
        "client_id",
        "response_type",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "acr_values",
        "prompt",
        "claims",
        "idp_hint",
        "ui_locales",
    ]
)
REQUIRED = ("client_id", "response_type", "redirect_uri", "scope", "state", "nonce", "acr_values")
NONCE_LENGTH = 22
PROMPTS = frozenset({"login", "consent"})


def check_whitelist(given: Mapping[str, Sequence[str]]) -> None:
    """Refuse what the real one does not expect (``code_challenge``, ``max_age``…)."""
    unknown = sorted(given.keys() - WHITELIST)
    if unknown:
        raise FranceConnectError("Y030007", f"paramètre non attendu : {', '.join(unknown)}")


def check_single(given: Mapping[str, Sequence[str]]) -> None:
    """Refuse a repeated parameter (RFC 6749 §3.1)."""
    repeated = sorted(name for name, values in given.items() if len(values) != 1)
    if repeated:
        raise FranceConnectError("Y030007", f"paramètre répété : {', '.join(repeated)}")


def check_required(given: Mapping[str, Sequence[str]]) -> None:
    """Refuse an absent mandatory parameter, or an empty client_id or redirect_uri."""
    missing = [name for name in REQUIRED if name not in given]
    empty = [name for name in ("client_id", "redirect_uri") if given.get(name) == [""]]
    if missing or empty:
        raise FranceConnectError("Y030007", f"paramètre absent : {', '.join(missing + empty)}")


def check_nonce(given: Mapping[str, Sequence[str]]) -> None:
    """Refuse a nonce shorter than 22 characters."""
    if len(given["nonce"][0]) < NONCE_LENGTH:
        raise FranceConnectError("Y030007", f"nonce de moins de {NONCE_LENGTH} caractères")


def check_acr(given: Mapping[str, Sequence[str]]) -> None:
    """Accept the level ``eidas1`` only."""
    if given["acr_values"][0].split() != ["eidas1"]:
        raise FranceConnectError("Y030007", "acr_values doit être eidas1")


def check_prompt(given: Mapping[str, Sequence[str]]) -> None:
    """Accept ``login`` and ``consent``, neither ``none`` nor an empty value."""
    if "prompt" in given:
        values = set(given["prompt"][0].split())
        if not values or not values <= PROMPTS:
            raise FranceConnectError("Y030007", "prompt non accepté")


CHECKS: tuple[Callable[[Mapping[str, Sequence[str]]], None], ...] = (
    check_whitelist,
    check_single,
    check_required,
    check_nonce,
    check_acr,
    check_prompt,
)


def find_service(config: Config, params: Mapping[str, str]) -> Service:
    """Give the service that asks; its redirect_uri must match character for character."""
    service = config.services.get(params["client_id"])
    if service is None:
        raise FranceConnectError("Y030106", "client_id inconnu")
    if params["redirect_uri"] not in service.redirect_uris:
        raise FranceConnectError("Y030118", f"redirect_uri non déclarée : {params['redirect_uri']}")
    return service


def check_idp_hint(config: Config, hint: str) -> None:
    """Refuse a hint that names no known identity provider."""
    if hint not in ("", DEMO_IDP, config.provider.idp_id):
        raise FranceConnectError("Y030016", f"idp_hint inconnu : {hint}")


def read_scopes(params: Mapping[str, str]) -> tuple[str, ...]:
    """Give the scopes asked; refusals go back to the service."""
    if params["response_type"] != "code":
        raise RedirectError("unsupported_response_type", "unsupported response_type requested")
    scopes = tuple(params["scope"].split())
    if "openid" not in scopes:
        raise RedirectError("invalid_request", "openid scope must be requested when using the acr_values parameter")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise RedirectError("invalid_scope", f"requested scope is not allowed: {unknown[0]}")
    return scopes


def read_rep_scope(claims: str) -> tuple[bool, tuple[str, ...]]:
    """Read ``claims.id_token.rep_scope``: was it asked, and with which values."""
    try:
        parsed: Any = json.loads(claims) if claims else {}
    except ValueError as error:
        raise FranceConnectError("Y030028", "claims n’est pas du JSON") from error
    asked = parsed.get("id_token") if isinstance(parsed, dict) else None
    if not isinstance(parsed, dict) or not isinstance(asked, dict | None):
        raise FranceConnectError("Y030028", "claims n’a pas la forme attendue")
    wanted = (asked or {}).get("rep_scope")
    values = wanted.get("values", []) if isinstance(wanted, dict) else []
    return "rep_scope" in (asked or {}), tuple(str(value) for value in values)


def read_request(config: Config, given: Mapping[str, Sequence[str]], now: float) -> tuple[Service, Interaction]:
    """Run every check; give the service and the interaction it opens.

    The perimeters wanted are those of the request, else of the service's record.
    """
    for check in CHECKS:
        check(given)
    params = {name: values[0] for name, values in given.items()}
    service = find_service(config, params)
    check_idp_hint(config, params.get("idp_hint", ""))
    asked, values = read_rep_scope(params.get("claims", ""))
    interaction = Interaction(
        uid=secrets.token_urlsafe(24),
        client_id=service.client_id,
        redirect_uri=params["redirect_uri"],
        state=params["state"],
        nonce=params["nonce"],
        scopes=(),
        rep_scope_asked=asked,
        rep_scope=values or service.rep_scope,
        expires_at=now + INTERACTION_SECONDS,
        idp_hint=params.get("idp_hint", ""),
    )
    return service, interaction
