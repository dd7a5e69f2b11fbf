"""What FranceConnect requires of an identity provider's answers.

Plain functions, no network, no session. Tokens are checked as openid-client 5
does (clock tolerance 0), then by FranceConnect's own rules on ``acr`` and
``rep_scope``. Never looks at the identity itself: see :mod:`.identity_rules`.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey

from deploy.demo.franceconnect.config import Provider
from deploy.demo.franceconnect.errors import FranceConnectError
from deploy.demo.franceconnect.keys import left_half_hash

ACR_WANTED = "eidas1"
ACR_KNOWN = ("eidas1", "eidas2", "eidas3")
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")
PublicKey = ECKey | RSAKey | OctKey
KEY_CLASSES: dict[str, type[ECKey | RSAKey]] = {"ES256": ECKey, "RS256": RSAKey}
KEY_TYPES = {"ES256": "EC", "RS256": "RSA"}


class TokenRefused(Exception):
    """A token or its claims do not hold; the message says which rule."""


def read_header(token: str) -> dict[str, Any]:
    """Give the header of a compact JWS; :class:`TokenRefused` if unreadable."""
    head = token.split(".", maxsplit=1)[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError as error:
        raise TokenRefused("en-tête illisible") from error
    if not isinstance(header, dict) or token.count(".") != 2:
        raise TokenRefused("ce n’est pas un JWS compact")
    return header


def choose_key(provider: Provider, header: dict[str, Any], jwks: dict[str, Any]) -> PublicKey:
    """Choose the one key that may have signed.

    HS256 is keyed by the client secret; else exactly one published key must fit
    the type, the use, the algorithm and the ``kid``.
    """
    alg = str(header.get("alg"))
    if alg == "HS256":
        return OctKey.import_key(provider.client_secret)
    fitting = [
        key
        for key in jwks.get("keys", [])
        if key.get("kty") == KEY_TYPES.get(alg)
        and key.get("use", "sig") == "sig"
        and key.get("alg", alg) == alg
        and header.get("kid", key.get("kid")) == key.get("kid")
    ]
    if len(fitting) != 1:
        raise TokenRefused(f"{len(fitting)} clé(s) publiée(s) conviennent, il en faut une")
    return KEY_CLASSES[alg].import_key(fitting[0])


def read_signed(provider: Provider, token: str, alg: str, jwks: dict[str, Any]) -> dict[str, Any]:
    """Give the claims of ``token`` signed with exactly ``alg``."""
    header = read_header(token)
    if header.get("alg") != alg:
        raise TokenRefused(f"algorithme {header.get('alg')} au lieu de {alg}")
    try:
        return dict(jwt.decode(token, choose_key(provider, header, jwks), [alg]).claims)
    except (JoseError, ValueError) as error:
        raise TokenRefused(f"signature ou contenu refusés ({error})") from error


def _check_times(claims: dict[str, Any], now: float) -> None:
    for name in ("exp", "iat", "nbf"):
        value = claims.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise TokenRefused(f"{name} n’est pas un nombre")
    if int(claims["exp"]) <= int(now):
        raise TokenRefused("jeton expiré")
    if int(claims.get("nbf", 0)) > int(now):
        raise TokenRefused("jeton pas encore valable (nbf)")


def _check_audience(claims: dict[str, Any], provider: Provider) -> None:
    audience = claims["aud"]
    if isinstance(audience, list):
        if provider.client_id not in audience:
            raise TokenRefused("aud ne nomme pas le client")
        if len(audience) > 1 and claims.get("azp") != provider.client_id:
            raise TokenRefused("plusieurs aud sans azp")
    elif audience != provider.client_id:
        raise TokenRefused("aud ne nomme pas le client")


def check_id_token(provider: Provider, claims: dict[str, Any], *, nonce: str, access_token: str, now: float) -> None:
    """Check the claims of an ID token (OpenID Connect Core §3.1.3.7)."""
    missing = [name for name in REQUIRED if claims.get(name) in (None, "")]
    if missing:
        raise TokenRefused(f"absent du jeton d’identité : {', '.join(missing)}")
    if claims["iss"] != provider.issuer:
        raise TokenRefused(f"iss {claims['iss']!r} au lieu de {provider.issuer!r}")
    if not str(claims["sub"]).isascii():
        raise TokenRefused("sub n’est pas ASCII")
    _check_audience(claims, provider)
    _check_times(claims, now)
    if claims["nonce"] != nonce:
        raise TokenRefused("nonce différent de celui envoyé")
    if "at_hash" in claims and claims["at_hash"] != left_half_hash(access_token):
        raise TokenRefused("at_hash ne correspond pas au jeton d’accès")


def check_token_answer(answer: dict[str, Any]) -> tuple[str, str]:
    """Give the access token and the ID token of a token answer.

    An access token that is absent or not ASCII is Y020030.
    """
    token, id_token = answer.get("access_token"), answer.get("id_token")
    if not isinstance(id_token, str):
        raise TokenRefused("id_token absent de la réponse")
    if not isinstance(token, str) or not token or not token.isascii():
        raise FranceConnectError("Y020030", "access_token absent ou non ASCII")
    if str(answer.get("token_type", "")).lower() != "bearer":
        raise TokenRefused("token_type n’est pas Bearer")
    return token, id_token


def check_acr(claims: dict[str, Any]) -> None:
    """Require ``acr`` to be exactly ``eidas1`` and ``amr``, if any, to be an array."""
    acr = claims.get("acr")
    if not isinstance(acr, str) or not acr:
        raise FranceConnectError("Y020030", "acr absent du jeton d’identité")
    if not isinstance(claims.get("amr", []), list):
        raise FranceConnectError("Y020030", "amr n’est pas une liste")
    if acr not in ACR_KNOWN:
        raise FranceConnectError("Y100001", f"acr reçu : {acr}")
    if acr != ACR_WANTED:
        raise FranceConnectError("Y100018", f"acr reçu : {acr}")


def check_rep_scope(claims: dict[str, Any], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Give the perimeters of the mandat; one at least must be wanted.

    ``rep_scope`` must be a JSON array of strings (text is Y000000).
    """
    given = claims.get("rep_scope")
    if given is not None and not isinstance(given, list):
        raise FranceConnectError("Y000000", "rep_scope n’est pas une liste JSON")
    if not all(isinstance(value, str) for value in given or []):
        raise FranceConnectError("Y000000", "rep_scope contient autre chose que du texte")
    perimeters = tuple(given or [])
    if not perimeters or (wanted and not set(perimeters) & set(wanted)):
        raise FranceConnectError("Y600020", f"demandé : {', '.join(wanted)} ; reçu : {', '.join(perimeters)}")
    return perimeters


def check_same_sub(userinfo: dict[str, Any], sub: str) -> None:
    """Require userinfo to speak of the same person (OpenID Connect Core §5.3.2); absence is judged elsewhere."""
    if userinfo.get("sub") and userinfo["sub"] != sub:
        raise TokenRefused("sub différent de celui du jeton d’identité")
