"""What FranceConnect tells a service about a person.

Plain functions: the pairwise ``sub``, the claims of each scope, the ID token.
Never reads a session nor signs.
"""

from __future__ import annotations

import hashlib
from typing import Any

from deploy.demo.franceconnect.config import Config
from deploy.demo.franceconnect.keys import left_half_hash
from deploy.demo.franceconnect.state import TOKEN_SECONDS, Grant, SignedIn

PIVOT = ("given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry")
BY_SCOPE: dict[str, tuple[str, ...]] = {
    "identite_pivot": PIVOT,
    "birth": ("birthplace", "birthcountry"),
    "profile": ("given_name", "family_name", "birthdate", "gender", "preferred_username"),
    **{name: (name,) for name in PIVOT},
    "preferred_username": ("preferred_username",),
    "email": ("email",),
    "idp_birthdate": ("idp_birthdate",),
    "idp_id": ("idp_id",),
}


def complete_birthdate(birthdate: str) -> str:
    """Complete a presumed date as FranceConnect does: ``00`` becomes ``01``."""
    year, month, day = birthdate.split("-")
    return "-".join((year, "01" if month == "00" else month, "01" if day == "00" else day))


def pairwise_sub(person: dict[str, Any], client_id: str) -> str:
    """Give the person's ``sub`` for one service.

    It depends on the pivot identity, not on the provider used: the same person
    keeps the same ``sub`` whoever signs them in.
    """
    pivot = "|".join(str(person.get(name) or "") for name in PIVOT)
    return hashlib.sha256(f"{pivot}|{client_id}".encode()).hexdigest() + "v1"


def known_claims(person: SignedIn) -> dict[str, Any]:
    """Give every claim known of the person; a place unknown abroad is empty."""
    claims = dict(person.claims)
    claims["idp_birthdate"] = claims["birthdate"]
    claims["birthdate"] = complete_birthdate(claims["birthdate"])
    claims["birthplace"] = claims.get("birthplace") or ""
    claims["idp_id"] = person.idp_id
    return claims


def userinfo_claims(config: Config, grant: Grant, now: float) -> dict[str, Any]:
    """Give the claims of userinfo for the scopes granted, absent ones left out."""
    known = known_claims(grant.signed_in)
    names = [name for scope in grant.interaction.scopes for name in BY_SCOPE.get(scope, ())]
    told = {name: known[name] for name in names if known.get(name) is not None}
    issued = int(now)
    return {
        "sub": grant.sub,
        **told,
        "iss": config.issuer,
        "aud": grant.interaction.client_id,
        "iat": issued,
        "exp": issued + TOKEN_SECONDS,
    }


def id_token_claims(config: Config, grant: Grant, access_token: str, sub: str, now: float) -> dict[str, Any]:
    """Give the claims of the ID token; ``rep_scope`` only if it was asked."""
    issued = int(now)
    claims: dict[str, Any] = {
        "iss": config.issuer,
        "sub": sub,
        "aud": grant.interaction.client_id,
        "iat": issued,
        "exp": issued + TOKEN_SECONDS,
        "auth_time": int(grant.signed_in.opened_at),
        "acr": "eidas1",
        "nonce": grant.interaction.nonce,
        "at_hash": left_half_hash(access_token),
    }
    if grant.interaction.rep_scope_asked and grant.signed_in.rep_scope:
        claims["rep_scope"] = list(grant.signed_in.rep_scope)
    return claims
