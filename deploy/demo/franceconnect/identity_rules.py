"""The rules that FranceConnect applies to an identity it receives.

One row a property. Plain functions. Never repairs a value: what is received is
accepted unchanged, or refused (Y600006).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from deploy.demo.franceconnect.errors import FranceConnectError
from deploy.demo.franceconnect.identities import FRANCE

NAME_LENGTH = 256
GENDERS = ("female", "male", "unspecified")
COG = re.compile(r"(?:2[AB]|[0-9]{2})[0-9]{3}")
EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]{2,}")
BIRTHDATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
UNSAFE = re.compile(r"[<>{}\x00-\x1f\x7f]")
NOT_A_VALUE = ("none", "null", "undefined")


def is_safe_text(value: Any) -> bool:
    """Accept text that holds no markup, no control and is not a lost ``None``."""
    return isinstance(value, str) and not UNSAFE.search(value) and value.strip().lower() not in NOT_A_VALUE


def is_name(value: Any) -> bool:
    """Accept 1 to 256 characters."""
    return is_safe_text(value) and 1 <= len(value) <= NAME_LENGTH and bool(value.strip())


def is_birthdate(value: Any) -> bool:
    """Accept ``YYYY-MM-DD`` that exists, ``YYYY-MM-00`` or ``YYYY-00-00``."""
    match = BIRTHDATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    if day == 0:
        return year > 0 and month <= 12
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def is_cog(value: Any) -> bool:
    """Accept an INSEE code of a commune or a country."""
    return isinstance(value, str) and COG.fullmatch(value) is not None


def _has_birthplace(claims: dict[str, Any]) -> bool:
    place = claims.get("birthplace")
    if claims.get("birthcountry") == FRANCE:
        return is_cog(place)
    return place in (None, "") or is_safe_text(place)


def _has_usage_name(claims: dict[str, Any]) -> bool:
    usage = claims.get("preferred_username")
    return usage is None or is_safe_text(usage)


def _has_email(claims: dict[str, Any]) -> bool:
    email = claims.get("email")
    return isinstance(email, str) and EMAIL.fullmatch(email) is not None


RULES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "given_name": lambda claims: is_name(claims.get("given_name")),
    "family_name": lambda claims: is_name(claims.get("family_name")),
    "birthdate": lambda claims: is_birthdate(claims.get("birthdate")),
    "gender": lambda claims: claims.get("gender") in GENDERS,
    "birthcountry": lambda claims: is_cog(claims.get("birthcountry")),
    "birthplace": _has_birthplace,
    "preferred_username": _has_usage_name,
    "email": _has_email,
}


def broken_rules(claims: dict[str, Any]) -> list[str]:
    """Give the names of the properties that break their rule."""
    return [name for name, holds in RULES.items() if not holds(claims)]


def check_identity(claims: dict[str, Any]) -> None:
    """Require a ``sub`` (Y020029) and an identity that keeps every rule (Y600006)."""
    sub = claims.get("sub")
    if not isinstance(sub, str) or not sub:
        raise FranceConnectError("Y020029", "userinfo sans sub")
    broken = broken_rules(claims)
    if broken:
        raise FranceConnectError("Y600006", f"propriétés refusées : {', '.join(broken)}")
