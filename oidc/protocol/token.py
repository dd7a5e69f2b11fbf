"""The token request (RFC 6749 §4.1.3, RFC 7636 §4.6, OIDC Core §3.1.3.2) as ordered tables."""

import re
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from aidants.domain.decisions import GRANTED, Decision, Denied
from oidc.protocol import client_errors, errors
from oidc.protocol.authorization_details import read_details, reduces
from oidc.protocol.authorize import KNOWN
from oidc.protocol.client_authentication import ASSERTION_PARAMETERS
from oidc.protocol.parameters import Parameters, is_text

CODE_SECONDS = 60
TOKEN_SECONDS = 300
GRANT_TYPE = "authorization_code"
UNDERSTOOD = frozenset(
    {*KNOWN, *ASSERTION_PARAMETERS, "client_secret", "grant_type", "code", "code_verifier", "token", "token_type_hint"}
)
"""Every parameter that means something here; any other is ignored, whatever it holds and however often it stands."""
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def _body(parameters: Parameters | None) -> Decision:
    """The body is a form of reasonable size (RFC 6749 §3.2, §4.1.3)."""
    return GRANTED if parameters is not None else Denied(errors.BODY_REFUSED)


def _not_repeated(parameters: Parameters | None) -> Decision:
    """No parameter that we know stands twice (RFC 6749 §3.2)."""
    twice = parameters is not None and parameters.repeated & UNDERSTOOD
    return Denied(errors.PARAMETER_REPEATED) if twice else GRANTED


def _well_formed(parameters: Parameters | None) -> Decision:
    """Values that we know are UTF-8 text of bounded size (RFC 6749 §A)."""
    proper = parameters is None or all(is_text(parameters.get(name), 8192) for name in UNDERSTOOD)
    return GRANTED if proper else Denied(errors.PARAMETER_MALFORMED)


FORM = (_body, _not_repeated, _well_formed)
"""What any form sent by a client's server must meet, at every endpoint that takes one."""


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """The exchange asked for, and the code's row if there is one that belongs to the client.

    ``signs_in``   whether the client is one that signs people in, as a ``partenaire`` never does
    ``meanwhile``  the code was being exchanged when this request arrived: its loser, and no replay of it
    ``jkt``        the key whose possession was proved with this request, empty without a proof
    ``bound_jkt``  the key that alone may redeem the code (RFC 9449 §10)
    ``demarche``   what the aidant chose, empty when the request asked no ``authorization_details``
    ``standing``   whether the autorisation may still be used, decided at this very moment
    """

    parameters: Parameters
    now: datetime
    signs_in: bool = True
    requires_dpop: bool = False
    jkt: str = ""
    known: bool = False
    expires_at: datetime | None = None
    redeemed: bool = False
    meanwhile: bool = False
    revoked: bool = False
    redirect_uri: str = ""
    code_challenge: str = ""
    bound_jkt: str = ""
    demarche: str = ""
    standing: Decision = GRANTED


def _grant_type(facts: CodeFacts) -> Decision:
    """``grant_type`` is present and the only one we have (RFC 6749 §4.1.3, §5.2)."""
    if not facts.parameters.get("grant_type"):
        return Denied(errors.GRANT_TYPE_MISSING)
    return GRANTED if facts.parameters.get("grant_type") == GRANT_TYPE else Denied(errors.GRANT_TYPE_REFUSED)


def _grant_allowed(facts: CodeFacts) -> Decision:
    """A client that signs nobody in has no code to exchange (RFC 6749 §5.2: ``unauthorized_client``)."""
    return GRANTED if facts.signs_in else Denied(errors.GRANT_TYPE_NOT_THEIRS)


def _code_present(facts: CodeFacts) -> Decision:
    """``code`` is present (RFC 6749 §4.1.3)."""
    return GRANTED if facts.parameters.get("code") else Denied(errors.CODE_MISSING)


def _proof_if_required(facts: CodeFacts) -> Decision:
    """A client held to it proves the possession of a key (RFC 9449 §5, FAPI 2.0 §5.3.2.1)."""
    missing = facts.requires_dpop and not facts.jkt
    return Denied(client_errors.PROOF_MISSING) if missing else GRANTED


def _details(facts: CodeFacts) -> Decision:
    """``authorization_details``, when repeated, is well formed (RFC 9396 §6)."""
    readable = read_details(facts.parameters.get("authorization_details")) is not None
    return GRANTED if readable else Denied(client_errors.DETAILS_REFUSED)


REQUEST = (_grant_type, _grant_allowed, _code_present, _proof_if_required, _details)


def _code_known(facts: CodeFacts) -> Decision:
    """The code was issued, and to this client (RFC 6749 §4.1.3, §5.2)."""
    return GRANTED if facts.known else Denied(errors.CODE_REFUSED)


def _code_fresh(facts: CodeFacts) -> Decision:
    """The code serves once; a second exchange revokes what the first one gave (RFC 6749 §4.1.2, RFC 9700 §4.5).

    Two exchanges at the same instant are one client's own haste: one wins, the other is only refused.
    """
    if not facts.redeemed:
        return GRANTED
    return Denied(errors.CODE_REFUSED if facts.meanwhile else errors.CODE_REPLAYED)


def _code_alive(facts: CodeFacts) -> Decision:
    """The code is not revoked and not older than 60 seconds (RFC 6749 §4.1.2)."""
    alive = not facts.revoked and facts.expires_at is not None and facts.now < facts.expires_at
    return GRANTED if alive else Denied(errors.CODE_REFUSED)


def _same_redirect_uri(facts: CodeFacts) -> Decision:
    """``redirect_uri`` is the authorization request's, to the character (RFC 6749 §4.1.3)."""
    same = facts.parameters.get("redirect_uri") == facts.redirect_uri
    return GRANTED if same else Denied(errors.REDIRECT_URI_DIFFERS)


def _verifier(facts: CodeFacts) -> Decision:
    """The verifier answers the challenge; without a challenge there is none (RFC 7636 §4.6, RFC 9700 §2.1.1)."""
    verifier = facts.parameters.get("code_verifier")
    if not facts.code_challenge:
        return Denied(errors.VERIFIER_REFUSED) if verifier else GRANTED
    proper = _VERIFIER.fullmatch(verifier) is not None
    answers = proper and compare_digest(create_s256_code_challenge(verifier), facts.code_challenge)
    return GRANTED if answers else Denied(errors.VERIFIER_REFUSED)


def _same_key(facts: CodeFacts) -> Decision:
    """A code asked for one key is redeemed with it (RFC 9449 §10)."""
    other = facts.bound_jkt and facts.bound_jkt != facts.jkt
    return Denied(client_errors.CODE_OF_ANOTHER_KEY) if other else GRANTED


def _within_grant(facts: CodeFacts) -> Decision:
    """``authorization_details`` may only repeat or reduce what was granted; nothing was when nothing was asked (§6)."""
    wanted = read_details(facts.parameters.get("authorization_details")) or ()
    return GRANTED if reduces(wanted, facts.demarche) else Denied(client_errors.DETAILS_BEYOND_GRANT)


def _mandat_stands(facts: CodeFacts) -> Decision:
    """The autorisation may still be used (PROTOCOLS §1: checked again between code, token and userinfo)."""
    return GRANTED if facts.standing else Denied(errors.MANDAT_NO_LONGER_STANDS)


EXCHANGE = (
    _code_known,
    _code_fresh,
    _code_alive,
    _same_redirect_uri,
    _verifier,
    _same_key,
    _within_grant,
    _mandat_stands,
)
