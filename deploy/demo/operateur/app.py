"""The simulated provider's two faces: the API that the service calls, and the telephones of who receives.

Mounted under a path of another simulated site, whose port it shares.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import cast

from flask import Flask, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from deploy.demo.operateur.api import Refused, check_token, parts_of, read_message
from deploy.demo.operateur.reseau import Config, Reseau

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
}


def _reseau() -> Reseau:
    return cast(Reseau, current_app.extensions["reseau"])


def send() -> ResponseReturnValue:
    """Take one message (``POST /rest/mtsms``)."""
    network = _reseau()
    check_token(request.headers.get("Authorization", ""), network.config.token)
    if request.mimetype != "application/json":
        raise Refused(422, "JSON")
    text, numbers = read_message(request.get_json(silent=True))
    ids = [network.deliver(text, number) for number in numbers]
    usage = {"countries": {"FR": len(ids) * parts_of(text)}, "currency": "EUR", "total_cost": 0.05 * len(ids)}
    return {"ids": ids, "usage": usage}


def telephones() -> ResponseReturnValue:
    """Show each telephone with what it received."""
    found = sorted(_reseau().telephones.items(), key=lambda one: one[1][-1].at, reverse=True)
    return render_template("telephones.html", telephones=[(number, shown(number), lines) for number, lines in found])


def reply() -> ResponseReturnValue:
    """Send what was typed on a telephone."""
    number = request.form.get("telephone", type=int)
    text = request.form.get("texte", "").strip()
    if number not in _reseau().telephones or not text:
        abort(400)
    _reseau().answer(number, text[:400])
    return redirect(f"{url_for('telephones')}#t{number}", 303)


def shown(msisdn: int) -> str:
    """Return a French number as people write it."""
    text = str(msisdn)
    if not text.startswith("33") or len(text) != 11:
        return f"+{text}"
    national = f"0{text[2:]}"
    return " ".join(national[at : at + 2] for at in range(0, 10, 2))


def _refuse(error: Refused) -> ResponseReturnValue:
    return {"code": f"0x{error.status}", "incident_uuid": "demonstration", "message": error.why}, error.status


def _add_headers(answer: Response) -> Response:
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def config_from(environment: Mapping[str, str]) -> Config:
    """Read the provider's settings (``OPER_…``).  Raises ``KeyError`` for one that is missing."""
    return Config(
        token=environment["OPER_TOKEN"],
        secret=environment["OPER_SECRET"],
        hook=environment["OPER_HOOK"],
        number=int(environment["OPER_NUMBER"]),
        folder=environment.get("OPER_FOLDER", ""),
    )


def create_app(config: Config | None = None) -> Flask:
    """Build the provider; without ``config`` it reads the environment."""
    app = Flask(__name__)
    app.extensions["reseau"] = Reseau(config or config_from(os.environ))
    app.add_url_rule("/rest/mtsms", view_func=send, methods=["POST"])
    app.add_url_rule("/", view_func=telephones, methods=["GET"])
    app.add_url_rule("/reponse", view_func=reply, methods=["POST"])
    app.register_error_handler(Refused, _refuse)
    app.after_request(_add_headers)
    return app
