"""A tiny mandate service seen by a direct client: authorize with PKCE, introspection, verification."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from tests.demo_sites.fake_idp import CLIENT_ID, CLIENT_SECRET, FakeIdp

ACT = {"sub": "aidant-7", "structure": {"siret": "99999910500011", "name": "CCAS de Démonstration"}}
MANDAT = {
    "reference": "GAP7-K3XW-9B",
    "demarche": "logement",
    "formalites": ["demande d'APL"],
    "identity": "franceconnect",
    "identity_level": "eidas1",
    "identified_at": 1795299000,
    "signed_at": 1795300000,
    "expires_at": 1826838000,
    "consentement": "ecran",
}


class FakeService(FakeIdp):
    """The provider, with what a direct client uses besides."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, str] = {}
        self.verified: dict[str, Any] = {}
        self.mandat_stands = True
        self.answer = "couvre"
        self.response: dict[str, str] = {}

    def right_id_token(self) -> dict[str, Any]:
        claims = super().right_id_token()
        del claims["rep_scope"]
        return {**claims, "acr": f"{self.issuer}/acr/aidant-2fa", "act": ACT, "mandat": MANDAT}

    def _app(self) -> Flask:
        app = super()._app()
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/introspect", view_func=self._introspect, methods=["POST"])
        app.add_url_rule("/api/v1/verifications", view_func=self._verify, methods=["POST"])
        app.add_url_rule("/fin", view_func=self._end_session)
        return app

    def _metadata(self) -> dict[str, Any]:
        return {
            **super()._metadata(),
            "introspection_endpoint": f"{self.issuer}/introspect",
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        }

    def _authorize(self) -> ResponseReturnValue:
        self.asked = request.args.to_dict()
        self.nonce = self.asked.get("nonce", "")
        told = {"code": "un-code", "state": self.asked["state"], "iss": self.issuer, **self.response}
        return redirect(f"{self.asked['redirect_uri']}?{urlencode(told)}", 303)

    def _token(self) -> ResponseReturnValue:
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if challenge != self.asked.get("code_challenge") or not self._knows_client():
            return jsonify(error="invalid_grant"), 400
        return super()._token()

    def _knows_client(self) -> bool:
        known = request.authorization
        return known is not None and (known.username, known.password) == (CLIENT_ID, CLIENT_SECRET)

    def _introspect(self) -> ResponseReturnValue:
        if not self._knows_client():
            return jsonify(error="invalid_client"), 401
        return jsonify(active=self.mandat_stands)

    def _verify(self) -> ResponseReturnValue:
        if not self._knows_client():
            return jsonify(error="invalid_client"), 401
        self.verified = dict(request.get_json())
        receipt = self.sign({"iss": self.issuer, "answer": self.answer}, "ES256")
        return jsonify(answer=self.answer, demarche=self.verified["demarche"], receipt=receipt)

    def _end_session(self) -> ResponseReturnValue:
        target, state = request.args["post_logout_redirect_uri"], request.args["state"]
        return redirect(f"{target}?state={state}", 303)
