"""FranceConnect as a client of the mandate service's OpenID Provider.

Owns the request sent to it, the callback, and the logout there. The judging of
answers is in :mod:`.checks` and :mod:`.identity_rules`.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Blueprint, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from deploy.demo.franceconnect import calls, checks
from deploy.demo.franceconnect.calls import CallFailed
from deploy.demo.franceconnect.checks import TokenRefused
from deploy.demo.franceconnect.config import PREFIX, Provider
from deploy.demo.franceconnect.errors import FranceConnectError
from deploy.demo.franceconnect.identity_rules import check_identity
from deploy.demo.franceconnect.site import add_params, finish, known_browser, this_site
from deploy.demo.franceconnect.state import SSO_SECONDS, Browser, Interaction, SignedIn

client = Blueprint("client", __name__, url_prefix=PREFIX)


def callback_url() -> str:
    """Give our redirect_uri at the mandate service."""
    return f"{this_site().config.issuer}/oidc-callback"


def rep_scope_claims(wanted: tuple[str, ...]) -> str:
    """Give the ``claims`` parameter; ``values`` is absent if nothing is wanted."""
    rule: dict[str, Any] = {"essential": True}
    if wanted:
        rule["values"] = list(wanted)
    return json.dumps({"id_token": {"rep_scope": rule}}, ensure_ascii=False, separators=(",", ":"))


def leave_for_idp(interaction: Interaction) -> Response:
    """Send the browser to the mandate service's authorize; never PKCE."""
    provider = this_site().config.provider
    g.interaction = interaction
    try:
        metadata = calls.fetch_metadata(provider)
    except CallFailed as failure:
        raise FranceConnectError("Y000000", f"découverte : {failure}") from failure
    interaction.idp_state = secrets.token_hex(32)
    interaction.idp_nonce = secrets.token_hex(32)
    params = {
        "client_id": provider.client_id,
        "scope": "openid profile email birth",
        "response_type": "code",
        "redirect_uri": callback_url(),
        "acr_values": "eidas1",
        "nonce": interaction.idp_nonce,
        "state": interaction.idp_state,
        "prompt": "login",
        "claims": rep_scope_claims(interaction.rep_scope),
    }
    return redirect(add_params(metadata["authorization_endpoint"], params), 303)


@client.get("/oidc-callback")
def oidc_callback() -> ResponseReturnValue:
    """Receive the mandate service's answer; sign the usager in, or show the code."""
    site = this_site()
    browser = known_browser()
    interaction = _take_interaction(browser)
    _check_refusal()
    code = request.args.get("code", "")
    if not code:
        raise FranceConnectError("Y020025", "ni code ni erreur dans la réponse")
    person = _identify(interaction, code)
    site.state.sign_in(browser, person)
    return finish(browser, interaction, person)


def _take_interaction(browser: Browser) -> Interaction:
    state = request.args.get("state", "")
    if not state:
        raise FranceConnectError("Y020021", "state absent")
    interaction = this_site().state.take_callback(browser, state)
    if interaction is None:
        raise FranceConnectError("Y020022", "state inconnu ou déjà utilisé")
    g.interaction = interaction
    return interaction


def _check_refusal() -> None:
    error = request.args.get("error")
    if error:
        description = request.args.get("error_description", "")
        g.idp_error = error
        g.idp_error_description = description
        raise FranceConnectError("Y020025", f"{error} : {description}")


def _identify(interaction: Interaction, code: str) -> SignedIn:
    site = this_site()
    provider = site.config.provider
    try:
        metadata = calls.fetch_metadata(provider)
        _check_response_issuer(provider, metadata)
        answer = calls.exchange_code(provider, metadata, code, callback_url())
        access_token, id_token = checks.check_token_answer(answer)
        claims = _read_signed(provider, metadata, id_token, provider.id_token_alg)
        checks.check_id_token(
            provider,
            claims,
            nonce=interaction.idp_nonce,
            access_token=access_token,
            now=site.now,
        )
    except (CallFailed, TokenRefused, KeyError) as failure:
        raise FranceConnectError("Y020026", str(failure)) from failure
    checks.check_acr(claims)
    perimeters = checks.check_rep_scope(claims, interaction.rep_scope)
    identity = _fetch_identity(metadata, access_token, str(claims["sub"]))
    now = site.now
    return SignedIn(
        identity,
        provider.idp_id,
        now,
        now + SSO_SECONDS,
        idp_id_token=id_token,
        rep_scope=perimeters,
    )


def _check_response_issuer(provider: Provider, metadata: dict[str, Any]) -> None:
    """Check ``iss`` of the response as openid-client 5 does (RFC 9207 §2.4)."""
    given = request.args.get("iss")
    promised = metadata.get("authorization_response_iss_parameter_supported", False)
    if given is None and promised:
        raise TokenRefused("iss absent de la réponse")
    if given is not None and given != provider.issuer:
        raise TokenRefused(f"iss {given!r} dans la réponse")


def _read_signed(provider: Provider, metadata: dict[str, Any], token: str, alg: str) -> dict[str, Any]:
    jwks = {} if alg == "HS256" else calls.fetch_jwks(metadata)
    return checks.read_signed(provider, token, alg, jwks)


def _fetch_identity(metadata: dict[str, Any], access_token: str, sub: str) -> dict[str, Any]:
    provider = this_site().config.provider
    try:
        answer = calls.fetch_userinfo(provider, metadata, access_token)
        if isinstance(answer, str):
            answer = _read_signed(provider, metadata, answer, provider.userinfo_alg)
            _check_userinfo_source(provider, answer)
        checks.check_same_sub(answer, sub)
    except (CallFailed, TokenRefused, KeyError) as failure:
        raise FranceConnectError("Y020027", str(failure)) from failure
    check_identity(answer)
    return answer


def _check_userinfo_source(provider: Provider, claims: dict[str, Any]) -> None:
    """Check issuer and audience of a signed userinfo, where they are told."""
    if claims.get("iss", provider.issuer) != provider.issuer:
        raise TokenRefused("iss du userinfo signé")
    audience = claims.get("aud", provider.client_id)
    if provider.client_id not in (audience if isinstance(audience, list) else [audience]):
        raise TokenRefused("aud du userinfo signé")


def logout_url_of_idp(browser: Browser, person: SignedIn, target: str) -> str:
    """Give the address that closes the session at the mandate service.

    ``target`` is where the browser goes in the end; if the provider cannot be
    asked, it goes there at once.
    """
    provider = this_site().config.provider
    try:
        endpoint = calls.fetch_metadata(provider)["end_session_endpoint"]
    except (CallFailed, KeyError) as failure:
        this_site().state.remember_error("Y020028", str(failure), request.path)
        return target
    state = secrets.token_hex(32)
    browser.logouts[state] = target
    params = {
        "id_token_hint": person.idp_id_token,
        "client_id": provider.client_id,
        "state": state,
        "post_logout_redirect_uri": f"{this_site().config.issuer}/client/logout-callback",
    }
    return add_params(endpoint, params)


@client.get("/client/logout-callback")
def logout_callback() -> ResponseReturnValue:
    """Come back from the mandate service's logout; go on to the service's own page."""
    browser = known_browser()
    target = browser.logouts.pop(request.args.get("state", ""), None)
    if target is None:
        raise FranceConnectError("Y020022", "state de déconnexion inconnu")
    this_site().state.count("idp_logouts")
    return redirect(target, 303)
