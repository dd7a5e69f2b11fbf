"""The authorization request (OIDC Core §3.1.2.1, RFC 6749 §4.1.1, RFC 7636 §4.3) as two ordered tables.

:data:`WHO_ASKS` decides whether anybody can be sent back at all; a refusal there
is a page of ours.  A refusal of :data:`WHAT_IS_ASKED` goes back to the client.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from aidants.domain.decisions import GRANTED, Decision, Denied
from oidc.protocol import client_errors, errors
from oidc.protocol.authorization_details import read_details
from oidc.protocol.claims import OF_A_SCOPE, SCOPE_CLAIMS
from oidc.protocol.claims_request import NOTHING, REP_SCOPE, ClaimsRequest, read_claims
from oidc.protocol.client import ClientRecord, scopes_of
from oidc.protocol.parameters import Parameters, is_text

KNOWN = (
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age",
    "claims", "acr_values", "code_challenge", "code_challenge_method", "request", "request_uri", "registration",
    "id_token_hint", "login_hint", "ui_locales", "display", "claims_locales", "authorization_details", "dpop_jkt",
)  # fmt: skip
ANSWERED = frozenset({"code", "state", "iss", "error", "error_description"})
"""What an answer adds to a registered address, whose own query therefore holds none of it (RFC 6749 §3.1)."""
LONGEST_VALUE = {
    "state": 2048,
    "redirect_uri": 2048,
    "nonce": 512,
    "claims": 4096,
    "scope": 512,
    "id_token_hint": 8192,
    "authorization_details": 4096,
}
RESPONSE_MODES = ("query", "form_post")
PROMPTS = frozenset({"none", "login", "consent"})
_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")
_SECONDS = re.compile(r"[0-9]+")
_ANY_AGE = 10**9
_SECOND_FACTOR_MEETS_LOGIN = timedelta(minutes=15)


class Way(StrEnum):
    """How a request reached us (RFC 9126 §4)."""

    BROWSER = "browser"
    PUSHED = "pushed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class AuthorizeFacts:
    """One request, the client it names, and since when the browser's aidant is signed in (``None``: nobody).

    ``way``           how the request came: in the browser's address, pushed before, or pushed and no longer known
    ``hint_subject``  the ``sub`` of an ``id_token_hint`` of ours for this client; empty when it is none
    ``may_repeat``    whether the choice just made in this browser may answer again without a page
    """

    parameters: Parameters | None
    client: ClientRecord | None
    signed_in_at: datetime | None
    now: datetime
    own_acr: str
    way: Way = Way.BROWSER
    hint_subject: str = ""
    may_repeat: bool = False

    def get(self, name: str) -> str:
        """Return a parameter, empty when omitted."""
        return self.parameters.get(name) if self.parameters else ""

    def is_repeated(self, name: str) -> bool:
        """True when a parameter stands more than once."""
        return bool(self.parameters and name in self.parameters.repeated)

    @property
    def record(self) -> ClientRecord:
        """The client, once :data:`WHO_ASKS` has passed."""
        if self.client is None:
            raise LookupError("no client")
        return self.client

    @property
    def scope(self) -> frozenset[str]:
        """The values of ``scope``, parted by spaces and by nothing else (RFC 6749 §3.3)."""
        return frozenset(self.get("scope").split(" "))

    @property
    def prompts(self) -> frozenset[str]:
        """The values of ``prompt``."""
        return frozenset(self.get("prompt").split(" ")) - {""}

    @property
    def claims(self) -> ClaimsRequest:
        """What ``claims`` asks; nothing when it is malformed."""
        return read_claims(self.get("claims")) or NOTHING

    @property
    def signed_in_since(self) -> datetime | None:
        """The oldest sign-in that this request accepts (OIDC Core §3.1.2.1, ``prompt=login`` and ``max_age``).

        FranceConnect sends ``prompt=login`` with every request: for its record a second factor given in the last
        15 minutes meets it (PROTOCOLS §1).
        """
        asked = self.get("max_age")
        ages = [timedelta(seconds=min(int(asked), _ANY_AGE))] if asked else []
        if "login" in self.prompts:
            ages.append(_SECOND_FACTOR_MEETS_LOGIN if self.record.is_franceconnect else timedelta(0))
        return self.now - min(ages) if ages else None


def _readable(facts: AuthorizeFacts) -> Decision:
    """The query is a form of reasonable size (RFC 6749 §3.1)."""
    return GRANTED if facts.parameters is not None else Denied(errors.REQUEST_UNREADABLE)


def _named_once(facts: AuthorizeFacts) -> Decision:
    """``client_id`` and ``redirect_uri`` stand once: which of two to trust? (RFC 6749 §3.1)."""
    twice = facts.is_repeated("client_id") or facts.is_repeated("redirect_uri")
    return Denied(errors.REQUEST_UNREADABLE) if twice else GRANTED


def _client_known(facts: AuthorizeFacts) -> Decision:
    """``client_id`` names a registered client (RFC 6749 §4.1.2.1)."""
    return GRANTED if facts.client is not None else Denied(errors.CLIENT_UNKNOWN)


def _still_known(facts: AuthorizeFacts) -> Decision:
    """A request pushed is ours, this client's, not expired, not answered (RFC 9126 §2.2, §4)."""
    return Denied(client_errors.PUSHED_UNKNOWN) if facts.way is Way.LOST else GRANTED


