"""The two ways into the simulated administration, by Authlib's Flask client.

Owns the two OpenID clients, what they ask, and the checks that Authlib leaves to
the application (``iss`` of the response, algorithm, signed userinfo). Never
shows a page.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import Any, cast

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.flask_client.apps import FlaskOAuth2App
from flask import Flask, request, session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from werkzeug.wrappers import Response

from deploy.demo.administration.config import Config
from deploy.demo.administration.visits import Visit

TIMEOUT_SECONDS = 10
WAYS = ("aidant", "franceconnect")
FAILURES = (OAuthError, AuthlibBaseError, JoseError, requests.RequestException, ValueError)


class ConnexionRefused(Exception):
    """A connection that did not succeed: what the person reads, and the detail."""

    def __init__(self, message: str, detail: str) -> None:
        self.message = message
        self.detail = detail
        super().__init__(f"{message} {detail}")


def register_clients(app: Flask, config: Config) -> OAuth:
    """Register both clients; metadata is read at first use.

    ``leeway`` 0: Authlib else holds a token of 60 s to be expired at once.
    """
    oauth = OAuth(app)
    network = {"default_timeout": TIMEOUT_SECONDS, "trust_env": False, "leeway": 0}
    oauth.register(
        "aidant",
        server_metadata_url=f"{config.issuer}/.well-known/openid-configuration",
        client_id=config.client_id,
        client_secret=config.client_secret,
        client_kwargs={
            **network,
            "scope": "openid profile email birth mandat",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic",
        },
    )
    oauth.register(
        "franceconnect",
        server_metadata_url=f"{config.fc_issuer}/.well-known/openid-configuration",
        client_id=config.fc_client_id,
        client_secret=config.fc_client_secret,
        client_kwargs={
            **network,
            "scope": "openid identite_pivot preferred_username email idp_birthdate idp_id",
            "token_endpoint_auth_method": "client_secret_post",
        },
    )
    return oauth


def client_of(oauth: OAuth, way: str) -> FlaskOAuth2App:
    """Give the client of a way of connection."""
    return cast(FlaskOAuth2App, oauth.create_client(way))


def leave(oauth: OAuth, way: str, redirect_uri: str) -> Response:
    """Send the browser to sign in; FranceConnect wants ``acr_values`` and a long nonce."""
    extra = {"acr_values": "eidas1"} if way == "franceconnect" else {}
    try:
        answer = client_of(oauth, way).authorize_redirect(redirect_uri, nonce=secrets.token_urlsafe(32), **extra)
    except FAILURES as failure:
        raise refusal(failure) from failure
    return cast(Response, answer)


def come_back(oauth: OAuth, way: str, alg: str) -> Visit:
    """Finish a connection: code, tokens, identity. :class:`ConnexionRefused` otherwise."""
    client = client_of(oauth, way)
    try:
        if not request.args.get("error"):
            _check_response_issuer(client)
        token = client.authorize_access_token(leeway=0)
        _check_alg(token["id_token"], alg)
        identity = _fetch_identity(client, token)
    except FAILURES as failure:
        raise refusal(failure) from failure
    claims = dict(token["userinfo"])
    if identity.get("sub") != claims["sub"]:
        raise ConnexionRefused("L’identité reçue n’est pas cohérente.", "sub du userinfo et du jeton d’identité")
    return Visit(
        way=way,
        identity=identity,
        id_token=token["id_token"],
        opened_at=time.time(),
        access_token=token["access_token"],
        token_expires_at=float(token.get("expires_at") or 0),
        claims={**identity, **claims},
    )


def _check_response_issuer(client: FlaskOAuth2App) -> None:
    """Check ``iss`` of the response where the provider promises it (RFC 9207)."""
    metadata = client.load_server_metadata()
    promised = metadata.get("authorization_response_iss_parameter_supported", False)
    given = request.args.get("iss")
    if (promised or given is not None) and given != metadata["issuer"]:
        raise OAuthError("invalid_iss", f"iss {given!r} dans la réponse")


def _check_alg(token: str, alg: str) -> None:
    head = token.split(".", maxsplit=1)[0]
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    if header.get("alg") != alg:
        raise OAuthError("invalid_alg", f"algorithme {header.get('alg')} au lieu de {alg}")


def _fetch_identity(client: FlaskOAuth2App, token: dict[str, Any]) -> dict[str, Any]:
    metadata = client.load_server_metadata()
    answer = client.get(metadata["userinfo_endpoint"], token=token)
    answer.raise_for_status()
    if not answer.headers.get("Content-Type", "").startswith("application/jwt"):
        return dict(answer.json())
    claims = read_signed(client, answer.text)
    wanted = {"iss": metadata["issuer"], "aud": client.client_id}
    for name, value in wanted.items():
        if claims.get(name) != value:
            raise OAuthError("invalid_userinfo", f"{name} du userinfo signé")
    if "exp" in claims and claims["exp"] <= time.time():
        raise OAuthError("invalid_userinfo", "userinfo signé expiré")
    return claims


def read_signed(client: FlaskOAuth2App, token: str) -> dict[str, Any]:
    """Give the claims of a JWS signed by the client's provider (keys fetched again once)."""
    algorithms = ["ES256", "RS256"]
    try:
        keys = KeySet.import_key_set(client.fetch_jwk_set())
        return dict(jwt.decode(token, keys, algorithms).claims)
    except InvalidKeyIdError:
        keys = KeySet.import_key_set(client.fetch_jwk_set(force=True))
        return dict(jwt.decode(token, keys, algorithms).claims)


def leave_for_logout(oauth: OAuth, visit: Visit, target: str) -> Response | None:
    """Send the browser to the provider's logout, or give None if it cannot be asked."""
    try:
        answer = client_of(oauth, visit.way).logout_redirect(
            post_logout_redirect_uri=target, id_token_hint=visit.id_token
        )
    except (*FAILURES, RuntimeError):
        return None
    return cast(Response, answer)


def refusal(failure: Exception) -> ConnexionRefused:
    """Tell a failure in one clear French line, the detail apart."""
    session.pop("visit", None)
    if isinstance(failure, requests.Timeout):
        message = "Le site d’identification met trop de temps à répondre. Réessayez plus tard."
    elif isinstance(failure, requests.RequestException):
        message = "Le site d’identification est injoignable. Réessayez plus tard."
    elif isinstance(failure, OAuthError) and failure.error == "access_denied":
        message = "La connexion a été annulée ou refusée."
    else:
        message = "La connexion n’a pas pu être vérifiée. Recommencez depuis l’accueil."
    return ConnexionRefused(message, str(failure))
