"""The acte: what is signed when a mandat is formed, and its one byte form.

Owns the payload of version 1 and its canonical JSON (RFC 8785).  Never signs, never reads a clock and
never holds the document's hash: the document holds the acte.

How the format grows.  Within a version, fields are only appended, at the top level, and none of them
may change what the others mean; a reader keeps those that it does not know (``appended``) and writes
them back, so the bytes stay the same.  Whatever would change a meaning, narrow a perimeter or touch
an inner object takes a new version, and an unknown version is refused: better not to read than to
read half of an act.
"""

import re
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final, Self, TypeVar

from aidants.domain.canonical import CanonicalError, Json, canonical_bytes, parse_canonical

VERSION: Final = 1

RESERVED_ACTS: Final[dict[str, str]] = {
    "coordonnees_bancaires": "modifier vos coordonnées bancaires",
    "coordonnees": "modifier vos coordonnées (adresse, téléphone, adresse électronique)",
    "vente": "vendre ou céder un bien",
    "renonciation": "renoncer à un droit",
    "emprunt": "souscrire un prêt",
    "paiement": "faire un paiement",
}
"""Acts that a mandat covers only if it names them (C. civ. 1988), and their words for the usager."""

Part = TypeVar("Part")

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


class ActeMalformed(ValueError):
    """These bytes, or these values, are no acte that this code may read."""


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ActeMalformed(message)


