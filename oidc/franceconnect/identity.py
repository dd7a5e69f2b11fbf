"""From FranceConnect's claims to the identity that a mandat carries.

The presumed date (``-00``) is the one kept: FranceConnect's ``birthdate`` is the same with ``-01`` for each
unknown part, so that keeping the first keeps both (PROTOCOLS §2).
"""

import re
from typing import Any

from aidants.domain.decisions import Denied
from aidants.domain.vault import keyed_digest
from mandats.domain.identite import Identite, PreuveIdentite
from oidc.franceconnect.errors import IDENTITY_INCOMPLETE, IDENTITY_OURS

FRANCE = "99100"
_COG = re.compile(r"(?:2[AB]|[0-9]{2})[0-9]{3}")
_DATE = re.compile(r"[0-9]{4}-(?:0[0-9]|1[0-2])-(?:[0-2][0-9]|3[01])")
_GENDERS = frozenset({"female", "male", "unspecified"})
_SUB_PURPOSE = "fc-sub"


def _text(claims: dict[str, Any], name: str, limit: int = 256) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) and len(value) <= limit else ""


def sub_digest(sub: str, key: bytes) -> str:
    """Return the keyed digest by which a person is recognised; ``sub`` itself is never kept."""
    return keyed_digest(key, _SUB_PURPOSE, sub)


def birthdate_kept(claims: dict[str, Any]) -> str:
    """Return the birth date with its unknown parts as ``00``, or ``""`` when there is none well formed.

    The identity provider's own date is believed only where it completes to FranceConnect's.
    """
    completed, presumed = _text(claims, "birthdate"), _text(claims, "idp_birthdate")
    if _DATE.fullmatch(presumed) and presumed.replace("-00", "-01") == completed:
        return presumed
    return completed if _DATE.fullmatch(completed) else ""


def is_ours(claims: dict[str, Any], our_idp_id: str) -> bool:
    """Tell whether we ourselves gave FranceConnect this identity."""
    return bool(our_idp_id) and claims.get("idp_id") == our_idp_id


def identite_of(claims: dict[str, Any], digest_key: bytes, our_idp_id: str) -> Identite | Denied:
    """Return the identity told by verified userinfo ``claims``, or why it cannot serve."""
    if is_ours(claims, our_idp_id):
        return Denied(IDENTITY_OURS)
    country, place = _text(claims, "birthcountry"), _text(claims, "birthplace")
    identite = Identite(
        sub_digest=sub_digest(str(claims["sub"]), digest_key),
        given_name=_text(claims, "given_name"),
        family_name=_text(claims, "family_name"),
        birthdate=birthdate_kept(claims),
        gender=_text(claims, "gender"),
        birthplace=place if country == FRANCE else "",
        birthcountry=country,
        email=_text(claims, "email", 254),
        preferred_username=_text(claims, "preferred_username"),
    )
    return identite if _is_complete(identite) else Denied(IDENTITY_INCOMPLETE)


def _is_complete(identite: Identite) -> bool:
    """Tell whether the identity can later be handed to FranceConnect as it came (PROTOCOLS §1)."""
    placed = identite.birthcountry != FRANCE or _COG.fullmatch(identite.birthplace) is not None
    return (
        bool(identite.given_name and identite.family_name and identite.birthdate)
        and identite.gender in _GENDERS
        and _COG.fullmatch(identite.birthcountry) is not None
        and placed
    )


def preuve_of(claims: dict[str, Any], digest_key: bytes) -> PreuveIdentite:
    """Return what is kept as proof of the identification: level, digests of ``sub`` and of ``jti`` if any."""
    jti = claims.get("jti")
    return PreuveIdentite(
        kind="franceconnect",
        level=str(claims["acr"]),
        sub_digest=sub_digest(str(claims["sub"]), digest_key),
        token_id_digest=keyed_digest(digest_key, "fc-jti", jti) if isinstance(jti, str) else "",
    )
