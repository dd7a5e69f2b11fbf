"""What the simulated FranceConnect remembers, in memory, under one lock.

Owns browser sessions (and their single sign-on), interactions under way, codes
and access tokens, with their delays. Never reads a clock of its own: ``clock``
is given.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

CODE_SECONDS = 30
TOKEN_SECONDS = 60
SSO_SECONDS = 30 * 60
INTERACTION_SECONDS = 30 * 60
PURGE_EVERY = 64


@dataclass
class Interaction:
    """One connection asked by a service, until its code is given."""

    uid: str
    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    scopes: tuple[str, ...]
    rep_scope_asked: bool
    rep_scope: tuple[str, ...]
    expires_at: float
    idp_hint: str = ""
    told_issuer: str = ""
    idp_state: str = ""
    idp_nonce: str = ""


@dataclass(frozen=True)
class SignedIn:
    """The person whom FranceConnect knows in one browser, and from where."""

    claims: dict[str, Any]
    idp_id: str
    opened_at: float
    expires_at: float
    idp_id_token: str = ""
    rep_scope: tuple[str, ...] = ()


@dataclass
class Browser:
    """One browser's session: its interactions, and its single sign-on if open."""

    sid: str
    forgotten_at: float = 0
    interactions: dict[str, Interaction] = field(default_factory=dict)
    signed_in: SignedIn | None = None
    logouts: dict[str, str] = field(default_factory=dict)


@dataclass
class Grant:
    """What a code or an access token stands for."""

    interaction: Interaction
    signed_in: SignedIn
    expires_at: float
    sub: str = ""
    used: bool = False
    tokens: list[str] = field(default_factory=list)


class State:
    """The memory of one process; every public method is safe among threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._lock = threading.RLock()
        self._browsers: dict[str, Browser] = {}
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}
        self.last_errors: deque[dict[str, Any]] = deque(maxlen=50)
        self.counts: dict[str, int] = {}

    def open_browser(self, sid: str) -> Browser:
        """Give the browser's session, a new one if ``sid`` is unknown."""
        with self._lock:
            now = self.clock()
            known = self._browsers.get(sid)
            if known is None:
                known = Browser(secrets.token_urlsafe(32))
                self._browsers[known.sid] = known
            known.forgotten_at = now + INTERACTION_SECONDS + SSO_SECONDS
            return known

    def find_browser(self, sid: str) -> Browser | None:
        """Give the browser's session, or None."""
        with self._lock:
            return self._browsers.get(sid)

    def signed_in(self, browser: Browser) -> SignedIn | None:
        """Give the single sign-on of ``browser`` if it is still open."""
        with self._lock:
            known = browser.signed_in
            return known if known and known.expires_at > self.clock() else None

    def sign_in(self, browser: Browser, person: SignedIn) -> None:
        """Open (or replace) the single sign-on of ``browser``."""
        with self._lock:
            browser.signed_in = person
            self.count("sso_opened")

    def sign_out(self, browser: Browser) -> SignedIn | None:
        """Close the single sign-on of ``browser``; give whom it held."""
        with self._lock:
            known, browser.signed_in = browser.signed_in, None
            if known:
                self.count("sso_closed")
            return known

    def add_interaction(self, browser: Browser, interaction: Interaction) -> None:
        """Remember a connection under way in ``browser``."""
        with self._lock:
            browser.interactions[interaction.uid] = interaction

    def find_interaction(self, browser: Browser, uid: str) -> Interaction | None:
        """Give the live interaction ``uid`` of ``browser``, or None."""
        with self._lock:
            found = browser.interactions.get(uid)
            return found if found and found.expires_at > self.clock() else None

    def take_callback(self, browser: Browser, state: str) -> Interaction | None:
        """Consume ``state``: give the interaction that sent it, once only."""
        with self._lock:
            for interaction in browser.interactions.values():
                if state and secrets.compare_digest(interaction.idp_state.encode(), state.encode()):
                    interaction.idp_state = ""
                    return self.find_interaction(browser, interaction.uid)
            return None

    def issue_code(self, browser: Browser, interaction: Interaction, person: SignedIn) -> str:
        """End the interaction; give a code of :data:`CODE_SECONDS` seconds."""
        with self._lock:
            browser.interactions.pop(interaction.uid, None)
            if self.counts.get("codes", 0) % PURGE_EVERY == 0:
                self._purge()
            code = secrets.token_urlsafe(32)
            self._codes[code] = Grant(interaction, person, self.clock() + CODE_SECONDS)
            self.count("codes")
            return code

    def redeem_code(self, code: str) -> Grant | None:
        """Give the grant of a live code, once; a replay ends its tokens."""
        with self._lock:
            grant = self._codes.get(code)
            if grant is None:
                return None
            if grant.used:
                for token in grant.tokens:
                    self._tokens.pop(token, None)
                return None
            grant.used = True
            return grant if grant.expires_at > self.clock() else None

    def issue_token(self, grant: Grant, sub: str) -> str:
        """Give an access token of :data:`TOKEN_SECONDS` seconds."""
        with self._lock:
            token = secrets.token_urlsafe(32)
            expires_at = self.clock() + TOKEN_SECONDS
            self._tokens[token] = Grant(grant.interaction, grant.signed_in, expires_at, sub)
            grant.tokens.append(token)
            return token

    def find_token(self, token: str) -> Grant | None:
        """Give what a live access token stands for, or None."""
        with self._lock:
            grant = self._tokens.get(token)
            return grant if grant and grant.expires_at > self.clock() else None

    def remember_error(self, code: str, detail: str, path: str) -> None:
        """Keep the last errors for the inspection page; no identity in them."""
        with self._lock:
            self.last_errors.appendleft({"code": code, "detail": detail, "path": path, "at": int(self.clock())})

    def count(self, what: str) -> None:
        """Add one to the counter ``what``."""
        with self._lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def snapshot(self) -> dict[str, Any]:
        """Give figures for tests: open single sign-ons, counters, last errors."""
        with self._lock:
            now = self.clock()
            people = [b.signed_in for b in self._browsers.values() if b.signed_in]
            running = [i for b in self._browsers.values() for i in b.interactions.values()]
            return {
                "sso_ouvertes": sum(1 for p in people if p.expires_at > now),
                "interactions": sum(1 for i in running if i.expires_at > now),
                "codes_valides": sum(1 for g in self._codes.values() if not g.used and g.expires_at > now),
                "compteurs": dict(self.counts),
                "erreurs": list(self.last_errors),
            }

    def forget_all(self) -> None:
        """Close every session and forget every error (tests)."""
        with self._lock:
            self._browsers.clear()
            self._codes.clear()
            self._tokens.clear()
            self.last_errors.clear()
            self.counts.clear()

    def _purge(self) -> None:
        now = self.clock()
        self._browsers = {k: b for k, b in self._browsers.items() if b.forgotten_at > now}
        limit = now - CODE_SECONDS - TOKEN_SECONDS
        self._codes = {k: g for k, g in self._codes.items() if g.expires_at > limit}
        self._tokens = {k: g for k, g in self._tokens.items() if g.expires_at > limit}
