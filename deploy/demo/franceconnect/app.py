"""Assemble the simulated FranceConnect.

Owns the Flask application: blueprints, error pages, headers, readiness. Never
holds a rule of the protocol.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from deploy.demo.franceconnect.client import client
from deploy.demo.franceconnect.config import PREFIX, Config
from deploy.demo.franceconnect.errors import FAULTS, FranceConnectError
from deploy.demo.franceconnect.keys import Signer
from deploy.demo.franceconnect.pannes import Pannes, control, transport_fault
from deploy.demo.franceconnect.provider import provider
from deploy.demo.franceconnect.site import COOKIE, Site, set_cookie, this_site
from deploy.demo.franceconnect.state import State
from deploy.demo.franceconnect.tokens import tokens

ENDPOINT_NAMES = {
    "tokens.discovery": "discovery",
    "tokens.jwks": "jwks",
    "tokens.token": "token",
    "tokens.userinfo": "userinfo",
    "provider.authorize": "authorize",
    "provider.end_session": "end_session",
}
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
    ),
}


def _show_fault(error: FranceConnectError) -> ResponseReturnValue:
    site = this_site()
    site.state.remember_error(error.fault.code, error.detail, request.path)
    interaction = g.get("interaction")
    service = site.config.services.get(interaction.client_id) if interaction else None
    page = render_template(
        "erreur.html",
        fault=error.fault,
        detail=error.detail,
        interaction=interaction,
        service=service,
        idp_error=g.get("idp_error", ""),
        idp_error_description=g.get("idp_error_description", ""),
        provider=site.config.provider,
    )
    return page, error.fault.http


def _add_headers(answer: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Cache-Control", "no-store")
    return set_cookie(answer)


def _before_endpoint() -> Response | None:
    name = ENDPOINT_NAMES.get(request.endpoint or "")
    return transport_fault(this_site().pannes, name) if name else None


def _add_plain_pages(app: Flask) -> None:
    @app.get("/")
    def home() -> ResponseReturnValue:
        services = this_site().config.services.values()
        return render_template("accueil.html", services=[s for s in services if s.home])

    @app.get("/sante")
    def ready() -> ResponseReturnValue:
        return {"etat": "pret"}

    @app.get("/erreurs")
    def explain() -> ResponseReturnValue:
        return render_template("codes.html", faults=FAULTS.values())

    @app.errorhandler(404)
    def missing(_error: Exception) -> ResponseReturnValue:
        return render_template("absent.html"), 404


def create_app(
    config: Config,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Flask:
    """Build the site for ``config``; ``clock`` (seconds) and ``sleep`` are for tests."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["franceconnect"] = Site(config, State(clock), Signer(), Pannes(sleep))
    app.context_processor(lambda: {"prefix": PREFIX, "host": urlsplit(config.base).netloc})
    app.register_blueprint(provider)
    app.register_blueprint(tokens)
    app.register_blueprint(client)
    app.register_error_handler(FranceConnectError, _show_fault)
    app.before_request(_before_endpoint)
    app.after_request(_add_headers)
    _add_plain_pages(app)
    if config.pannes:
        app.register_blueprint(control)
    return app


__all__ = ["COOKIE", "create_app"]
