"""What a wallet does with a credential of ours, and what its reader asks of the key binding (RFC 9901 §4.3, §7).

The service issues, and its verifier reads what is shown; it holds no wallet and asks no question that a proof answers.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from joserfc import jws
from joserfc.jwk import ECKey

from aidants.domain.canonical import canonical_bytes
from mandats.attestation import sd_jwt
from mandats.attestation.compact import ALGORITHM
from mandats.attestation.sd_jwt import Disclosed

_KB_LIVES: Final = 300.0


def present(issued: str, keep: Callable[[list[Any]], bool]) -> str:
    """Return a presentation with the disclosures that ``keep`` wants (§7.2)."""
    compact, disclosures, _ = sd_jwt._split(issued)
    return "~".join([compact, *(text for text in disclosures if keep(sd_jwt._parsed(text))), ""])


def prove(presentation: str, key: ECKey, *, aud: str, nonce: str, at: datetime) -> str:
    """Return a presentation with its key binding (§4.3)."""
    payload = {"iat": int(at.timestamp()), "aud": aud, "nonce": nonce, "sd_hash": sd_jwt._digest(presentation)}
    header = {"alg": ALGORITHM, "typ": sd_jwt.KB_TYPE}
    return presentation + jws.serialize_compact(header, canonical_bytes(payload), key, algorithms=[ALGORITHM])


def is_bound_to(shown: Disclosed, *, aud: str, nonce: str, now: datetime) -> bool:
    """Tell whether its holder proved their key for this reader, this question and about now (§7.3)."""
    proof = shown.proof
    if proof is None:
        return False
    iat = proof.get("iat")
    fresh = isinstance(iat, int) and abs(now.timestamp() - iat) <= _KB_LIVES
    return fresh and proof.get("aud") == aud and proof.get("nonce") == nonce