def _redirect_uri_exact(facts: AuthorizeFacts) -> Decision:
    """``redirect_uri`` equals a registered one, the port included (RFC 9700 §2.1, OIDC Core §3.1.2.1)."""
    registered = facts.get("redirect_uri") in facts.record.redirect_uris
    return GRANTED if registered else Denied(errors.REDIRECT_URI_REFUSED)


def _client_active(facts: AuthorizeFacts) -> Decision:
    """A suspended client receives nobody, not even an error (RFC 6749 §4.1.2.1)."""
    return Denied(errors.CLIENT_SUSPENDED) if facts.record.is_suspended else GRANTED


def _response_mode(facts: AuthorizeFacts) -> Decision:
    """The query carries the answer, or a form when asked (Multiple Response Types §2.1, Form Post §2).

    By any other way nothing is sent: whoever asked for it would not understand this one (OIDC Core §3.1.2.6).
    """
    return GRANTED if knows_response_mode(facts) else Denied(errors.RESPONSE_MODE_REFUSED)


def knows_response_mode(facts: AuthorizeFacts) -> bool:
    """True for a way that an answer can take."""
    return facts.get("response_mode") in ("", *RESPONSE_MODES)


WHO_ASKS = (_readable, _named_once, _client_known, _still_known, _redirect_uri_exact, _client_active, _response_mode)


def _pushed_if_required(facts: AuthorizeFacts) -> Decision:
    """A client held to it pushes its requests (RFC 9126 §4, FAPI 2.0 §5.3.2.2)."""
    missing = facts.record.requires_par and facts.way is not Way.PUSHED
    return Denied(client_errors.PUSH_REQUIRED) if missing else GRANTED


def _not_repeated(facts: AuthorizeFacts) -> Decision:
    """No known parameter stands twice (RFC 6749 §3.1)."""
    return Denied(errors.PARAMETER_REPEATED) if any(map(facts.is_repeated, KNOWN)) else GRANTED


def _well_formed(facts: AuthorizeFacts) -> Decision:
    """Known values are UTF-8 text of bounded size (RFC 6749 §A)."""
    proper = all(is_text(facts.get(name), LONGEST_VALUE.get(name, 1024)) for name in KNOWN)
    return GRANTED if proper else Denied(errors.PARAMETER_MALFORMED)


def _no_request_object(facts: AuthorizeFacts) -> Decision:
    """``request`` is not supported, and says so by its own code (OIDC Core §3.1.2.6, §6.1)."""
    return Denied(errors.REQUEST_NOT_SUPPORTED) if facts.get("request") else GRANTED


def _no_request_uri(facts: AuthorizeFacts) -> Decision:
    """``request_uri`` outside PAR is not supported, and says so by its own code (OIDC Core §3.1.2.6, §6.2)."""
    return Denied(errors.REQUEST_URI_NOT_SUPPORTED) if facts.get("request_uri") else GRANTED


def _no_registration(facts: AuthorizeFacts) -> Decision:
    """``registration`` is not supported, and says so by its own code (OIDC Core §3.1.2.6, §7.2.1)."""
    return Denied(errors.REGISTRATION_NOT_SUPPORTED) if facts.get("registration") else GRANTED


def _response_type(facts: AuthorizeFacts) -> Decision:
    """Code flow only (RFC 6749 §4.1.1, RFC 9700 §2.1.2)."""
    if not facts.get("response_type"):
        return Denied(errors.RESPONSE_TYPE_MISSING)
    return GRANTED if facts.get("response_type") == "code" else Denied(errors.RESPONSE_TYPE_REFUSED)


