"""What every page of the simulated FranceConnect works with.

Owns the assembled parts of one running site, its cookie and the way back to a
service. Never decides who signs in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from flask import current_app, g, redirect, request
from werkzeug.wrappers import Response

from deploy.demo.franceconnect.config import Config
from deploy.demo.franceconnect.errors import FranceConnectError
from deploy.demo.franceconnect.keys import Signer
from deploy.demo.franceconnect.pannes import Pannes
from deploy.demo.franceconnect.state import Browser, Interaction, SignedIn, State

COOKIE = "fc_simule_session"


@dataclass(frozen=True)
class Site:
    """The parts of one running site."""

    config: Config
    state: State
    signer: Signer
    pannes: Pannes

    @property
    def now(self) -> float:
        """Give the current time by the site's own clock, in seconds."""
        return self.state.clock()


def this_site() -> Site:
    """Give the site of the current request."""
    return cast(Site, current_app.extensions["franceconnect"])


def add_params(url: str, params: dict[str, Any]) -> str:
    """Add parameters to an address that may already have some."""
    glue = "&" if urlsplit(url).query else "?"
    return f"{url}{glue}{urlencode(params)}"


def open_browser() -> Browser:
    """Give this browser's session; the cookie is set when the answer leaves."""
    browser = this_site().state.open_browser(request.cookies.get(COOKIE, ""))
    g.browser = browser
    return browser


def known_browser() -> Browser:
    """Give this browser's session, or show Y190001."""
    browser = this_site().state.find_browser(request.cookies.get(COOKIE, ""))
    if browser is None:
        raise FranceConnectError("Y190001", "cookie de session absent ou inconnu")
    return browser


def set_cookie(answer: Response) -> Response:
    """Set the session cookie of a browser opened by this request."""
    browser: Browser | None = g.get("browser")
    if browser is not None:
        answer.set_cookie(COOKIE, browser.sid, httponly=True, samesite="Lax", path="/")
    return answer


def current_interaction(browser: Browser, uid: str) -> Interaction:
    """Give the interaction ``uid`` of this browser, or show Y030025."""
    interaction = this_site().state.find_interaction(browser, uid)
    if interaction is None:
        raise FranceConnectError("Y030025", "connexion inconnue dans ce navigateur, ou finie")
    g.interaction = interaction
    return interaction


def back_to_service(interaction: Interaction, params: dict[str, str]) -> Response:
    """Send the browser back to the service, ``state`` echoed, ``iss`` told (RFC 9207)."""
    site = this_site()
    told = {**params, "state": interaction.state, "iss": interaction.told_issuer or site.config.issuer}
    return redirect(add_params(interaction.redirect_uri, told), 303)


def finish(browser: Browser, interaction: Interaction, person: SignedIn) -> Response:
    """Give the service its code for ``person``."""
    site = this_site()
    code = site.state.issue_code(browser, interaction, person)
    return back_to_service(interaction, {"code": code})
