"""The calls that FranceConnect makes to an identity provider.

As openid-client 5.7.0 is set there: made afresh each time (no cache), 6 s a
call, no redirection followed, status 200 exactly, no compression. Never judges
what a token says.
"""

from __future__ import annotations

import json
from typing import Any

import requests

from deploy.demo.franceconnect.config import Provider

TIMEOUT_SECONDS = 6
HEADERS = {
    "User-Agent": "openid-client/5.7.0 (https://github.com/panva/openid-client)",
    "Accept-Encoding": "identity",
}


class CallFailed(Exception):
    """A call got no usable answer; the message says why, without any secret."""


def _send(method: str, url: str, **options: Any) -> requests.Response:
    headers = {**HEADERS, **options.pop("headers", {})}
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.request(
                method,
                url,
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                **options,
            )
        except requests.Timeout as error:
            raise CallFailed(f"pas de réponse en {TIMEOUT_SECONDS} s") from error
        except requests.RequestException as error:
            raise CallFailed(f"site injoignable ({type(error).__name__})") from error
    if answer.status_code != 200:
        raise CallFailed(f"statut {answer.status_code} au lieu de 200{_oauth_error(answer)}")
    return answer


def _oauth_error(answer: requests.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    error = body.get("error") if isinstance(body, dict) else None
    return f" ({error})" if isinstance(error, str) else ""


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        body = json.loads(answer.content)
    except ValueError as error:
        raise CallFailed("la réponse n’est pas du JSON") from error
    if not isinstance(body, dict):
        raise CallFailed("la réponse n’est pas un objet JSON")
    return body


def fetch_metadata(provider: Provider) -> dict[str, Any]:
    """Fetch the discovery document; its issuer must equal the record's."""
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    metadata = _json(_send("GET", url, headers={"Accept": "application/json"}))
    if metadata.get("issuer") != provider.issuer:
        raise CallFailed(f"issuer publié {metadata.get('issuer')!r}, fiche {provider.issuer!r}")
    return metadata


def fetch_jwks(metadata: dict[str, Any]) -> dict[str, Any]:
    """Fetch the provider's key set."""
    return _json(_send("GET", metadata["jwks_uri"], headers={"Accept": "application/json"}))


def exchange_code(provider: Provider, metadata: dict[str, Any], code: str, redirect_uri: str) -> dict[str, Any]:
    """Exchange a code by ``client_secret_post``."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
    }
    headers = {"Accept": "application/json"}
    return _json(_send("POST", metadata["token_endpoint"], data=form, headers=headers))


def fetch_userinfo(provider: Provider, metadata: dict[str, Any], access_token: str) -> dict[str, Any] | str:
    """Fetch userinfo: JSON, or the compact JWS if the record says signed."""
    accept = "application/jwt" if provider.userinfo_alg else "application/json"
    headers = {"Authorization": f"Bearer {access_token}", "Accept": accept}
    answer = _send("GET", metadata["userinfo_endpoint"], headers=headers)
    if not provider.userinfo_alg:
        return _json(answer)
    kind = answer.headers.get("Content-Type", "")
    if kind.split(";")[0].strip().lower() != "application/jwt":
        raise CallFailed(f"Content-Type {kind!r} au lieu d’application/jwt")
    return answer.text.strip()
