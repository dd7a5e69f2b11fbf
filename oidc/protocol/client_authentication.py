"""Client authentication at every endpoint that a client's server calls (RFC 6749 §2.3), as one ordered table.

What a secret must be is decided here; what an assertion must be, by :mod:`oidc.protocol.client_assertion`.
"""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import unquote_plus

from aidants.domain.decisions import GRANTED, Decision, Denied
from oidc.protocol import errors
from oidc.protocol.client import ClientRecord
from oidc.protocol.jose import Jwt, read_jwt
from oidc.protocol.parameters import Parameters

METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")
ASSERTION_PARAMETERS = ("client_assertion", "client_assertion_type")
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request presents by one method."""

    method: str
    client_id: str
    secret: str = ""
    assertion_type: str = ""
    assertion: Jwt | None = None


def presented(authorization: str, parameters: Parameters) -> tuple[Credentials, ...]:
    """Return every set of credentials in a request: its Authorization header, its form."""
    found = [_read_basic(authorization)] if authorization else []
    if parameters.get("client_secret"):
        found.append(Credentials("client_secret_post", parameters.get("client_id"), parameters.get("client_secret")))
    if parameters.get("client_assertion") or parameters.get("client_assertion_type"):
        compact, kind = (parameters.get(name) for name in ASSERTION_PARAMETERS)
        found.append(_read_assertion(compact, kind, parameters.get("client_id")))
    return tuple(found)


def presented_in_header(authorization: str) -> tuple[Credentials, ...]:
    """Return the credentials of a call whose body is JSON: a secret by Basic, a client's assertion by Bearer.

    The assertion is the one of RFC 7523 §3; only its place differs, since there is no form to hold it.
    """
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return (_read_assertion(given.strip(), ASSERTION_TYPE, ""),)
    return (_read_basic(authorization),) if authorization else ()


def _read_assertion(compact: str, assertion_type: str, form_client_id: str) -> Credentials:
    """Read an assertion, which names its client by ``sub`` (RFC 7521 §4.2)."""
    jwt = read_jwt(compact)
    named = jwt.text("sub") if jwt else ""
    return Credentials("private_key_jwt", named or form_client_id, assertion_type=assertion_type, assertion=jwt)


def _read_basic(authorization: str) -> Credentials:
    """Read RFC 7617 credentials, each half form-encoded (RFC 6749 §2.3.1); unreadable ones are empty."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        plain = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        plain = ""
    client_id, _, secret = plain.partition(":")
    method = "client_secret_basic" if scheme.lower() == "basic" else scheme.lower()
    return Credentials(method, unquote_plus(client_id), unquote_plus(secret))


@dataclass(frozen=True, slots=True)
class ClientAuthenticationFacts:
    """What was presented, the client it names if any, and whether the secret is one of that client's."""

    credentials: tuple[Credentials, ...]
    form_client_id: str
    client: ClientRecord | None
    secret_matches: bool

    @property
    def given(self) -> Credentials:
        """The one set of credentials."""
        return self.credentials[0]


def _one_method(facts: ClientAuthenticationFacts) -> Decision:
    """A client uses one method in a request (RFC 6749 §2.3); ``client_id`` in the form may only repeat it.

    Credentials that cannot be read name nobody: they are no second method, but a failure, told as one (§5.2).
    """
    twice = len(facts.credentials) > 1
    named = facts.given.client_id if facts.credentials else ""
    other = bool(named and facts.form_client_id and facts.form_client_id != named)
    return Denied(errors.CLIENT_AUTHENTICATION_TWICE) if twice or other else GRANTED


def _some_method(facts: ClientAuthenticationFacts) -> Decision:
    """Every client is confidential and authenticates (RFC 6749 §3.2.1)."""
    return GRANTED if facts.credentials else Denied(errors.CLIENT_AUTHENTICATION_FAILED)


def _client_known(facts: ClientAuthenticationFacts) -> Decision:
    """The client exists and is not suspended; which of the two is not said (RFC 6749 §5.2)."""
    known = facts.client is not None and not facts.client.is_suspended
    return GRANTED if known else Denied(errors.CLIENT_AUTHENTICATION_FAILED)


def _registered_method(facts: ClientAuthenticationFacts) -> Decision:
    """The method is the one of the client's record, no other (RFC 7591 §2)."""
    registered = facts.client is not None and facts.client.auth_method == facts.given.method
    return GRANTED if registered else Denied(errors.CLIENT_AUTHENTICATION_FAILED)


def _secret(facts: ClientAuthenticationFacts) -> Decision:
    """The secret is the client's (RFC 6749 §2.3.1); an assertion has a table of its own."""
    by_secret = facts.given.method != "private_key_jwt"
    return GRANTED if facts.secret_matches or not by_secret else Denied(errors.CLIENT_AUTHENTICATION_FAILED)


CLIENT_AUTHENTICATION = (_one_method, _some_method, _client_known, _registered_method, _secret)
