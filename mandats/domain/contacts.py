"""Addresses and numbers: which are obviously made up, and how long a change may be undone (DOMAIN §3.5).

An usager without e-mail or telephone is never given a made-up one: better none, and a releve on paper.
"""

import re
from datetime import timedelta

from aidants.domain.folding import fold

UNDO_LIVES = timedelta(days=14)
"""How long who held the old contact may undo a change."""

_NOBODY = frozenset(
    re.findall(
        r"[a-z]+",
        "a aa aaa abc adresse aucun aucune azerty email exemple fictif inconnu "
        "inconnue mail nepasrepondre nomail nomprenom none nopmail noreply pasdadresse pasdemail pasdemaile pasdemel "
        "pasdinternet pasmail personne prenomnom qwerty rien sans sansadresse sansemail sansmail tata test "
        "teste titi toto usager user x xx xxx xxxx zzz ",
    )
)
_NO_HOST = re.compile(
    r"(?:.*\.)?(?:example\.(?:com|net|org|fr)|exemple\.(?:com|fr)|test\.(?:com|fr)|mail\.fr\.fr|email\.com\.fr|"
    r"yopmail\.(?:com|fr|net)|jetable\.(?:com|org|net)|mailinator\.com|aucun\.fr|sansmail\.fr|pasdemail\.fr)"
)
_NO_TOP = re.compile(r".*\.(?:example|invalid|test|localhost|local|exemple|xx|xxx)")
_SAME = re.compile(r"(\d)\1{5,}")


def is_made_up_email(address: str) -> bool:
    """Tell whether nobody reads this address: reserved or throw-away domain, or a name that says there is none."""
    local, _, domain = address.strip().casefold().rpartition("@")
    if not local or _NO_HOST.fullmatch(domain) or _NO_TOP.fullmatch(domain):
        return True
    words = re.sub(r"[^a-z]", "", fold(local.partition("+")[0]).replace(" ", ""))
    digits = re.fullmatch(r"[0-9._-]+", local) is not None
    return (words in _NOBODY and not digits) or (digits and len(set(local)) <= 2)


def is_made_up_telephone(e164: str) -> bool:
    """Tell whether nobody has this number: one digit over and over, or digits in their order."""
    national = e164.removeprefix("+33") if e164.startswith("+33") else e164.lstrip("+")
    rest = national[1:]
    in_order = rest in "1234567890" or rest in "0987654321" or national in "123456789"
    return _SAME.search(rest) is not None or (len(rest) >= 8 and in_order) or len(set(rest)) <= 1
