"""FranceConnect as the OpenID Provider of services: the server-to-server side.

Owns discovery, key set, token and userinfo. Never shows a page: refusals are
RFC 6749 and RFC 6750 answers.
"""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from deploy.demo.franceconnect.claims import BY_SCOPE, id_token_claims, pairwise_sub, userinfo_claims
from deploy.demo.franceconnect.config import PREFIX, SCOPES, Service
from deploy.demo.franceconnect.keys import ALG
from deploy.demo.franceconnect.pannes import CONTENT, spoil_claims, spoil_signature
from deploy.demo.franceconnect.site import this_site
from deploy.demo.franceconnect.state import TOKEN_SECONDS, Grant

tokens = Blueprint("tokens", __name__, url_prefix=PREFIX)


@tokens.get("/.well-known/openid-configuration")
def discovery() -> ResponseReturnValue:
    """Publish the metadata; S256 is advertised although authorize refuses PKCE."""
    issuer = this_site().config.issuer
    claims = sorted({name for names in BY_SCOPE.values() for name in names})
    return jsonify(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token",
        userinfo_endpoint=f"{issuer}/userinfo",
        jwks_uri=f"{issuer}/jwks",
        end_session_endpoint=f"{issuer}/session/end",
        acr_values_supported=["eidas1"],
        authorization_response_iss_parameter_supported=True,
        claims_parameter_supported=True,
        claims_supported=["sub", "acr", "auth_time", "iss", "rep_scope", *claims],
        code_challenge_methods_supported=["S256"],
        grant_types_supported=["authorization_code"],
        id_token_signing_alg_values_supported=[ALG],
        request_parameter_supported=False,
        request_uri_parameter_supported=False,
        response_modes_supported=["query"],
        response_types_supported=["code"],
        scopes_supported=SCOPES,
        subject_types_supported=["pairwise"],
        token_endpoint_auth_methods_supported=["client_secret_post"],
        ui_locales_supported=["fr"],
        userinfo_signing_alg_values_supported=[ALG],
    )


@tokens.get("/jwks")
def jwks() -> ResponseReturnValue:
    """Publish the signing key."""
    return jsonify(this_site().signer.jwks())


def refuse(error: str, description: str, status: int = 400) -> Response:
    """Answer an RFC 6749 §5.2 error; ``error_uri`` names the incident."""
    site = this_site()
    site.state.remember_error(error, description, request.path)
    incident = secrets.token_hex(8)
    answer = jsonify(
        error=error,
        error_description=description,
        error_uri=f"{site.config.base}/erreurs?code={error}&id={incident}",
    )
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _authenticate(form: dict[str, str]) -> Service | None:
    service = this_site().config.services.get(form.get("client_id", ""))
    given = form.get("client_secret", "")
    if service is None or not secrets.compare_digest(given.encode(), service.client_secret.encode()):
        return None
    return service


@tokens.post("/token")
def token() -> ResponseReturnValue:
    """Exchange a code (30 s, once) by ``client_secret_post`` for 60 s tokens."""
    form = request.form.to_dict()
    if "Authorization" in request.headers:
        return refuse("invalid_client", "client_secret_post is the registered method", 401)
    service = _authenticate(form)
    if service is None:
        return refuse("invalid_client", "client authentication failed", 401)
    if form.get("grant_type") != "authorization_code":
        return refuse("unsupported_grant_type", "unsupported grant_type requested")
    grant = _redeem(form, service)
    return _give_tokens(grant) if grant else refuse("invalid_grant", "grant request is invalid")


def _redeem(form: dict[str, str], service: Service) -> Grant | None:
    site = this_site()
    if site.pannes.take("token", ("refuse",)) == "refuse":
        return None
    grant = site.state.redeem_code(form.get("code", ""))
    if grant is None:
        return None
    asked = grant.interaction
    fits = (asked.client_id, asked.redirect_uri) == (service.client_id, form.get("redirect_uri"))
    return grant if fits else None


def _give_tokens(grant: Grant) -> Response:
    site = this_site()
    sub = pairwise_sub(grant.signed_in.claims, grant.interaction.client_id)
    access_token = site.state.issue_token(grant, sub)
    mode = site.pannes.take("token", CONTENT)
    claims = id_token_claims(site.config, grant, access_token, sub, site.now)
    answer = jsonify(
        access_token=access_token,
        token_type="Bearer",
        expires_in=TOKEN_SECONDS,
        scope=" ".join(grant.interaction.scopes),
        id_token=spoil_signature(site.signer.sign(spoil_claims(claims, mode)), mode),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@tokens.route("/userinfo", methods=["GET", "POST"])
def userinfo() -> ResponseReturnValue:
    """Give the claims of the scopes granted as a signed JWT."""
    site = this_site()
    kind, _space, value = request.headers.get("Authorization", "").partition(" ")
    grant = site.state.find_token(value) if kind.lower() == "bearer" else None
    if grant is None or site.pannes.take("userinfo", ("refuse",)) == "refuse":
        answer = refuse("invalid_token", "invalid token provided", 401)
        answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return answer
    mode = site.pannes.take("userinfo", CONTENT)
    claims = spoil_claims(userinfo_claims(site.config, grant, site.now), mode)
    body = spoil_signature(site.signer.sign(claims), mode)
    return Response(body, mimetype="application/jwt", headers={"Cache-Control": "no-store"})
