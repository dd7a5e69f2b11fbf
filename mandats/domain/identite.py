"""The usager's identity as it was proven, and the checks that do not depend on where it came from."""

import json
from dataclasses import asdict, dataclass

from aidants.domain.folding import fold
from aidants.domain.telephone import in_french, receives_sms


@dataclass(frozen=True, slots=True)
class Identite:
    """Who the usager is.

    ``sub_digest``  keyed digest of FranceConnect's ``sub``; empty for a document seen at the desk
    ``birthdate``   ``YYYY-MM-DD``, or presumed ``YYYY-MM-00`` / ``YYYY-00-00`` (kept as text)
    ``birthplace``  COG of the commune when born in France, else empty; ``birthcountry`` COG
    ``birthplace_label``  the place as an identity document writes it, whose codes nobody at the desk knows
    ``typed_email``  the address was typed at the desk: FranceConnect gave none
    """

    sub_digest: str
    given_name: str
    family_name: str
    birthdate: str
    gender: str
    birthplace: str
    birthcountry: str
    email: str = ""
    preferred_username: str = ""
    telephone: str = ""
    birthplace_label: str = ""
    typed_email: bool = False

    @property
    def full_name(self) -> str:
        """All first names and the birth name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def telephone_written(self) -> str:
        """The number as people write it."""
        return in_french(self.telephone)

    @property
    def sms_number(self) -> str:
        """The number to write to; empty when there is none, or a landline alone."""
        return self.telephone if receives_sms(self.telephone) else ""

    def to_bytes(self) -> bytes:
        """Return JSON for the vault."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Identite":
        """Read what :meth:`to_bytes` wrote."""
        return cls(**json.loads(data))


def same_person(one: Identite, other: Identite) -> bool:
    """Tell whether two identities are the same person's.

    By FranceConnect's ``sub`` where both have one; otherwise by what an identity document says, case, accents and
    hyphens left out.
    """
    if one.sub_digest and other.sub_digest:
        return one.sub_digest == other.sub_digest
    return _pivot(one) == _pivot(other)


def _pivot(identite: Identite) -> tuple[str, str, str]:
    return fold(identite.given_name), fold(identite.family_name), identite.birthdate


@dataclass(frozen=True, slots=True)
class PreuveIdentite:
    """How the identity was proven: kind (``franceconnect``, ``piece_vue``), level, digests of the proof.

    ``piece`` is the kind of document seen, ``declaration_digest`` that of what the aidant declared.
    """

    kind: str
    level: str
    sub_digest: str
    token_id_digest: str = ""
    piece: str = ""
    declaration_digest: str = ""
