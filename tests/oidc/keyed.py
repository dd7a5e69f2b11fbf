"""A site with keys of its own: assertions, proofs of possession, pushed requests, as its server would send them."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import timezone
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from oidc.protocol.client_authentication import ASSERTION_TYPE
from oidc.provider.clients import NewClient, create_client
from tests.oidc import flow

KID = "cle-1"


@dataclass
class KeyedSite(flow.Site):
    """A site, the key that signs its assertions and the one that its tokens are bound to."""

    key: Any = None
    alg: str = "ES256"
    dpop_key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    nonce_given: str = ""

    def assertion(self, key: Any = None, alg: str = "", header: dict[str, Any] | None = None, **changes: Any) -> str:
        """Return a client assertion; a change to ``None`` leaves a claim out."""
        now = int(timezone.now().timestamp())
        own = self.client.client_id
        claims: dict[str, Any] = {"iss": own, "sub": own, "aud": settings.ISSUER, "iat": now, "exp": now + 60}
        claims |= {"jti": secrets.token_urlsafe(16)} | changes
        head = {"alg": alg or self.alg, "kid": KID, "typ": "client-authentication+jwt"} | (header or {})
        return signed(head, claims, key or self.key)

    def credentials(self, **changes: Any) -> dict[str, str]:
        """Return what the form holds to authenticate."""
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion(**changes)}

    def proof(self, path: str, method: str = "POST", header: dict[str, Any] | None = None, **changes: Any) -> str:
        """Return a DPoP proof for a request; a change to ``None`` leaves a claim out."""
        claims: dict[str, Any] = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": settings.ISSUER + path}
        claims |= {"iat": int(timezone.now().timestamp()), "nonce": self.nonce_given or None} | changes
        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.dpop_key.as_dict(private=False)} | (header or {})
        return signed(head, claims, self.dpop_key)

    def jkt(self) -> str:
        """Return the thumbprint of the key of the proofs."""
        return self.dpop_key.thumbprint()


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """Return a compact JWS, whatever its header says."""
    payload = {name: value for name, value in claims.items() if value is not None}
    head = {name: value for name, value in header.items() if value is not None}
    registry = jws.JWSRegistry(algorithms=["ES256", "RS256", "PS256", "HS256", "none"], strict_check_header=False)
    return jwt.encode(head, payload, key, registry=registry)


def escaped(value: Any) -> str:
    """Return a part of a compact JWS; JSON escapes what is no text."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(header: dict[str, Any], claims: Any) -> str:
    """Return a JWS that says that it needs no signature, and has none."""
    return f"{escaped(header | {'alg': 'none'})}.{escaped(claims)}."


def signed_escaped(header: dict[str, Any], claims: Any, key: Any) -> str:
    """Return a compact JWS by ES256 over whatever JSON can say, its signature right."""
    message = f"{escaped(header)}.{escaped(claims)}"
    signature = JWSRegistry.algorithms["ES256"].sign(message.encode(), key)
    return f"{message}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def keyed_site(alg: str = "ES256", **changes: Any) -> KeyedSite:
    """Register a site that authenticates by ``private_key_jwt``."""
    key: Any = ECKey.generate_key("P-256") if alg == "ES256" else RSAKey.generate_key(2048)
    given: dict[str, Any] = {
        "name": "Allocations par clés",
        "profile": "administration",
        "redirect_uris": [flow.CALLBACK],
        "post_logout_redirect_uris": ["https://site.example/fin"],
        "auth_method": "private_key_jwt",
        "jwks": {"keys": [key.as_dict(private=False) | {"kid": KID, "use": "sig"}]},
    }
    client, _ = create_client(NewClient(**(given | changes)), timezone.now())
    return KeyedSite(client, "", client.redirect_uris[0], key=key, alg=alg)


def fapi_site(**changes: Any) -> KeyedSite:
    """Register a site held to the FAPI 2.0 Security Profile."""
    return keyed_site(is_fapi2=True, **changes)


def push(site: KeyedSite, *, proof: bool = False, form: dict[str, Any] | None = None, **changes: Any) -> Any:
    """Deposit a request, with a proof if wanted; return the answer."""
    body = site.request(**changes) | site.credentials() | (form or {})
    headers = {"DPoP": site.proof("/par")} if proof else {}
    return flow.post_form("/par", {name: value for name, value in body.items() if value is not None}, headers)


def pushed_uri(site: KeyedSite, **changes: Any) -> str:
    """Deposit a request; return its name."""
    answer = push(site, **changes)
    assert answer.status_code == 201, answer.content.decode()
    return str(answer.json()["request_uri"])


def authorize_pushed(browser: flow.Browser, site: flow.Site, request_uri: str, **more: Any) -> Any:
    """Send the browser with the name of what was pushed."""
    return browser.get("/authorize", {"client_id": site.client.client_id, "request_uri": request_uri, **more})


def code_pushed(at: flow.Desk, site: KeyedSite, **changes: Any) -> str:
    """Go through deposit, request and choice; return the code."""
    page = authorize_pushed(at.browser, site, pushed_uri(site, **changes))["Location"]
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    assert answer.status_code == 200, answer.content.decode()
    return flow.parameters_of(flow.leave_uri(answer))["code"]


def exchange(
    site: KeyedSite, code: str, *, proof: str | None = "", form: dict[str, Any] | None = None, **changes: Any
) -> Any:
    """Exchange a code with an assertion, and a proof unless it is ``None``; retries once with the nonce given."""
    body = flow.token_form(site, code, **changes)

    def send() -> Any:
        headers = {} if proof is None else {"DPoP": proof or site.proof("/token")}
        answer = flow.post_form("/token", body | site.credentials() | (form or {}), headers)
        site.nonce_given = answer.headers.get("DPoP-Nonce", site.nonce_given)
        return answer

    answer = send()
    asks_nonce = answer.status_code == 400 and answer.json()["error"] == "use_dpop_nonce"
    return send() if asks_nonce and not proof else answer


def bound_token(site: KeyedSite) -> str:
    """Go through a whole login; return an access token that is bound to the site's key, with which it just served."""
    token = str(exchange(site, flow.code_of(flow.desk(), site)).json()["access_token"])
    assert userinfo(site, token).status_code == 200
    return token


def ath_of(token: str) -> str:
    """Return what a proof says of the token that it comes with."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def userinfo(site: KeyedSite, token: str, *, method: str = "GET", scheme: str = "DPoP", **changes: Any) -> Any:
    """Ask userinfo with a token bound to the site's key."""
    proof = site.proof("/userinfo", method, **({"ath": ath_of(token)} | changes))
    headers = {"Authorization": f"{scheme} {token}", "DPoP": proof}
    ask = flow.stranger().get if method == "GET" else flow.stranger().post
    return ask("/userinfo", headers=headers)