def _scope_openid(facts: AuthorizeFacts) -> Decision:
    """``scope`` holds ``openid``; values not understood are ignored (OIDC Core §3.1.2.1)."""
    return GRANTED if "openid" in facts.scope else Denied(errors.SCOPE_WITHOUT_OPENID)


def _pkce_present(facts: AuthorizeFacts) -> Decision:
    """PKCE, save for a record that is excepted in writing (RFC 7636 §4.4.1, RFC 9700 §2.1.1)."""
    missing = facts.record.needs_pkce and not facts.get("code_challenge")
    return Denied(errors.PKCE_MISSING) if missing else GRANTED


def _pkce_method(facts: AuthorizeFacts) -> Decision:
    """S256 by name: no method would mean ``plain`` (RFC 7636 §4.3, RFC 9700 §2.1.1)."""
    used = facts.get("code_challenge") or facts.get("code_challenge_method")
    return Denied(errors.PKCE_METHOD_REFUSED) if used and facts.get("code_challenge_method") != "S256" else GRANTED


def _pkce_challenge(facts: AuthorizeFacts) -> Decision:
    """The challenge is a SHA-256 in base64url: 43 characters, no more (RFC 7636 §4.2)."""
    used = facts.get("code_challenge") or facts.get("code_challenge_method")
    malformed = used and not _DIGEST.fullmatch(facts.get("code_challenge"))
    return Denied(errors.PKCE_MALFORMED) if malformed else GRANTED


def _nonce(facts: AuthorizeFacts) -> Decision:
    """Without PKCE the nonce is what ties the code to the browser (RFC 9700 §2.1.1)."""
    unbound = not facts.record.needs_pkce and not facts.get("code_challenge")
    missing = facts.record.needs_nonce and unbound and not facts.get("nonce")
    return Denied(errors.NONCE_MISSING) if missing else GRANTED


def _prompt(facts: AuthorizeFacts) -> Decision:
    """``none``, ``login``, ``consent``; ``none`` stands alone (OIDC Core §3.1.2.1)."""
    alone = "none" not in facts.prompts or len(facts.prompts) == 1
    return GRANTED if alone and facts.prompts <= PROMPTS else Denied(errors.PROMPT_REFUSED)


def _no_account_selection(facts: AuthorizeFacts) -> Decision:
    """Nobody has several accounts to select from, and the request is told so by its own code (OIDC Core §3.1.2.1)."""
    others = facts.prompts - {"select_account"}
    wanted = others != facts.prompts and others <= PROMPTS - {"none"}
    return Denied(errors.ACCOUNT_SELECTION_REFUSED) if wanted else GRANTED


def _max_age(facts: AuthorizeFacts) -> Decision:
    """``max_age`` is a number of seconds (OIDC Core §3.1.2.1)."""
    text = facts.get("max_age")
    return GRANTED if not text or _SECONDS.fullmatch(text) else Denied(errors.MAX_AGE_MALFORMED)


def _claims(facts: AuthorizeFacts) -> Decision:
    """``claims`` is the JSON object of OIDC Core §5.5; the ``sub`` that it wants may be somebody's (§5.5.1)."""
    claims = read_claims(facts.get("claims"))
    return GRANTED if claims is not None and claims.subjects != () else Denied(errors.CLAIMS_MALFORMED)


def _acr(facts: AuthorizeFacts) -> Decision:
    """An essential ``acr`` that is not ours cannot be met (OIDC Core §5.5.1.1); ``acr_values`` is only a wish."""
    wanted = facts.claims.values_of("acr")
    unmet = facts.claims.is_essential("acr") and wanted is not None and facts.own_acr not in wanted
    return Denied(errors.ACR_UNMET) if unmet else GRANTED


def _details(facts: AuthorizeFacts) -> Decision:
    """``authorization_details`` is of our one type, all its members known (RFC 9396 §5)."""
    ignored = facts.record.is_franceconnect
    readable = ignored or read_details(facts.get("authorization_details")) is not None
    return GRANTED if readable else Denied(client_errors.DETAILS_REFUSED)


def _dpop_jkt(facts: AuthorizeFacts) -> Decision:
    """``dpop_jkt`` is a thumbprint (RFC 9449 §10)."""
    given = facts.get("dpop_jkt")
    return GRANTED if not given or _DIGEST.fullmatch(given) else Denied(client_errors.DPOP_JKT_REFUSED)


