"""The ``claims`` parameter (OIDC Core §5.5): what a client wants in the ID token and from userinfo."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oidc.protocol.parameters import is_text
from oidc.protocol.strict_json import read_json

REP_SCOPE = "rep_scope"
_LONGEST = 1024


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """The claims asked by name, each with its value, values and essential mark (``{}`` when none is given)."""

    id_token: Mapping[str, Mapping[str, Any]]
    userinfo: Mapping[str, Mapping[str, Any]]

    def values_of(self, claim: str) -> tuple[str, ...] | None:
        """Return the texts asked for one claim of the ID token, ``None`` when any will do.

        FranceConnect asks ``rep_scope`` this way.
        """
        return _values(self.id_token.get(claim, {}))

    @property
    def subjects(self) -> tuple[str, ...] | None:
        """The only values of ``sub`` that the client takes, wherever it says so (§5.5.1); ``None`` for any."""
        said = [_values(part["sub"]) for part in (self.id_token, self.userinfo) if "sub" in part]
        restricted = [values for values in said if values is not None]
        if not restricted:
            return None
        return tuple(value for value in restricted[0] if all(value in others for others in restricted))

    @property
    def userinfo_values(self) -> dict[str, list[Any]]:
        """The only values with which the client takes a claim at userinfo (§5.5.1), but ``sub``, by claim."""
        asked = {claim: demand for claim, demand in self.userinfo.items() if claim != "sub"}
        return {claim: found for claim, demand in asked.items() if (found := _taken(demand)) is not None}

    def is_essential(self, claim: str) -> bool:
        """True when the ID token is useless to the client without ``claim``."""
        return self.id_token.get(claim, {}).get("essential") is True


def _taken(demand: Mapping[str, Any]) -> list[Any] | None:
    """Return the values that a demand takes, ``None`` when it takes any."""
    if not {"value", "values"} & demand.keys():
        return None
    return list(demand.get("values", [demand.get("value")]))


def _values(demand: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the texts that a demand takes; what is no text is the value of no claim that is asked so."""
    taken = _taken(demand)
    return None if taken is None else tuple(dict.fromkeys(value for value in taken if isinstance(value, str)))


NOTHING = ClaimsRequest({}, {})


def read_claims(text: str) -> ClaimsRequest | None:
    """Return what ``text`` asks, or ``None`` when it is not the JSON object of OIDC Core §5.5.

    Unknown members are ignored, as §5.5 wants.
    """
    if not text:
        return NOTHING
    try:
        asked = read_json(text)
    except ValueError:
        return None
    if not isinstance(asked, dict):
        return None
    parts = [_read_part(asked.get(name)) for name in ("id_token", "userinfo")]
    if parts[0] is None or parts[1] is None:
        return None
    return ClaimsRequest(parts[0], parts[1])


def _read_part(part: Any) -> dict[str, dict[str, Any]] | None:
    """Return one member as claim → its demands; ``null`` is a claim asked without any (§5.5.1)."""
    if part is None:
        return {}
    if not isinstance(part, dict) or not all(is_text(claim, _LONGEST) for claim in part):
        return None
    if not all(map(_is_demand, part.values())):
        return None
    return {claim: demand or {} for claim, demand in part.items()}


def _is_demand(demand: Any) -> bool:
    if demand is None:
        return True
    if not isinstance(demand, dict) or not isinstance(demand.get("values", []), list):
        return False
    texts = [value for value in (demand.get("value"), *demand.get("values", [])) if isinstance(value, str)]
    return all(is_text(text, _LONGEST) for text in texts)
