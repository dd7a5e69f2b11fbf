"""FranceConnect as the OpenID Provider of services: the browser's side.

Owns authorize, the choice of an identity provider, the demonstration provider
and the logout. Never talks to the mandate service: see :mod:`.client`.
"""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from deploy.demo.franceconnect.authorize import read_request, read_scopes
from deploy.demo.franceconnect.client import leave_for_idp, logout_url_of_idp
from deploy.demo.franceconnect.config import DEMO_IDP, PREFIX
from deploy.demo.franceconnect.errors import FranceConnectError, RedirectError
from deploy.demo.franceconnect.identities import IDENTITIES
from deploy.demo.franceconnect.pannes import spoil_response
from deploy.demo.franceconnect.site import (
    COOKIE,
    add_params,
    back_to_service,
    current_interaction,
    finish,
    known_browser,
    open_browser,
    this_site,
)
from deploy.demo.franceconnect.state import SSO_SECONDS, SignedIn

provider = Blueprint("provider", __name__, url_prefix=PREFIX)


@provider.route("/authorize", methods=["GET", "POST"])
def authorize() -> ResponseReturnValue:
    """Start a connection: strict checks, then single sign-on or the choice page."""
    site = this_site()
    given = request.args if request.method == "GET" else request.form
    lists = dict(given.lists())
    _service, interaction = read_request(site.config, lists, site.now)
    browser = open_browser()
    try:
        interaction.scopes = _scopes_asked({name: values[0] for name, values in lists.items()})
    except RedirectError as refusal:
        told = {"error": refusal.error, "error_description": refusal.description}
        return back_to_service(interaction, told)
    spoil_response(site.pannes, interaction)
    site.state.add_interaction(browser, interaction)
    person = site.state.signed_in(browser)
    if person is not None:
        site.state.count("sso_reused")
        return finish(browser, interaction, person)
    if interaction.idp_hint == site.config.provider.idp_id:
        return leave_for_idp(interaction)
    return redirect(f"{site.config.issuer}/interaction/{interaction.uid}", 303)


def _scopes_asked(params: dict[str, str]) -> tuple[str, ...]:
    scopes = read_scopes(params)
    if this_site().pannes.take("authorize", ("refuse",)) == "refuse":
        raise RedirectError("access_denied", "User auth aborted")
    return scopes


@provider.get("/interaction/<uid>")
def choose(uid: str) -> ResponseReturnValue:
    """Show the identity providers, and the test identities of the simulated one."""
    site = this_site()
    interaction = current_interaction(known_browser(), uid)
    return render_template(
        "choix.html",
        interaction=interaction,
        service=site.config.services[interaction.client_id],
        provider=site.config.provider,
        identities=IDENTITIES.values(),
        only_demo=interaction.idp_hint == DEMO_IDP,
    )


@provider.post("/interaction/<uid>/identite")
def sign_in_demo(uid: str) -> ResponseReturnValue:
    """Sign in one fictitious usager with the demonstration provider."""
    site = this_site()
    browser = known_browser()
    interaction = current_interaction(browser, uid)
    identity = IDENTITIES.get(request.form.get("identite", ""))
    if identity is None:
        raise FranceConnectError("Y020026", "identité de démonstration inconnue")
    now = site.now
    person = SignedIn(identity.claims(), DEMO_IDP, now, now + SSO_SECONDS)
    site.state.sign_in(browser, person)
    return finish(browser, interaction, person)


@provider.get("/interaction/<uid>/annuler")
def cancel(uid: str) -> ResponseReturnValue:
    """Go back to the service without signing in."""
    interaction = current_interaction(known_browser(), uid)
    told = {"error": "access_denied", "error_description": "User auth aborted"}
    return back_to_service(interaction, told)


@provider.post("/redirect-to-idp")
def redirect_to_idp() -> ResponseReturnValue:
    """Leave for the mandate service, chosen as identity provider."""
    interaction = current_interaction(known_browser(), request.form.get("uid", ""))
    return leave_for_idp(interaction)


def _check_logout(params: dict[str, str]) -> str:
    site = this_site()
    hint = site.signer.read(params.get("id_token_hint", ""))
    if hint is None:
        raise FranceConnectError("Y000000", "id_token_hint absent ou signé par un autre")
    service = site.config.services.get(str(hint.get("aud")))
    target = params.get("post_logout_redirect_uri", "")
    if service is None or target not in service.post_logout_redirect_uris:
        raise FranceConnectError("Y000000", "post_logout_redirect_uri non déclarée")
    state = params.get("state")
    return add_params(target, {"state": state}) if state else target


@provider.route("/session/end", methods=["GET", "POST"])
def end_session() -> ResponseReturnValue:
    """Close the single sign-on, here and at the identity provider (RP-Initiated Logout).

    The hint's expiry is not judged; its signature and audience are.
    """
    site = this_site()
    given = request.args if request.method == "GET" else request.form
    target = _check_logout(given.to_dict())
    browser = site.state.find_browser(request.cookies.get(COOKIE, ""))
    person = site.state.sign_out(browser) if browser else None
    if browser is None or person is None or not person.idp_id_token:
        return redirect(target, 303)
    g.browser = browser
    return redirect(logout_url_of_idp(browser, person, target), 303)