def _id_token_hint(facts: AuthorizeFacts) -> Decision:
    """``id_token_hint`` is a token that we gave this client, of an usager that it takes (OIDC Core §3.1.2.1)."""
    if not facts.get("id_token_hint"):
        return GRANTED
    wanted = facts.claims.subjects
    taken = facts.hint_subject and (wanted is None or facts.hint_subject in wanted)
    return GRANTED if taken else Denied(client_errors.ID_TOKEN_HINT_REFUSED)


def _prompt_none(facts: AuthorizeFacts) -> Decision:
    """``prompt=none`` shows no page: somebody is signed in, who just chose for this client (OIDC Core §3.1.2.6)."""
    if "none" not in facts.prompts:
        return GRANTED
    since = facts.signed_in_since
    absent = facts.signed_in_at is None or (since is not None and facts.signed_in_at < since)
    if absent:
        return Denied(errors.LOGIN_REQUIRED)
    return GRANTED if facts.may_repeat else Denied(errors.INTERACTION_REQUIRED)


ASKED = (
    _not_repeated,
    _no_request_object,
    _no_request_uri,
    _no_registration,
    _well_formed,
    _response_type,
    _scope_openid,
    _pkce_present,
    _pkce_method,
    _pkce_challenge,
    _nonce,
    _no_account_selection,
    _prompt,
    _max_age,
    _claims,
    _acr,
    _details,
    _dpop_jkt,
    _id_token_hint,
)
"""What a request may ask, whether it comes by the browser or is pushed."""

WHAT_IS_ASKED = (_pushed_if_required, *ASKED, _prompt_none)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request that passed both tables asks, reduced to what later steps need.

    ``rep_scope``        values asked by FranceConnect, in their spelling; empty when it names none
    ``demarches``        what ``authorization_details`` wants, by code; empty when it asks nothing
    ``subjects``         the usagers, by their pairwise value, that the client takes; empty for any
    ``id_token_claims``  claims asked by name for the ID token, likewise ``userinfo_claims``
    ``userinfo_values``  the only values with which it takes a claim there
    ``signed_in_since``  the oldest acceptable sign-in, if the request limits it
    """

    redirect_uri: str
    state: str
    nonce: str
    scope: tuple[str, ...]
    code_challenge: str
    response_mode: str
    dpop_jkt: str
    rep_scope: tuple[str, ...]
    demarches: tuple[str, ...]
    subjects: tuple[str, ...]
    id_token_claims: tuple[str, ...]
    userinfo_claims: tuple[str, ...]
    userinfo_values: Mapping[str, Sequence[Any]]
    signed_in_since: datetime | None


def asked(facts: AuthorizeFacts) -> Asked:
    """Reduce a request that both tables granted."""
    claims = facts.claims
    return Asked(
        redirect_uri=facts.get("redirect_uri"),
        state=facts.get("state"),
        nonce=facts.get("nonce"),
        scope=tuple(scope for scope in scopes_of(facts.record) if scope in facts.scope),
        code_challenge=facts.get("code_challenge"),
        response_mode=response_mode_of(facts),
        dpop_jkt=facts.get("dpop_jkt"),
        rep_scope=claims.values_of(REP_SCOPE) or (),
        demarches=() if facts.record.is_franceconnect else read_details(facts.get("authorization_details")) or (),
        subjects=(facts.hint_subject,) if facts.hint_subject else claims.subjects or (),
        id_token_claims=_within(facts.record, claims.id_token),
        userinfo_claims=_within(facts.record, claims.userinfo),
        userinfo_values=claims.userinfo_values,
        signed_in_since=facts.signed_in_since,
    )


def _within(record: ClientRecord, claims: Iterable[str]) -> tuple[str, ...]:
    """Return the claims asked by name, but those of a scope that the record leaves out: ``claims`` opens nothing."""
    allowed = {claim for scope in scopes_of(record) for claim in SCOPE_CLAIMS.get(scope, ())}
    return tuple(claim for claim in claims if claim in allowed or claim not in OF_A_SCOPE)


def response_mode_of(facts: AuthorizeFacts) -> str:
    """Return how the answer travels, a refusal too; what is not understood, or no text, travels in the query."""
    mode, fit = facts.get("response_mode"), is_text(facts.get("state"), LONGEST_VALUE["state"])
    return mode if fit and mode in RESPONSE_MODES and not facts.is_repeated("response_mode") else "query"
