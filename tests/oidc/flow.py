"""One login as the wire sees it: a site registered, an aidant's browser, the steps between them.

Steps are functions that return the answer of the service; nothing is asserted here but what the next step needs.
"""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from threading import local
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from django.test import Client as Browser
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.structures.models import Structure
from mandats.registre.models import Autorisation, Mandat
from oidc.provider.clients import NewClient, create_client
from oidc.provider.models import Client
from tests import builders

CALLBACK = "https://site.example/retour"
FC_CALLBACK = "https://fc.example/api/v2/oidc-callback"
FC_LOGOUT = "https://fc.example/api/v2/client/logout-callback"


_THREAD = local()


def stranger() -> Browser:
    """Return a browser without a cookie, the same one for all the calls of a thread: making one takes 0.1 s."""
    if not hasattr(_THREAD, "browser"):
        _THREAD.browser = Browser()
    _THREAD.browser.cookies.clear()
    return cast("Browser", _THREAD.browser)


def with_cookies_of(browser: Browser) -> Browser:
    """Return another browser with the cookies that this one has now."""
    other = Browser()
    for name, cookie in browser.cookies.items():
        other.cookies[name] = cookie.value
    return other


@dataclass
class Site:
    """A registered client, its secret, and what it remembers between two steps."""

    client: Client
    secret: str
    redirect_uri: str
    state: str = field(default_factory=lambda: secrets.token_hex(32))
    nonce: str = field(default_factory=lambda: secrets.token_hex(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def challenge(self) -> str:
        """The S256 challenge of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def request(self, **changes: Any) -> dict[str, Any]:
        """Return the parameters of an authorization request; a change to ``None`` leaves one out."""
        basics = {
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "state": self.state,
            "nonce": self.nonce,
        }
        if self.client.is_franceconnect:
            basics |= {
                "scope": "openid profile email birth",
                "acr_values": "eidas1",
                "prompt": "login",
                "claims": json.dumps({"id_token": {"rep_scope": {"essential": True, "values": ["Logement"]}}}),
            }
        else:
            basics |= {"scope": "openid profile email birth mandat"}
            basics |= {"code_challenge": self.challenge, "code_challenge_method": "S256"}
        return {name: value for name, value in (basics | changes).items() if value is not None}


def site(profile: str = "administration", **changes: Any) -> Site:
    """Register a client of the profile."""
    is_fc = profile == "franceconnect"
    given: dict[str, Any] = {
        "name": "FranceConnect" if is_fc else "Allocations de démonstration",
        "profile": profile,
        "redirect_uris": [FC_CALLBACK if is_fc else CALLBACK],
        "post_logout_redirect_uris": [FC_LOGOUT if is_fc else "https://site.example/fin"],
    }
    client, secret = create_client(NewClient(**(given | changes)), timezone.now())
    return Site(client, secret, client.redirect_uris[0] if client.redirect_uris else "")


@dataclass
class Desk:
    """An aidant signed in, their structure, an usager's mandat there."""

    place: Structure
    aidant: Compte
    mandat: Mandat
    browser: Browser

    def autorisation(self, demarche: str = "logement") -> Autorisation:
        """Return the mandat's autorisation for a demarche."""
        return Autorisation.objects.get(mandat=self.mandat, demarche=demarche)


def desk(now: datetime | None = None, **fields: Any) -> Desk:
    """Return an aidant signed in by e-mail, password and code, who holds a mandat of today."""
    place = builders.structure()
    who = builders.aidant(place)
    given = {"demarches": ("logement", "argent")} | fields
    signed = builders.mandat(who, place, now=now or timezone.now(), **given)
    return Desk(place, who, signed, builders.signed_in(who))


def authorize(browser: Browser, asked: Site, **changes: Any) -> Any:
    """Send the authorization request."""
    return browser.get("/authorize?" + urlencode(asked.request(**changes), doseq=True))


def choice_page(browser: Browser, asked: Site, **changes: Any) -> str:
    """Return the address of the page of choice."""
    answer = authorize(browser, asked, **changes)
    assert answer.status_code == 303, answer.content.decode()
    assert answer["Location"].startswith("/authorize/choix/"), answer["Location"]
    return str(answer["Location"])


def leave_uri(answer: Any) -> str:
    """Return where a page that leaves by itself goes."""
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.content.decode())
    assert found, answer.content.decode()
    return unescape(found[1])


def form_of(answer: Any) -> tuple[str, dict[str, str]]:
    """Return where the form of a page that posts itself goes, and what it carries."""
    page = answer.content.decode()
    (action,) = re.findall(r'<form method="post" action="([^"]+)" id="answer">', page)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return unescape(action), {name: unescape(value) for name, value in fields}


def parameters_of(uri: str) -> dict[str, str]:
    """Return the query's parameters."""
    return dict(parse_qsl(urlsplit(uri).query, keep_blank_values=True))


def code_of(at: Desk, asked: Site, demarche: str = "logement", **changes: Any) -> str:
    """Go through request and choice; return the code."""
    page = choice_page(at.browser, asked, **changes)
    answer = at.browser.post(page, {"autorisation": str(at.autorisation(demarche).id)})
    assert answer.status_code == 200, answer.content.decode()
    return parse_qs(urlsplit(leave_uri(answer)).query)["code"][0]


def token_form(asked: Site, code: str, **changes: Any) -> dict[str, str]:
    """Return the form of the exchange, by the method of the client's record."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": asked.redirect_uri}
    if asked.client.needs_pkce:
        form["code_verifier"] = asked.verifier
    if asked.client.auth_method == "client_secret_post":
        form |= {"client_id": asked.client.client_id, "client_secret": asked.secret}
    return {name: value for name, value in (form | changes).items() if value is not None}


def basic(asked: Site, secret: str = "") -> dict[str, str]:
    """Return the Authorization header of client_secret_basic."""
    pair = f"{asked.client.client_id}:{secret or asked.secret}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def exchange(asked: Site, code: str, **changes: Any) -> Any:
    """Exchange the code, as the client's server would: without a cookie."""
    by_header = asked.client.auth_method == "client_secret_basic"
    return post_form("/token", token_form(asked, code, **changes), basic(asked) if by_header else {})


def post_form(path: str, form: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    """Post a form without a cookie."""
    body = urlencode(form, doseq=True)
    kind = "application/x-www-form-urlencoded"
    return stranger().post(path, body, content_type=kind, headers=headers or {})


def userinfo(token: str) -> Any:
    """Ask userinfo."""
    return stranger().get("/userinfo", headers={"Authorization": f"Bearer {token}"})


def introspect(asked: Site, token: str) -> Any:
    """Introspect a token as its client."""
    if asked.client.auth_method == "client_secret_basic":
        return post_form("/introspect", {"token": token}, basic(asked))
    own = {"client_id": asked.client.client_id, "client_secret": asked.secret}
    return post_form("/introspect", {"token": token, **own})


def tokens_of(at: Desk, asked: Site, **changes: Any) -> dict[str, Any]:
    """Go through the whole login; return the token endpoint's answer."""
    answer = exchange(asked, code_of(at, asked, **changes))
    assert answer.status_code == 200, answer.content.decode()
    return dict(answer.json())


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a JWT without verifying it: for tests that look at claims, not at signatures."""
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
