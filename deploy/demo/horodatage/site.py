"""The authority over HTTP (RFC 3161 §3.4), as a Flask application."""

import subprocess

from flask import Flask, Response, request

from deploy.demo.horodatage.authority import Authority

_LARGEST = 4096


def create_app(authority: Authority) -> Flask:
    """Return the site of ``authority``, whose folder is ready."""
    app = Flask(__name__)

    @app.post("/")
    def stamp() -> Response:
        if request.content_type != "application/timestamp-query":
            return Response("application/timestamp-query attendu", status=415)
        try:
            told = authority.answer(request.stream.read(_LARGEST))
        except subprocess.CalledProcessError:
            return Response("question illisible", status=400)
        return Response(told, content_type="application/timestamp-reply")

    @app.get("/sante")
    def sante() -> str:
        return "ok"

    return app
