"""Client records and facts for the tables: no database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from oidc.protocol.authorize import AuthorizeFacts
from oidc.protocol.parameters import read, write

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CALLBACK = "https://site.example:8443/retour?lieu=a"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@dataclass(frozen=True)
class Record:
    """A client as the protocol sees it."""

    client_id: str = "site"
    profile: str = "administration"
    redirect_uris: tuple[str, ...] = (CALLBACK,)
    post_logout_redirect_uris: tuple[str, ...] = ("https://site.example/fin",)
    auth_method: str = "client_secret_basic"
    id_token_alg: str = "ES256"
    userinfo_alg: str = ""
    scopes: tuple[str, ...] = ()
    needs_pkce: bool = True
    needs_nonce: bool = True
    requires_par: bool = False
    requires_dpop: bool = False
    is_fapi2: bool = False
    is_certification: bool = False
    is_suspended: bool = False
    is_franceconnect: bool = False


FRANCECONNECT = Record(profile="franceconnect", needs_pkce=False, is_franceconnect=True)


def query(client: Record, **changes: Any) -> str:
    """Return a good request's query with changes; ``None`` leaves a parameter out."""
    good: dict[str, Any] = {
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uris[0],
        "response_type": "code",
        "scope": "openid profile",
        "state": "abc",
        "nonce": "n" * 32,
    }
    if client.needs_pkce:
        good |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    return write({name: value for name, value in (good | changes).items() if value is not None})


def facts(raw: str, client: Record | None = None, **changes: Any) -> AuthorizeFacts:
    """Return the facts of a raw query."""
    given: dict[str, Any] = {"signed_in_at": None, "now": NOW, "own_acr": "https://op.example/acr/aidant-2fa"}
    return AuthorizeFacts(read(raw), client, **(given | changes))
