"""What the profile must know of a client's record.  The table that holds it is the provider's."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Profile(StrEnum):
    """The two kinds of relying party (PROTOCOLS §1, §3), and the system that keeps structures and aidants up to date.

    A ``partenaire`` signs nobody in and verifies no mandat: it has neither a redirect address nor a demarche.
    """

    FRANCECONNECT = "franceconnect"
    ADMINISTRATION = "administration"
    PARTENAIRE = "partenaire"


class ClientRecord(Protocol):
    """One registered client.

    ``needs_pkce``    false only by written exception (RFC 9700 §2.1.1)
    ``needs_nonce``   a request without PKCE owes a nonce; a certification run's record alone owes neither
    ``userinfo_alg``  empty for plain JSON
    ``scopes``        what the record allows; empty for all that its profile may have
    ``is_certification``  a certification run's record, which owes neither PKCE nor a nonce
    """

    @property
    def client_id(self) -> str: ...
    @property
    def profile(self) -> str: ...
    @property
    def redirect_uris(self) -> Sequence[str]: ...
    @property
    def post_logout_redirect_uris(self) -> Sequence[str]: ...
    @property
    def auth_method(self) -> str: ...
    @property
    def id_token_alg(self) -> str: ...
    @property
    def userinfo_alg(self) -> str: ...
    @property
    def scopes(self) -> Sequence[str]: ...
    @property
    def needs_pkce(self) -> bool: ...
    @property
    def needs_nonce(self) -> bool: ...
    @property
    def requires_par(self) -> bool: ...
    @property
    def requires_dpop(self) -> bool: ...
    @property
    def is_fapi2(self) -> bool: ...
    @property
    def is_certification(self) -> bool: ...
    @property
    def is_suspended(self) -> bool: ...
    @property
    def is_franceconnect(self) -> bool: ...


ADMINISTRATION_SCOPES = ("openid", "profile", "email", "birth", "mandat")
FRANCECONNECT_SCOPES = ("openid", "profile", "email", "birth")


def scopes_of(client: ClientRecord) -> tuple[str, ...]:
    """Return the scopes that a client may receive; FranceConnect's record never carries the mandat."""
    own = FRANCECONNECT_SCOPES if client.is_franceconnect else ADMINISTRATION_SCOPES
    return tuple(scope for scope in own if scope == "openid" or not client.scopes or scope in client.scopes)
