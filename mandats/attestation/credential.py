"""The mandat as a verifiable credential, ``dc+sd-jwt``: for wallets, and for administrations abroad.

Owns the claims, what of them may be concealed, and the description of the type.  The EUDI framework (annex 2, topic 29)
asks that a representation attestation have a type of its own, a validity period, the nature of the representation and
the operations permitted (RP_01): ``vct``, ``nbf`` and ``exp``, ``representation``.  And that it be short-lived, or that
whoever by law may have it revoked be able to (RP_02): its status list follows the mandat, and so each of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from joserfc.jwk import ECKey

from aidants.domain.demarches import DEMARCHES
from mandats.attestation import sd_jwt
from mandats.attestation.compact import AttestationRefused, Fault, Jwks
from mandats.attestation.sd_jwt import Disclosed, Hidden
from mandats.domain.actes import Acte, DemarcheGiven, StatusIndex

TYPE: Final = "dc+sd-jwt"
MEDIA_TYPE: Final = "application/dc+sd-jwt"
VCT_PATH: Final = "/vct/mandat/1"
COUNTRY: Final = "FR"
_IDENTITY: Final = {
    "given_name": ("given_names", "Prénoms", "Given names"),
    "birth_family_name": ("family_name", "Nom de naissance", "Birth name"),
    "birthdate": ("birthdate", "Date de naissance", "Date of birth"),
    "birth_place": ("birthplace", "Commune de naissance (code officiel géographique)", "Place of birth (INSEE)"),
    "birth_country": ("birthcountry", "Pays de naissance (code officiel géographique)", "Country of birth (INSEE)"),
    "sex": ("gender", "Sexe", "Sex"),
}
"""Claims of the person represented: the field of the acte that each comes from, its label in French and in English."""

_ALWAYS: Final = frozenset({"iss", "nbf", "exp", "vct", "status"})
"""Never concealed (SD-JWT VC §3.2.2.2)."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a presentation says, once verified.  Whether it still holds is a question for its status list.

    ``represented``  the identity that the holder showed, by claim; empty when they showed none
    ``demarches``    those shown: code, formalities, status
    ``status``       the mandat's own place in a status list
    ``shown``        the presentation as read, for whoever checks its key binding
    """

    issuer: str
    reference: str
    siret: str
    structure: str
    represented: Mapping[str, str]
    demarches: tuple[DemarcheGiven, ...]
    single_use: bool
    signed_at: datetime
    expires_at: datetime
    status: StatusIndex
    shown: Disclosed

    @property
    def is_bound(self) -> bool:
        """True when it serves with its holder's key alone."""
        return self.shown.holder is not None


def issue_credential(
    acte: Acte,
    status: StatusIndex,
    at: datetime,
    *,
    key: ECKey,
    kid: str,
    draw: Callable[[], str],
    holder: Mapping[str, Any] | None = None,
) -> str:
    """Return the credential of a mandat with all its disclosures; ``holder`` is the public JWK to bind it to."""
    claims = _claims(acte, status, at) | ({"cnf": {"jwk": dict(holder)}} if holder else {})
    return sd_jwt.issue(claims, typ=TYPE, key=key, kid=kid, draw=draw)


def _claims(acte: Acte, status: StatusIndex, at: datetime) -> dict[str, Any]:
    identity = {name: getattr(acte.mandant, source) for name, (source, _, _) in _IDENTITY.items()}
    return {
        "iss": acte.issuer,
        "vct": acte.issuer + VCT_PATH,
        "iat": int(at.timestamp()),
        "nbf": int(acte.accepted_at.timestamp()),
        "exp": int(acte.expires_at.timestamp()),
        "status": {"status_list": {"idx": status.idx, "uri": status.uri}},
        "issuing_country": COUNTRY,
        "represented": {name: Hidden(value) for name, value in identity.items() if value},
        "representative": {
            "legal_name": acte.structure.name,
            "identifier": {"scheme": "SIRET", "value": acte.structure.siret},
            "address": Hidden(acte.structure.address),
        },
        "representation": {
            "kind": "mandat",
            "legal_basis": "Code civil, articles 1984 à 2010",
            "reference": acte.reference,
            "single_use": acte.single_use,
            "reserved_acts": [Hidden(name) for name in acte.reserved_acts],
            "identity": Hidden({"kind": acte.identity.kind, "level": acte.identity.level}),
            "demarches": [Hidden(_demarche(given)) for given in acte.demarches],
        },
    }


