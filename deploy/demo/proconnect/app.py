"""The whole simulated ProConnect: it believes any professional address, and refuses what the real one refuses.

Owns its records, codes and tokens, in memory.  Never shares anything with the service but the contract.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import ECKey

PREFIX = "/api/v2"
ALG = "ES256"
CODE_SECONDS, TOKEN_SECONDS = 30, 60
SCOPES = ("openid", "email", "given_name", "usual_name", "siret", "uid", "phone", "idp_id", "custom")
ALLOWED = {"response_type", "client_id", "redirect_uri", "scope", "claims", "state", "nonce", "prompt", "idp_hint"}
SIRET = "13002526500013"


@dataclass(frozen=True)
class Client:
    """A service known to ProConnect."""

    client_id: str
    client_secret: str
    name: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]


@dataclass
class Store:
    """What happens while the site runs: codes and tokens, each with its end."""

    issuer: str
    client: Client
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"use": "sig", "alg": ALG}, auto_kid=True))
    codes: dict[str, tuple[float, dict[str, str]]] = field(default_factory=dict)
    tokens: dict[str, tuple[float, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sign(self, claims: dict[str, Any]) -> str:
        """Sign as a compact JWS whose header names the key."""
        now = int(time.time())
        base = {"iss": self.issuer, "aud": self.client.client_id, "iat": now, "exp": now + TOKEN_SECONDS}
        return jwt.encode({"alg": ALG, "kid": self.key.kid}, {**base, **claims}, self.key, [ALG])

    def take(self, shelf: dict[str, Any], name: str) -> Any:
        """Take what was kept under ``name``, once, unless it is too old."""
        with self.lock:
            until, kept = shelf.pop(name, (0.0, None))
        return kept if time.time() < until else None


def _store() -> Store:
    store: Store = current_app.extensions["proconnect"]
    return store


def sub_of(email: str) -> str:
    """Return ProConnect's own name for an agent."""
    return hashlib.sha256(f"proconnect {email}".encode()).hexdigest()


def discovery() -> ResponseReturnValue:
    """Publish the metadata."""
    issuer = _store().issuer
    return jsonify(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token",
        userinfo_endpoint=f"{issuer}/userinfo",
        jwks_uri=f"{issuer}/jwks",
        end_session_endpoint=f"{issuer}/session/end",
        response_types_supported=["code"],
        scopes_supported=list(SCOPES),
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=[ALG],
        userinfo_signing_alg_values_supported=[ALG],
        token_endpoint_auth_methods_supported=["client_secret_post"],
    )


def jwks() -> ResponseReturnValue:
    """Publish the signing key."""
    return jsonify(keys=[_store().key.as_dict(private=False)])


def fault(asked: dict[str, str]) -> str:
    """Return what the real one would refuse in an authorize request, or an empty text."""
    client = _store().client
    checks = {
        "Y000400 : paramètre inattendu": bool(set(asked) - ALLOWED),
        "Y030106 : client inconnu": asked.get("client_id") != client.client_id,
        "Y030118 : redirect_uri inconnue": asked.get("redirect_uri") not in client.redirect_uris,
        "Y030115 : response_type": asked.get("response_type") != "code",
        "Y030116 : scope": not {"openid"} <= set(asked.get("scope", "").split()) <= set(SCOPES),
        "Y030117 : state et nonce, 32 caractères au moins": min(
            len(asked.get("state", "")), len(asked.get("nonce", ""))
        )
        < 32,
    }
    return next((code for code, wrong in checks.items() if wrong), "")


def authorize() -> ResponseReturnValue:
    """Ask the agent's address; give a code of 30 seconds, or access_denied."""
    asked = {name: request.values[name] for name in request.values if name not in ("email", "cancel")}
    if wrong := fault(asked):
        return render_template("proconnect/erreur.html", fault=wrong), 400
    if request.method == "GET":
        return render_template("proconnect/connexion.html", asked=asked, name=_store().client.name)
    answer = {"state": asked["state"], "iss": _store().issuer}
    email = request.form.get("email", "").strip().lower()
    if "cancel" in request.form or "@" not in email:
        answer |= {"error": "access_denied", "error_description": "User auth aborted"}
    else:
        answer["code"] = secrets.token_urlsafe(32)
        _store().codes[answer["code"]] = (time.time() + CODE_SECONDS, {**asked, "email": email})
    return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}", 303)


def token() -> ResponseReturnValue:
    """Exchange a code, once, by ``client_secret_post``."""
    store, form = _store(), request.form
    secret = form.get("client_secret", "")
    known = form.get("client_id") == store.client.client_id
    if not known or not secrets.compare_digest(secret.encode(), store.client.client_secret.encode()):
        return jsonify(error="invalid_client", error_description="client authentication failed"), 401
    asked = store.take(store.codes, form.get("code", ""))
    if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
        return jsonify(error="invalid_grant", error_description="grant request is invalid"), 400
    access_token = secrets.token_urlsafe(32)
    store.tokens[access_token] = (time.time() + TOKEN_SECONDS, asked["email"])
    claims = {"sub": sub_of(asked["email"]), "nonce": asked["nonce"], "acr": "eidas1", "amr": ["pwd"]}
    return jsonify(
        access_token=access_token, token_type="Bearer", expires_in=TOKEN_SECONDS, id_token=store.sign(claims)
    )


def userinfo() -> ResponseReturnValue:
    """Give the agent's claims as a signed JWT."""
    store = _store()
    _, _, value = request.headers.get("Authorization", "").partition(" ")
    email = store.take(store.tokens, value)
    if email is None:
        return jsonify(error="invalid_token"), 401
    given, _, family = email.partition("@")[0].partition(".")
    claims = {"sub": sub_of(email), "email": email, "given_name": given, "usual_name": family or given, "siret": SIRET}
    return Response(store.sign(claims), mimetype="application/jwt")


def end_session() -> ResponseReturnValue:
    """Close the session and go back, to a registered address only."""
    back = request.args.get("post_logout_redirect_uri", "")
    if back not in _store().client.post_logout_redirect_uris or not request.args.get("id_token_hint"):
        return render_template("proconnect/erreur.html", fault="Y060001 : déconnexion refusée"), 400
    return redirect(f"{back}?{urlencode({'state': request.args.get('state', '')})}", 303)


_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
}


def _guarded(answer: Response) -> Response:
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def create_app(base: str, record: dict[str, Any]) -> Flask:
    """Assemble the site, whose issuer is ``base`` and its prefix; ``record`` is the one service that it knows."""
    app = Flask("deploy.demo.proconnect")
    lists = {name: tuple(record[name]) for name in ("redirect_uris", "post_logout_redirect_uris")}
    client = Client(record["client_id"], record["client_secret"], record["name"], **lists)
    app.extensions["proconnect"] = Store(f"{base}{PREFIX}", client)
    app.add_url_rule(f"{PREFIX}/.well-known/openid-configuration", view_func=discovery)
    app.add_url_rule(f"{PREFIX}/jwks", view_func=jwks)
    app.add_url_rule(f"{PREFIX}/authorize", view_func=authorize, methods=["GET", "POST"])
    app.add_url_rule(f"{PREFIX}/token", view_func=token, methods=["POST"])
    app.add_url_rule(f"{PREFIX}/userinfo", view_func=userinfo)
    app.add_url_rule(f"{PREFIX}/session/end", view_func=end_session)
    app.after_request(_guarded)
    return app
