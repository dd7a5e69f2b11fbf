"""A tiny identity provider that misbehaves on demand, in each way that FranceConnect must notice."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from werkzeug.serving import BaseWSGIServer, make_server

CLIENT_ID = "fc-chez-nous"
CLIENT_SECRET = "un-secret-assez-long-pour-hs256-0123456789"
PERIMETERS = ["Logement", "Social-Santé"]
IDENTITY = {
    "sub": "usager-1",
    "given_name": "Jacqueline Marie",
    "family_name": "Delaunay",
    "birthdate": "1948-03-12",
    "gender": "female",
    "birthplace": "45234",
    "birthcountry": "99100",
    "email": "jacqueline@example.org",
}
EC = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
RSA = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
OTHER = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": str(EC.kid)})
Change = Callable[[dict[str, Any]], dict[str, Any]]


def unchanged(claims: dict[str, Any]) -> dict[str, Any]:
    return claims


@dataclass
class Behaviour:
    """How the provider answers; the defaults are right."""

    id_token_alg: str = "ES256"
    userinfo_alg: str = ""
    id_token: Change = unchanged
    userinfo: Change = unchanged
    metadata: Change = unchanged
    token_answer: Change = unchanged
    jwks: Change = unchanged
    statuses: dict[str, int] = field(default_factory=dict)
    redirects: set[str] = field(default_factory=set)
    forged: bool = False
    delay: float = 0


class FakeIdp:
    """The provider, served on a free port of this machine."""

    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self.nonce = ""
        self.calls: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.server: BaseWSGIServer = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def right_id_token(self) -> dict[str, Any]:
        now = int(time.time())
        digest = hashlib.sha256(b"jeton-d-acces").digest()[:16]
        return {
            "iss": self.issuer,
            "sub": "usager-1",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 60,
            "auth_time": now,
            "nonce": self.nonce,
            "acr": "eidas1",
            "amr": ["pwd", "otp", "mfa"],
            "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "rep_scope": PERIMETERS,
        }

    def sign(self, claims: dict[str, Any], alg: str) -> str:
        keys: dict[str, ECKey | RSAKey | OctKey] = {
            "ES256": EC,
            "RS256": RSA,
            "HS256": OctKey.import_key(CLIENT_SECRET),
        }
        key = OTHER if self.behaviour.forged else keys[alg]
        header = {"alg": alg} if alg == "HS256" else {"alg": alg, "kid": key.kid}
        return jwt.encode(header, claims, key, [alg])

    def _answer(self, name: str, body: dict[str, Any]) -> ResponseReturnValue:
        self.calls.append((name, request.form.to_dict(), dict(request.headers)))
        if self.behaviour.delay and name == "token":
            time.sleep(self.behaviour.delay)
        if name in self.behaviour.redirects and "again" not in request.args:
            return redirect(f"{request.path}?again=1", 307)
        status = self.behaviour.statuses.get(name, 200)
        return Response(json.dumps(body), status, mimetype="application/json")

    def _app(self) -> Flask:
        app = Flask("fake_idp")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._discovery)
        app.add_url_rule("/jwks", view_func=self._jwks)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/userinfo", view_func=self._userinfo)
        return app

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/fin",
            "authorization_response_iss_parameter_supported": True,
        }

    def _discovery(self) -> ResponseReturnValue:
        return self._answer("discovery", self.behaviour.metadata(self._metadata()))

    def _jwks(self) -> ResponseReturnValue:
        keys = {"keys": [EC.as_dict(private=False), RSA.as_dict(private=False)]}
        return self._answer("jwks", self.behaviour.jwks(keys))

    def _token(self) -> ResponseReturnValue:
        claims = self.behaviour.id_token(self.right_id_token())
        answer = {
            "access_token": "jeton-d-acces",
            "token_type": "Bearer",
            "expires_in": 60,
            "scope": "openid",
            "id_token": self.sign(claims, self.behaviour.id_token_alg),
        }
        return self._answer("token", self.behaviour.token_answer(answer))

    def _userinfo(self) -> ResponseReturnValue:
        claims = self.behaviour.userinfo(dict(IDENTITY))
        answer = self._answer("userinfo", claims)
        alg = self.behaviour.userinfo_alg
        if not alg or self.behaviour.statuses.get("userinfo", 200) != 200:
            return answer
        body = self.sign({**claims, "iss": self.issuer, "aud": CLIENT_ID}, alg)
        return Response(body, mimetype="application/jwt")
