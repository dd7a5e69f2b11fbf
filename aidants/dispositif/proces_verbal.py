"""The minutes of a committee, as PDF: each application, the opinion, the decision and its reason."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format

from aidants.dispositif.models import Comite, PassageEnComite
from aidants.domain.departements import DEPARTEMENTS
from aidants.domain.dispositif.etats import ETAT_LABELS, SENS_LABELS, EtatCandidature, SensAvis
from aidants.papiers.typesetting import day_parts, typeset

_TEMPLATE = Path(__file__).parent / "modeles" / "proces_verbal.typ"
_PARIS = ZoneInfo("Europe/Paris")


def minutes_of(comite: Comite, agenda: Sequence[PassageEnComite], now: datetime) -> bytes:
    """Return the minutes' PDF.  Raises ``PaperNotMade``."""
    lines = [_line(one) for one in agenda]
    data = {
        "service": settings.SERVICE_NAME,
        "held": _french(comite.held_on),
        "made": _french(now.astimezone(_PARIS).date()),
        "lines": lines,
        "posts": sum(one.posts or 0 for one in agenda),
        "retained": sum(one.decision == EtatCandidature.RETENUE for one in agenda),
        "date": day_parts(comite.held_on),
    }
    return typeset(_TEMPLATE, data, now)


def _line(passage: PassageEnComite) -> dict[str, Any]:
    candidature = passage.candidature
    avis = candidature.avis
    return {
        "rank": passage.rank,
        "name": candidature.name,
        "siret": candidature.siret,
        "departement": f"{candidature.departement} {DEPARTEMENTS.get(candidature.departement, '')}".strip(),
        "reseau": candidature.network,
        "asked": candidature.posts_asked,
        "avis": SENS_LABELS[SensAvis(avis.sens)] if avis.sens else "Non rendu",
        "comment": avis.comment,
        "decision": ETAT_LABELS[EtatCandidature(passage.decision)],
        "posts": passage.posts or 0,
        "reason": passage.reason,
    }


def _french(day: date) -> str:
    return date_format(day, "j F Y") if day.day > 1 else "1er " + date_format(day, "F Y")
