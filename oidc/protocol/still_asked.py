"""What of a request is still asked once it was granted: by the page of choice, then by each answer of its connexion.

Owns its one JSON form, kept with both rows; the names inside are those of the first release, and never change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from oidc.protocol.authorize import Asked

RENEWS: Final = "renews"
"""The name under which a row says that no page was shown; absent otherwise."""
VALUES: Final = "values"
"""The name under which a row keeps what a claim must be to be told; absent when nothing of the kind was asked."""


@dataclass(frozen=True, slots=True)
class StillAsked:
    """Values asked by FranceConnect, demarches by code, usagers by their pairwise value, claims by name.

    ``userinfo_values``: the only values with which a claim is wanted at userinfo.
    ``renews``: no page was shown, the choice just made answered again.
    """

    rep_scope: Sequence[str] = ()
    demarches: Sequence[str] = ()
    subjects: Sequence[str] = ()
    id_token_claims: Sequence[str] = ()
    userinfo_claims: Sequence[str] = ()
    userinfo_values: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    renews: bool = False

    @classmethod
    def of(cls, asked: Asked, *, renews: bool = False) -> Self:
        """Keep what later steps need of a request."""
        claims = (asked.id_token_claims, asked.userinfo_claims, asked.userinfo_values)
        return cls(asked.rep_scope, asked.demarches, asked.subjects, *claims, renews)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored."""
        stored: dict[str, Any] = {
            "rep_scope": list(self.rep_scope),
            "demarches": list(self.demarches),
            "sub": list(self.subjects),
            "id_token": list(self.id_token_claims),
            "userinfo": list(self.userinfo_claims),
        }
        if self.userinfo_values:
            stored |= {VALUES: dict(self.userinfo_values)}
        return stored | ({RENEWS: True} if self.renews else {})

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote, in any release: demarches and usagers came after the first."""
        return cls(
            stored["rep_scope"],
            stored.get("demarches", ()),
            stored.get("sub", ()),
            stored["id_token"],
            stored["userinfo"],
            stored.get(VALUES, {}),
            stored.get(RENEWS, False),
        )
