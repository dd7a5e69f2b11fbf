"""What agents of administrations asked about the demonstration's mandats, and what they decided.

So that the figures of why mandats are refused, and the usagers' pages, have something on them.
"""

from datetime import datetime

from aidants.domain.decisions import Denied
from mandats.registre.models import Mandat
from mandats.verification.lookups import verify
from mandats.verification.questions import Asker, Question, Verdict
from mandats.verification.suites import tell_suite

_ACCEPTED = ("acceptee", "")
DECISIONS = (
    *[("CAF des Hautes-Alpes", *_ACCEPTED)] * 8,
    *[("France Travail Gap", "refusee", "presence")] * 7,
    *[("Caisse de retraite", "refusee", "signature")] * 6,
    *[("Mairie de Veynes", "refusee", "consigne")] * 5,
    *[("Préfecture des Hautes-Alpes", "refusee", "perimetre")] * 2,
)
"""Organisation, decision, motif; the last motif is too rare to be shown, and hides one more."""


def load_verifications(now: datetime) -> None:
    """Let each agent verify a standing mandat by its acte, one after the other, and say what they decided."""
    standing = list(Mandat.objects.filter(ended_at=None, suspended_at=None, expires_at__gt=now).order_by("accepted_at"))
    for rank, (organisation, suite, motif) in enumerate(DECISIONS):
        mandat = standing[rank % len(standing)]
        given = mandat.autorisations.filter(ended_at=None).order_by("demarche")[0].demarche
        question = Question("loisirs" if motif == "perimetre" else given, acte=mandat.acte)
        told = verify(question, Asker(organisation, "page", f"192.0.2.{rank + 1}"), now)
        if not isinstance(told, Verdict) or isinstance(tell_suite(told.receipt, suite, motif, now), Denied):
            raise RuntimeError(f"demo data refused: {organisation}")
