"""The vocabulary of verification, as a pure function (PROTOCOLS §3).

One rule above the others: ``couvre`` if and only if :func:`mandats.domain.rules.may_use` grants.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aidants.domain.decisions import Granted
from mandats.domain.motifs import EXPIRED
from mandats.domain.rules import UseFacts, may_use


class Answer(StrEnum):
    """All that a verifier may hear."""

    COUVRE = "couvre"
    NE_COUVRE_PAS = "ne_couvre_pas"
    EXPIRE = "expire"
    REVOQUE = "revoque"
    SUSPENDU = "suspendu"
    INCONNU = "inconnu"


LABELS = {
    Answer.COUVRE: "Oui, le mandat couvre cette démarche",
    Answer.NE_COUVRE_PAS: "Non, le mandat ne couvre pas cette démarche",
    Answer.EXPIRE: "Non, le mandat est arrivé à son terme",
    Answer.REVOQUE: "Non, le mandat a pris fin",
    Answer.SUSPENDU: "Non, le mandat est suspendu",
    Answer.INCONNU: "Aucun mandat ne correspond à ces informations",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer, and the moment of the end for ``revoque``; the motif is never said."""

    answer: Answer
    revoked_at: datetime | None = None


def finding(facts: UseFacts | None, motif: str) -> Finding:
    """Return what to answer about one demarche of a mandat that matched the question.

    ``facts`` is ``None`` when the mandat does not name the demarche.  ``motif`` is why the autorisation,
    else the mandat, ended; ``""`` while it stands.
    """
    if facts is None:
        return Finding(Answer.NE_COUVRE_PAS)
    if isinstance(may_use(facts), Granted):
        return Finding(Answer.COUVRE)
    ends = [end for end in (facts.autorisation_ended_at, facts.mandat_ended_at) if end]
    if ends and motif not in EXPIRED:
        return Finding(Answer.REVOQUE, min(ends))
    if ends or facts.now >= facts.expires_at:
        return Finding(Answer.EXPIRE)
    if facts.is_suspended or not facts.structure_habilitee:
        return Finding(Answer.SUSPENDU)
    return Finding(Answer.NE_COUVRE_PAS)
