"""``authorization_details`` of type ``mandat`` (RFC 9396): which demarches are wanted, which one was granted."""

from collections.abc import Collection
from typing import Any

from aidants.domain.demarches import DEMARCHES
from oidc.protocol.strict_json import read_json

TYPE = "mandat"
_MEMBERS = {"type", "demarches"}
_MOST = 10


def read_details(text: str) -> tuple[str, ...] | None:
    """Return the demarches wanted, by code, in their order; empty when nothing is asked.

    ``None`` when it is not an array of objects of our one type, or holds a member or a value that we do not know
    (§5: such a request must be refused).
    """
    if not text:
        return ()
    try:
        asked = read_json(text)
    except ValueError:
        return None
    if not isinstance(asked, list) or not 0 < len(asked) <= _MOST or not all(map(_is_ours, asked)):
        return None
    return tuple(dict.fromkeys(code for detail in asked for code in detail["demarches"]))


def _is_ours(detail: Any) -> bool:
    if not isinstance(detail, dict) or set(detail) != _MEMBERS or detail["type"] != TYPE:
        return False
    wanted = detail["demarches"]
    return (
        isinstance(wanted, list) and bool(wanted) and all(isinstance(one, str) and one in DEMARCHES for one in wanted)
    )


def granted_details(demarche: str, reference: str) -> list[dict[str, Any]]:
    """Return what was granted (§7, enriched as §7.1 allows): one demarche, under the mandat named."""
    return [{"type": TYPE, "demarches": [demarche], "reference": reference}]


def reduces(asked_again: Collection[str], demarche: str) -> bool:
    """True when what a token request asks holds the demarche granted (§6); asking nothing changes nothing."""
    return not asked_again or demarche in asked_again