def _demarche(given: DemarcheGiven) -> dict[str, Any]:
    status = {"status_list": {"idx": given.status.idx, "uri": given.status.uri}}
    label = DEMARCHES[given.code].label if given.code in DEMARCHES else given.code
    return {"code": given.code, "label": label, "formalites": list(given.formalites), "status": status}


def verify_credential(presentation: str, jwks: Jwks) -> Credential:
    """Return what a presentation says, if one of the published keys signed it.  Raises :class:`AttestationRefused`.

    Neither the end of the mandat nor the freshness of a key binding is decided here: both need a clock.
    """
    shown = sd_jwt.verify(presentation.strip(), typ=TYPE, jwks=jwks, always=_ALWAYS)
    try:
        return _credential(shown)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
        raise AttestationRefused(Fault.CONTENT, f"not a credential of a mandat: {error}") from error


def _credential(shown: Disclosed) -> Credential:
    claims = shown.claims
    if claims["vct"] != claims["iss"] + VCT_PATH:
        raise ValueError("another type")
    representative, representation = claims["representative"], claims["representation"]
    return Credential(
        issuer=str(claims["iss"]),
        reference=str(representation["reference"]),
        siret=str(representative["identifier"]["value"]),
        structure=str(representative["legal_name"]),
        represented={name: str(value) for name, value in claims["represented"].items()},
        demarches=tuple(_given(one) for one in representation["demarches"]),
        single_use=representation["single_use"] is True,
        signed_at=datetime.fromtimestamp(int(claims["nbf"]), UTC),
        expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
        status=_status(claims),
        shown=shown,
    )


def _given(one: Mapping[str, Any]) -> DemarcheGiven:
    return DemarcheGiven(str(one["code"]), _status(one), tuple(str(text) for text in one["formalites"]))


def _status(holder: Mapping[str, Any]) -> StatusIndex:
    place = holder["status"]["status_list"]
    return StatusIndex(int(place["idx"]), str(place["uri"]))


def type_metadata(issuer: str) -> dict[str, Any]:
    """Return the description of the type, served at its own name (SD-JWT VC §6.2, §8, §9)."""
    never, always = "never", "always"
    told: list[tuple[Sequence[str | None], str, str, str]] = [
        (["represented"], "Personne représentée", "Person represented", never),
        (["representative", "legal_name"], "Structure qui la représente", "Body that represents them", never),
        (["representative", "identifier", "value"], "SIRET de la structure", "SIRET number of that body", never),
        (["representation", "reference"], "Référence du mandat", "Reference of the mandate", never),
        (["representation", "single_use"], "Pour une seule utilisation", "For one use only", never),
        (["nbf"], "Conclu le", "Concluded on", never),
        (["exp"], "Fin (exclue)", "End (excluded)", never),
        *((["represented", name], french, english, always) for name, (_, french, english) in _IDENTITY.items()),
        (["representative", "address"], "Adresse de la structure", "Address of that body", always),
        (["representation", "identity"], "Comment la personne a été identifiée", "How they were identified", always),
        (["representation", "reserved_acts", None], "Acte réservé permis", "Reserved act permitted", always),
        (["representation", "demarches", None], "Démarche", "Formality", always),
    ]
    return {
        "vct": issuer + VCT_PATH,
        "name": "Mandat",
        "description": "Une personne confie certaines démarches à une structure, pour un temps limité.",
        "display": [
            {"locale": "fr", "name": "Mandat", "description": "Qui représente qui, pour quelles démarches."},
            {"locale": "en", "name": "Mandate", "description": "Who represents whom, for which formalities."},
        ],
        "claims": [
            {
                "path": list(path),
                "display": [{"locale": "fr", "label": french}, {"locale": "en", "label": english}],
                "sd": sd,
            }
            for path, french, english, sd in told
        ],
    }
