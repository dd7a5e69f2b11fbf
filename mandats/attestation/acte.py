"""The acte signed: a compact JWS ``typ: mandat+jws`` over the acte's one byte form.

Never chooses a key (``keys``) and never makes a document.
"""

from typing import Final

from joserfc.jwk import ECKey

from mandats.attestation.compact import AttestationRefused, Fault, Jwks, sign_compact, verify_compact
from mandats.domain.actes import Acte, ActeMalformed

TYPE: Final = "mandat+jws"


def sign_acte(acte: Acte, key: ECKey, kid: str) -> str:
    """Return the acte as a compact JWS (ES256) under the private ``key`` published as ``kid``."""
    return sign_compact(acte.to_bytes(), typ=TYPE, key=key, kid=kid)


def verify_acte(jws: str, jwks: Jwks) -> Acte:
    """Return the acte that one of the published keys signed.

    Says nothing of its end nor of a revocation: an acte verifies for ever.  Raises
    :class:`AttestationRefused`.
    """
    payload = verify_compact(jws, typ=TYPE, jwks=jwks)
    try:
        return Acte.from_bytes(payload)
    except ActeMalformed as error:
        raise AttestationRefused(Fault.CONTENT, str(error)) from error
