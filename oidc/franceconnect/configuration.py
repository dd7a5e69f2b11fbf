"""The configuration and keys of the State's federations: discovered, cached for an hour, never pinned.

A key that the cache does not know is looked for again at once, because they rotate their keys without notice.
``base`` is FranceConnect's unless another federation of the same family (ProConnect) is named.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from oidc.franceconnect.wire import Deadline, Unreachable, get_json

_CONFIGURATION = "franceconnect.configuration"
_KEYS = "franceconnect.keys"
_SECONDS = 3600


class UnknownKey(LookupError):
    """FranceConnect publishes no key of that ``kid``."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What discovery tells (OpenID Connect Discovery 1.0 §3), as far as we use it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str
    iss_in_response: bool


def configuration(deadline: Deadline, base: str = "") -> Configuration:
    """Return the federation's configuration.  Raises ``Unreachable``."""
    base = base or settings.FRANCECONNECT_BASE
    kept = cache.get(f"{_CONFIGURATION}:{base}")
    if kept:
        return Configuration(**kept)
    found = _discovered(get_json(f"{base}/.well-known/openid-configuration", deadline), base)
    cache.set(f"{_CONFIGURATION}:{base}", asdict(found), _SECONDS)
    return found


def _discovered(document: dict[str, Any], base: str) -> Configuration:
    """Read the document; its issuer must be the one asked (Discovery §4.3)."""
    if document.get("issuer") != base:
        raise Unreachable("discovery speaks of another issuer")
    try:
        return Configuration(
            issuer=str(document["issuer"]),
            authorization_endpoint=str(document["authorization_endpoint"]),
            token_endpoint=str(document["token_endpoint"]),
            userinfo_endpoint=str(document["userinfo_endpoint"]),
            jwks_uri=str(document["jwks_uri"]),
            end_session_endpoint=str(document["end_session_endpoint"]),
            iss_in_response=document.get("authorization_response_iss_parameter_supported") is True,
        )
    except KeyError as error:
        raise Unreachable("discovery is incomplete") from error


def end_session_endpoint(base: str = "") -> str:
    """Return where the federation's session is closed, without a call: the cache, else its documented place."""
    base = base or settings.FRANCECONNECT_BASE
    kept = cache.get(f"{_CONFIGURATION}:{base}")
    return str(kept["end_session_endpoint"]) if kept else f"{base}/session/end"


def signing_key(kid: str, jwks_uri: str, deadline: Deadline) -> Key:
    """Return the key ``kid``, asking the federation again if the cache lacks it.

    Raises :class:`UnknownKey` and ``Unreachable``.
    """
    place = f"{_KEYS}:{jwks_uri}"
    kept = cache.get(place)
    found = _among(kept, kid) if kept else None
    if found is None:
        fresh = get_json(jwks_uri, deadline).get("keys")
        cache.set(place, fresh, _SECONDS)
        found = _among(fresh, kid)
    if found is None:
        raise UnknownKey
    try:
        return JWKRegistry.import_key(found)
    except (JoseError, ValueError) as error:
        raise UnknownKey from error


def _among(keys: Any, kid: str) -> dict[str, Any] | None:
    if not isinstance(keys, list):
        return None
    usable = (key for key in keys if isinstance(key, dict) and key.get("use", "sig") == "sig")
    return next((key for key in usable if key.get("kid") == kid), None)


def forget() -> None:
    """Empty the cache (a test, or an operator after a change of environment)."""
    base = settings.FRANCECONNECT_BASE
    kept = cache.get(f"{_CONFIGURATION}:{base}") or {"jwks_uri": ""}
    cache.delete_many([f"{_CONFIGURATION}:{base}", f"{_KEYS}:{kept['jwks_uri']}"])
