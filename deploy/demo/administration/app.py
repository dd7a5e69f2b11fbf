"""The pages of the simulated administration.

Owns the Flask application and its routes. The protocol is in
:mod:`.connexion`, the questions to the mandate service in :mod:`.verification`.
"""

from __future__ import annotations

import secrets
import time
from typing import cast

from authlib.integrations.flask_client import OAuth
from flask import Flask, abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from deploy.demo.administration.config import Config
from deploy.demo.administration.connexion import (
    WAYS,
    ConnexionRefused,
    come_back,
    leave,
    leave_for_logout,
    register_clients,
)
from deploy.demo.administration.fin_de_session import connection_ended
from deploy.demo.administration.verification import FIELDS, introspect, verify_mandat
from deploy.demo.administration.visits import (
    DEMARCHES,
    Visit,
    Visits,
    actor_rows,
    date_text,
    identity_rows,
    mandat_rows,
)

COOKIE = "allocations_demo_session"
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
    ),
}


def _config() -> Config:
    return cast(Config, current_app.extensions["allocations_config"])


def _oauth() -> OAuth:
    return cast(OAuth, current_app.extensions["allocations_oauth"])


def _visits() -> Visits:
    return cast(Visits, current_app.extensions["allocations_visits"])


def current_visit() -> Visit | None:
    """Give the visit of this browser, or None."""
    return _visits().find_visit(session.get("visit", ""))


def show_home() -> ResponseReturnValue:
    """Show the two ways in."""
    return render_template("accueil.html")


def start_connexion(way: str) -> ResponseReturnValue:
    """Leave for the chosen identification site."""
    if way not in WAYS:
        abort(404)
    return leave(_oauth(), way, _config().redirect_uris[way])


def end_connexion(way: str) -> ResponseReturnValue:
    """Come back from it, and open the visit."""
    if way not in WAYS:
        abort(404)
    alg = _config().id_token_alg if way == "aidant" else "ES256"
    visit = come_back(_oauth(), way, alg)
    session["visit"] = _visits().open_visit(visit)
    return redirect(url_for("show_dossier"), 303)


def show_dossier() -> ResponseReturnValue:
    """Show the usager, who acts for them, and under which mandat."""
    visit = current_visit()
    return _dossier_page(visit) if visit else _no_visit()


def _no_visit() -> ResponseReturnValue:
    """Say that the mandate service ended the visit, or go home."""
    if _visits().was_ended(session.get("visit", "")):
        return render_template("terminee.html")
    return redirect(url_for("show_home"), 303)


def _dossier_page(visit: Visit, **more: object) -> str:
    return render_template(
        "dossier.html",
        visit=visit,
        identity=identity_rows(visit.identity),
        actor=actor_rows(visit),
        mandat=mandat_rows(visit.mandat),
        token_expired=0 < visit.token_expires_at <= time.time(),
        **more,
    )


def check_mandat() -> ResponseReturnValue:
    """Introspect the access token of this visit, and say whether the mandat stands."""
    visit = current_visit()
    if visit is None or visit.way != "aidant":
        return _no_visit()
    answer = introspect(_oauth(), _config(), visit.access_token)
    return _dossier_page(visit, answer=answer, asked_at=date_text(time.time()))


def show_verification() -> ResponseReturnValue:
    """Show the counter's form."""
    return render_template("verifier.html", demarches=DEMARCHES, fields={}, answer=None)


def ask_verification() -> ResponseReturnValue:
    """Ask about a mandat shown at the counter, and show the answer and its receipt."""
    fields = {name: request.form.get(name, "").strip() for name in FIELDS}
    missing = [name for name, value in fields.items() if not value]
    answer = None if missing else verify_mandat(_oauth(), _config(), fields)
    page = render_template("verifier.html", demarches=DEMARCHES, fields=fields, answer=answer, missing=missing)
    return page, 422 if missing else 200


def end_visit() -> ResponseReturnValue:
    """Close the visit, then the session at the identification site."""
    visit = _visits().close_visit(session.pop("visit", ""))
    target = url_for("show_end")
    if visit is None:
        return redirect(target, 303)
    left = leave_for_logout(_oauth(), visit, _config().post_logout_redirect_uri)
    return left if left is not None else redirect(target, 303)


def take_end() -> ResponseReturnValue:
    """Take what the mandate service tells directly: a connection is over, and so is its visit (§2.5-2.8)."""
    sid = connection_ended(_oauth(), "aidant", request.form.get("logout_token", ""))
    if sid is None:
        return {"error": "invalid_request"}, 400
    _visits().end_connection("aidant", sid, time.time())
    return "", 204


def show_end() -> ResponseReturnValue:
    """Say that the visit is over."""
    return render_template("fin.html")


def ready() -> ResponseReturnValue:
    """Answer 200 once the site serves."""
    return {"etat": "pret"}


def _show_refusal(error: ConnexionRefused) -> ResponseReturnValue:
    return render_template("refus.html", message=error.message, detail=error.detail), 400


def _show_missing(_error: Exception) -> ResponseReturnValue:
    return render_template("absent.html"), 404


def _add_headers(answer: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


ROUTES = (
    ("/", "GET", show_home),
    ("/connexion/<way>", "GET", start_connexion),
    ("/retour/<way>", "GET", end_connexion),
    ("/dossier", "GET", show_dossier),
    ("/dossier/verifier", "POST", check_mandat),
    ("/mandats/verifier", "GET", show_verification),
    ("/mandats/verifier", "POST", ask_verification),
    ("/deconnexion", "POST", end_visit),
    ("/deconnexion/retour", "GET", show_end),
    ("/deconnexion/directe", "POST", take_end),
    ("/sante", "GET", ready),
)


def create_app(config: Config) -> Flask:
    """Build the site for ``config``."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.extensions["allocations_config"] = config
    app.extensions["allocations_oauth"] = register_clients(app, config)
    app.extensions["allocations_visits"] = Visits()
    for path, method, view in ROUTES:
        app.add_url_rule(path, view_func=view, methods=[method])
    app.context_processor(lambda: {"connected": current_visit() is not None})
    app.register_error_handler(ConnexionRefused, _show_refusal)
    app.register_error_handler(404, _show_missing)
    app.after_request(_add_headers)
    return app
