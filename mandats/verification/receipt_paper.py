"""The receipt as a paper for the verifier's file: the same words as the page, the signed receipt attached.

Made of the receipt alone: nothing is asked of the register again, and nothing is kept.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from django.conf import settings

from aidants.domain.demarches import DEMARCHES
from mandats.document.given import ReceiptDocument
from mandats.document.render import render_receipt
from mandats.domain.durees import french_moment
from mandats.registre.texts import service_contact
from mandats.verification.answers import LABELS, Answer
from mandats.verification.receipt import read_receipt

_ZONE: Final = "Europe/Paris"


def receipt_pdf(compact: str, now: datetime) -> bytes | None:
    """Return the PDF of a receipt, or ``None`` if we did not sign it.  Raises :class:`PaperNotMade`."""
    told = read_receipt(compact, now)
    if told is None:
        return None
    given = ReceiptDocument(
        id=str(told["jti"]),
        answer=LABELS[Answer(told["answer"])],
        answered_at=_moment(told["iat"]),
        time_zone=_ZONE,
        facts=tuple(_facts(told)),
        compact=compact,
        keys=f"{settings.ISSUER}/jwks",
        service=service_contact(),
    )
    return _made(given)


@lru_cache(maxsize=64)
def _made(given: ReceiptDocument) -> bytes:
    """Make it once a process: whoever asks for one receipt again and again costs nothing."""
    return render_receipt(given)


def _facts(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what the receipt says, as labels and words; never more than it."""
    known = "authentifiée" if told["authenticated"] else "se déclare"
    facts = [
        ("Demandé par", f"{told['organisation']} ({known})"),
        ("Réponse donnée le", _words(told["iat"])),
        ("Référence du mandat", told["reference"]),
        ("Démarche", DEMARCHES[told["demarche"]].label),
    ]
    if "structure" in told:
        facts.append(("Structure", f"{told['structure']['name']} (SIRET {told['structure']['siret']})"))
    moments = _MOMENTS_OF_AN_END if "revoked_at" in told else _MOMENTS
    facts += [(label, _words(told[name] - less)) for name, label, less in moments if name in told]
    if "journal" in told:
        facts.append(("Journal", f"mandat inscrit, n° {told['journal']['index']}, vérifié"))
    return [(label, words) for label, words in facts if words]


# What expires is kept as the first second without it.
_MOMENTS: Final = (("signed_at", "Mandat conclu le", 0), ("expires_at", "Dernier instant", 1))
_MOMENTS_OF_AN_END: Final = (
    ("signed_at", "Mandat conclu le", 0),
    ("revoked_at", "A pris fin le", 0),
    ("expires_at", "Terme qui était prévu", 1),
)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _words(seconds: int) -> str:
    return f"{french_moment(_moment(seconds), _ZONE)} (heure de Paris)"
