"""The QR's statement: ``{issuer}/v#<JWS>``, what a counter may check without a network.

Holds the reference, the structure's SIRET, the demarches by letter, the dates and where each status
stands.  Never a code, never more of the usager than initials and year of birth.  It tells that this
was signed, never that it still stands.

Payload (canonical JSON): ``v`` version, ``r`` reference, ``s`` SIRET, ``u`` initials and year of birth,
``d`` demarches by letter, ``a`` accepted and ``e`` expires (seconds, exclusive), ``i`` status index of
each demarche, ``l`` the number of the status list, or a list of them when they differ.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from joserfc.jwk import ECKey

from aidants.domain.canonical import CanonicalError, Json, canonical_bytes, parse_canonical
from aidants.domain.demarches import DEMARCHES
from mandats.attestation.compact import AttestationRefused, Fault, Jwks, sign_compact, verify_compact
from mandats.domain.actes import Acte

TYPE: Final = "mandat-qr+jws"
VERSION: Final = 1
LARGEST: Final = 700
"""Bytes in all, address included: what a QR code of version 25 at level Q still holds."""

_PATH: Final = "/v#"
_NAMES: Final = frozenset("vrsudaeil")


class StatementTooLong(ValueError):
    """The statement would not fit the QR code: the issuer's address is far too long."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the QR says.  Moments are UTC seconds, ``expires_at`` exclusive.

    ``bearer`` is the usager's initials and year of birth (``MD1954``); ``letters`` are the demarches'
    one-letter codes; ``status_lists`` and ``status_indexes`` go with them, in the same order.
    """

    reference: str
    siret: str
    bearer: str
    letters: str
    accepted_at: datetime
    expires_at: datetime
    status_lists: tuple[int, ...]
    status_indexes: tuple[int, ...]


def statement_of(acte: Acte) -> Statement:
    """Return what the QR says of ``acte``; each status URI ends with its list's number."""
    mandant = acte.mandant
    return Statement(
        reference=acte.reference,
        siret=acte.structure.siret,
        bearer=f"{mandant.given_names[:1]}{mandant.family_name[:1]}".upper() + mandant.birthdate[:4],
        letters="".join(DEMARCHES[demarche.code].letter for demarche in acte.demarches),
        accepted_at=acte.accepted_at,
        expires_at=acte.expires_at,
        status_lists=tuple(int(demarche.status.uri.rsplit("/", 1)[1]) for demarche in acte.demarches),
        status_indexes=tuple(demarche.status.idx for demarche in acte.demarches),
    )


def sign_statement(acte: Acte, key: ECKey, kid: str) -> str:
    """Return the whole text of the QR code for ``acte``.  Raises :class:`StatementTooLong`."""
    payload = canonical_bytes(_payload(statement_of(acte)))
    text = f"{acte.issuer}{_PATH}{sign_compact(payload, typ=TYPE, key=key, kid=kid)}"
    if len(text.encode()) > LARGEST:
        raise StatementTooLong(f"{len(text.encode())} bytes")
    return text


def verify_statement(text: str, jwks: Jwks) -> Statement:
    """Return what the QR's text says, if one of the published keys signed it.

    ``text`` is the whole address or the JWS alone; the address before ``#`` is not signed and not
    trusted.  Raises :class:`AttestationRefused`.
    """
    payload = verify_compact(text.strip().rpartition("#")[2], typ=TYPE, jwks=jwks)
    try:
        return _statement(parse_canonical(payload))
    except (CanonicalError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise AttestationRefused(Fault.CONTENT, str(error)) from error


def _payload(statement: Statement) -> dict[str, Json]:
    lists: Json = list(statement.status_lists)
    if len(set(statement.status_lists)) == 1:
        lists = statement.status_lists[0]
    return {
        "v": VERSION,
        "r": statement.reference,
        "s": statement.siret,
        "u": statement.bearer,
        "d": statement.letters,
        "a": int(statement.accepted_at.timestamp()),
        "e": int(statement.expires_at.timestamp()),
        "i": list(statement.status_indexes),
        "l": lists,
    }


def _statement(value: Any) -> Statement:
    if not isinstance(value, dict) or value.get("v") != VERSION or not value.keys() >= _NAMES:
        raise ValueError("not a statement of version 1")
    letters, indexes, lists = value["d"], value["i"], value["l"]
    lists = [lists] * len(letters) if isinstance(lists, int) else lists
    if not len(letters) == len(indexes) == len(lists):
        raise ValueError("each demarche has one status")
    return Statement(
        reference=str(value["r"]),
        siret=str(value["s"]),
        bearer=str(value["u"]),
        letters=str(letters),
        accepted_at=datetime.fromtimestamp(int(value["a"]), UTC),
        expires_at=datetime.fromtimestamp(int(value["e"]), UTC),
        status_lists=tuple(int(number) for number in lists),
        status_indexes=tuple(int(index) for index in indexes),
    )