def _second(value: datetime) -> datetime:
    _require(value.tzinfo is not None, "a moment without time zone is no moment")
    return value.astimezone(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Proof:
    """The digest of a piece kept elsewhere: ``name`` says which one, ``sha256`` is lower-case hex."""

    name: str
    sha256: str

    def __post_init__(self) -> None:
        _require(_NAME.fullmatch(self.name) is not None, f"not the name of a proof: {self.name!r}")
        _require(_SHA256.fullmatch(self.sha256) is not None, "a digest is 64 lower-case hexadecimal digits")


@dataclass(frozen=True, slots=True)
class Mandant:
    """The usager, as identified; ``birthdate`` is text (``-00`` stands for unknown), places are COG codes.

    ``birthplace`` is empty for who was born abroad.
    """

    family_name: str
    given_names: str
    birthdate: str
    birthcountry: str
    birthplace: str = ""
    preferred_username: str = ""
    gender: str = ""


@dataclass(frozen=True, slots=True)
class StructureParty:
    """The structure (mandataire) as it was named on the day; ``siret`` is fourteen digits, as text."""

    name: str
    siret: str
    address: str

    def __post_init__(self) -> None:
        _require(re.fullmatch(r"[0-9]{14}", self.siret) is not None, "a SIRET is fourteen digits")


@dataclass(frozen=True, slots=True)
class AidantActing:
    """The aidant who accepted for the structure; ``id`` is our own opaque identifier of that person."""

    id: str
    family_name: str
    given_names: str


@dataclass(frozen=True, slots=True)
class StatusIndex:
    """Where the autorisation's status stands: bit ``idx`` of the Token Status List at ``uri``."""

    idx: int
    uri: str

    def __post_init__(self) -> None:
        _require(self.idx >= 0, "an index is not negative")


@dataclass(frozen=True, slots=True)
class DemarcheGiven:
    """One demarche of the mandat; no formalite named means the whole theme's administration."""

    code: str
    status: StatusIndex
    formalites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """How the usager was identified: ``franceconnect`` or ``piece_vue``, at which level and when."""

    kind: str
    level: str
    at: datetime
    proofs: tuple[Proof, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _second(self.at))
        object.__setattr__(self, "proofs", _in_order(self.proofs))


@dataclass(frozen=True, slots=True)
class Consent:
    """How the usager consented: kind (``ecran``, ``papier``, ``sms``) and method (``dessin``, ``code``…)."""

    kind: str
    method: str
    proofs: tuple[Proof, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "proofs", _in_order(self.proofs))


@dataclass(frozen=True, slots=True)
class TextSigned:
    """The dated legal text: its version, and SHA-256 (hex) of the files and of both texts as shown."""

    version: str
    file_sha256: str
    summary_file_sha256: str
    frozen_sha256: str
    summary_sha256: str

    def __post_init__(self) -> None:
        for digest in (self.file_sha256, self.summary_file_sha256, self.frozen_sha256, self.summary_sha256):
            _require(_SHA256.fullmatch(digest) is not None, "a digest is 64 lower-case hexadecimal digits")


@dataclass(frozen=True, slots=True)
class Acte:
    """One mandat, whole.  Moments are kept to the second, in UTC; ``expires_at`` is exclusive.

    ``issuer`` is the service's identifier; ``time_zone`` the IANA name of the structure's zone and
    ``last_day`` the last day in it; ``place`` where it was signed.  ``appended`` holds top-level fields
    of later releases, as sorted (name, canonical JSON) pairs.
    """

    issuer: str
    reference: str
    mandant: Mandant
    structure: StructureParty
    aidant: AidantActing
    demarches: tuple[DemarcheGiven, ...]
    single_use: bool
    reserved_acts: tuple[str, ...]
    consented_at: datetime
    accepted_at: datetime
    expires_at: datetime
    time_zone: str
    last_day: date
    text: TextSigned
    identity: Identity
    consentement: Consent
    place: str
    appended: tuple[tuple[str, str], ...] = field(default=())

    version: ClassVar[int] = VERSION

    def __post_init__(self) -> None:
        for name in ("consented_at", "accepted_at", "expires_at"):
            object.__setattr__(self, name, _second(getattr(self, name)))
        _require(self.accepted_at < self.expires_at, "a mandat ends after it begins")
        _require(self.consented_at <= self.accepted_at, "consent comes before acceptation (C. civ. 1984)")
        _require(bool(self.demarches), "a mandat names at least one demarche")
        codes = [demarche.code for demarche in self.demarches]
        _require(len(set(codes)) == len(codes), "a demarche stands once")
        unknown = set(self.reserved_acts) - RESERVED_ACTS.keys()
        _require(not unknown, f"unknown reserved acts: {sorted(unknown)}")

    def to_bytes(self) -> bytes:
        """Return the one byte form: canonical JSON (RFC 8785) in UTF-8."""
        return canonical_bytes(_payload(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the one byte form.  Raises :class:`ActeMalformed` for anything else.

        Bytes that mean the same but are not canonical are refused too: one act, one form.
        """
        try:
            value = parse_canonical(data)
        except CanonicalError as error:
            raise ActeMalformed(str(error)) from error
        if not isinstance(value, dict):
            raise ActeMalformed("an acte is a JSON object")
        version = value.get("version")
        _require(version == VERSION and type(version) is int, f"unknown version of acte: {version!r}")
        try:
            acte = cls(**_arguments(value))
        except ActeMalformed:
            raise
        except (KeyError, TypeError, AttributeError, OverflowError, OSError, ValueError) as error:
            raise ActeMalformed(f"field missing or of a wrong type: {error}") from error
        _require(acte.to_bytes() == data, "the fields do not read back to the same bytes")
        return acte


def _payload(acte: Acte) -> dict[str, Json]:
    payload: dict[str, Json] = {name: parse_canonical(text.encode()) for name, text in acte.appended}
    _require(not payload.keys() & _KNOWN, "an appended field bears a known name")
    return payload | {
        "version": VERSION,
        "iss": acte.issuer,
        "reference": acte.reference,
        "mandant": _flat(acte.mandant),
        "structure": _flat(acte.structure),
        "aidant": _flat(acte.aidant),
        "demarches": [_demarche_out(demarche) for demarche in acte.demarches],
        "single_use": acte.single_use,
        "reserved_acts": list(acte.reserved_acts),
        "consented_at": _seconds(acte.consented_at),
        "accepted_at": _seconds(acte.accepted_at),
        "exp": _seconds(acte.expires_at),
        "time_zone": acte.time_zone,
        "last_day": acte.last_day.isoformat(),
        "text": _flat(acte.text),
        "identity": {
            "kind": acte.identity.kind,
            "level": acte.identity.level,
            "at": _seconds(acte.identity.at),
            "proofs": _proofs_out(acte.identity.proofs),
        },
        "consentement": {
            "kind": acte.consentement.kind,
            "method": acte.consentement.method,
            "proofs": _proofs_out(acte.consentement.proofs),
        },
        "place": acte.place,
    }


_KNOWN: Final = frozenset(
    [
        "version",
        "iss",
        "reference",
        "mandant",
        "structure",
        "aidant",
        "demarches",
        "single_use",
        "reserved_acts",
        "consented_at",
        "accepted_at",
        "exp",
        "time_zone",
        "last_day",
        "text",
        "identity",
        "consentement",
        "place",
    ]
)


def _arguments(value: dict[str, Json]) -> dict[str, Any]:
    """Return the arguments of :class:`Acte` found in a parsed payload."""
    known: dict[str, Any] = {name: value[name] for name in _KNOWN}
    identity, consentement = known["identity"], known["consentement"]
    return {
        "issuer": _text(known["iss"]),
        "reference": _text(known["reference"]),
        "mandant": _read(Mandant, known["mandant"]),
        "structure": _read(StructureParty, known["structure"]),
        "aidant": _read(AidantActing, known["aidant"]),
        "demarches": tuple(_demarche(given) for given in known["demarches"]),
        "single_use": _boolean(known["single_use"]),
        "reserved_acts": tuple(_text(name) for name in known["reserved_acts"]),
        "consented_at": _moment(known["consented_at"]),
        "accepted_at": _moment(known["accepted_at"]),
        "expires_at": _moment(known["exp"]),
        "time_zone": _text(known["time_zone"]),
        "last_day": date.fromisoformat(_text(known["last_day"])),
        "text": _read(TextSigned, known["text"]),
        "identity": Identity(
            kind=_text(identity["kind"]),
            level=_text(identity["level"]),
            at=_moment(identity["at"]),
            proofs=_proofs_in(identity["proofs"]),
        ),
        "consentement": Consent(
            kind=_text(consentement["kind"]),
            method=_text(consentement["method"]),
            proofs=_proofs_in(consentement["proofs"]),
        ),
        "place": _text(known["place"]),
        "appended": tuple((name, canonical_bytes(value[name]).decode()) for name in sorted(value.keys() - _KNOWN)),
    }


def _demarche_out(demarche: DemarcheGiven) -> Json:
    status: Json = {"status_list": _flat(demarche.status)}
    return {"code": demarche.code, "formalites": list(demarche.formalites), "status": status}


def _demarche(given: dict[str, Any]) -> DemarcheGiven:
    index = given["status"]["status_list"]
    _require(type(index["idx"]) is int, "an index is a whole number")
    return DemarcheGiven(
        code=_text(given["code"]),
        status=StatusIndex(idx=index["idx"], uri=_text(index["uri"])),
        formalites=tuple(_text(name) for name in given["formalites"]),
    )


def _flat(part: Any) -> dict[str, Json]:
    return {one.name: getattr(part, one.name) for one in fields(part)}


def _read(kind: type[Part], value: dict[str, Any]) -> Part:
    return kind(**{name: _text(item) for name, item in value.items()})


def _in_order(proofs: tuple[Proof, ...]) -> tuple[Proof, ...]:
    _require(len({proof.name for proof in proofs}) == len(proofs), "a proof stands once")
    return tuple(sorted(proofs, key=lambda proof: proof.name))


def _proofs_out(proofs: tuple[Proof, ...]) -> dict[str, Json]:
    return {proof.name: proof.sha256 for proof in proofs}


def _proofs_in(value: dict[str, Any]) -> tuple[Proof, ...]:
    return tuple(Proof(name, _text(value[name])) for name in sorted(value))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(value: Any) -> datetime:
    _require(type(value) is int, "a moment is a whole number of seconds")
    return datetime.fromtimestamp(value, UTC)


def _text(value: Any) -> str:
    _require(isinstance(value, str), f"text expected, not {type(value).__name__}")
    return str(value)


def _boolean(value: Any) -> bool:
    _require(isinstance(value, bool), "true or false expected")
    return bool(value)
