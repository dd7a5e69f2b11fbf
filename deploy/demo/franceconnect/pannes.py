"""Faults on demand, for tests and for showing an outage in the demonstration.

Owns which fault hits which endpoint, and the two control pages; they exist only
when the site starts with ``--pannes``. A fault never outlives the process.
"""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from deploy.demo.franceconnect.state import Interaction

SLOW_SECONDS = 8
OTHER_ISSUER = "http://ailleurs.example.org/api/v2"
TRANSPORT = ("down_503", "slow", "drop")
CONTENT = (
    "refuse",
    "bad_signature",
    "wrong_nonce",
    "wrong_iss",
    "wrong_aud",
    "wrong_acr",
    "wrong_sub",
    "wrong_state",
    "expired",
)
MODES = ("none", *TRANSPORT, *CONTENT)
ENDPOINTS = ("discovery", "jwks", "authorize", "token", "userinfo", "end_session")


class Pannes:
    """The faults set now, by endpoint, each for a number of calls or for good."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self.sleep = sleep
        self._lock = threading.Lock()
        self._set: dict[str, tuple[str, int | None]] = {}

    def set_mode(self, mode: str, endpoint: str, times: int | None) -> None:
        """Set ``mode`` on ``endpoint`` (``all``: every one) for ``times`` calls."""
        names = ENDPOINTS if endpoint == "all" else (endpoint,)
        with self._lock:
            for name in names:
                self._set.pop(name, None)
                if mode != "none":
                    self._set[name] = (mode, times)

    def take(self, endpoint: str, among: tuple[str, ...]) -> str:
        """Give the fault to apply now if it is ``among`` those, and count it."""
        with self._lock:
            mode, times = self._set.get(endpoint, ("none", None))
            if mode not in among:
                return "none"
            if times is not None:
                if times <= 1:
                    self._set.pop(endpoint)
                else:
                    self._set[endpoint] = (mode, times - 1)
            return mode

    def listing(self) -> dict[str, str]:
        """Give the fault of each endpoint that has one."""
        with self._lock:
            return {name: mode for name, (mode, _times) in self._set.items()}


def spoil_claims(claims: dict[str, Any], mode: str) -> dict[str, Any]:
    """Give the claims as a faulty FranceConnect would sign them."""
    changes: dict[str, dict[str, Any]] = {
        "wrong_nonce": {"nonce": "0" * 64},
        "wrong_iss": {"iss": OTHER_ISSUER},
        "wrong_aud": {"aud": "un-autre-client"},
        "wrong_acr": {"acr": "eidas0"},
        "wrong_sub": {"sub": "0" * 64 + "v1"},
        "expired": {"exp": claims["iat"] - 60, "iat": claims["iat"] - 120},
    }
    return {**claims, **changes.get(mode, {})}


def spoil_signature(token: str, mode: str) -> str:
    """Give ``token`` with a signature that does not verify, if asked."""
    if mode != "bad_signature":
        return token
    head, payload, signature = token.split(".")
    other = "A" if signature[0] != "A" else "B"
    return ".".join((head, payload, other + signature[1:]))


def spoil_response(pannes: Pannes, interaction: Interaction) -> None:
    """Make the service's callback receive a foreign ``state`` or ``iss``, if asked."""
    mode = pannes.take("authorize", ("wrong_state", "wrong_iss"))
    if mode == "wrong_state":
        interaction.state = secrets.token_hex(32)
    if mode == "wrong_iss":
        interaction.told_issuer = OTHER_ISSUER


def transport_fault(pannes: Pannes, endpoint: str) -> Response | None:
    """Apply an outage or a delay before the endpoint runs."""
    mode = pannes.take(endpoint, TRANSPORT)
    if mode == "slow":
        pannes.sleep(SLOW_SECONDS)
    if mode == "down_503":
        return Response("Service indisponible (panne simulée).", 503, mimetype="text/plain")
    if mode == "drop":
        connection = request.environ.get("werkzeug.socket")
        if connection is not None:
            connection.shutdown(socket.SHUT_RDWR)
        return Response(status=500)
    return None


control = Blueprint("control", __name__)


@control.post("/_panne")
def set_panne() -> ResponseReturnValue:
    """Set a fault: ``{"mode": …, "endpoint": … | "all", "times": n}``."""
    asked = request.get_json(silent=True) or request.form.to_dict()
    mode, endpoint = str(asked.get("mode", "")), str(asked.get("endpoint", "all"))
    if mode not in MODES or endpoint not in (*ENDPOINTS, "all"):
        return jsonify(error="mode ou endpoint inconnu", modes=MODES, endpoints=ENDPOINTS), 400
    times = asked.get("times")
    if times is not None and not str(times).isdigit():
        return jsonify(error="times doit être un nombre"), 400
    pannes: Pannes = current_app.extensions["franceconnect"].pannes
    pannes.set_mode(mode, endpoint, int(times) if times is not None else None)
    return jsonify(pannes=pannes.listing())


@control.get("/_etat")
def show_state() -> ResponseReturnValue:
    """Give what is open now: single sign-ons, interactions, errors, faults."""
    site = current_app.extensions["franceconnect"]
    return jsonify(**site.state.snapshot(), pannes=site.pannes.listing())


@control.delete("/_etat")
def forget_state() -> ResponseReturnValue:
    """Close every session, forget errors and faults."""
    site = current_app.extensions["franceconnect"]
    site.state.forget_all()
    site.pannes.set_mode("none", "all", None)
    return jsonify(**site.state.snapshot(), pannes=site.pannes.listing())
