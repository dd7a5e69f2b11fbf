"""What the usager sees of their mandats: who, what, until when, and every act upon them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from aidants.domain.demarches import DEMARCHES
from mandats.domain.durees import french_date, local_date
from mandats.domain.suites import MOTIFS_DE_REFUS
from mandats.domain.utilisations import CHANNELS, MANNERS_TO_USAGER
from mandats.registre.models import (
    Autorisation,
    CodeUsager,
    Contestation,
    Correction,
    Document,
    Mandat,
    Utilisation,
    Verification,
)
from mandats.registre.selectors import STATES, state_of, timeline_of
from mandats.registre.services.volet import VERIFICATION
from mandats.verification.answers import LABELS, Answer

_SHOWN = 30
"""Uses and look-ups on one page: the cheapest telephone opens it; the account tells all."""

_CONSULTATIONS = {
    "mandat:consult": "a ouvert votre dossier",
    "document:consult": "a ouvert un document",
    "journal:consult": "a lu le journal de ce mandat",
    "journal:export": "a copié le journal de ce mandat",
    "archive:open": "a ouvert votre mandat archivé, pour un motif écrit au journal",
}


@dataclass(frozen=True, slots=True)
class Summary:
    """One mandat in the list: its state in words and its last day, in the structure's time zone."""

    mandat: Mandat
    state: str
    state_label: str
    last_day: date

    @property
    def is_standing(self) -> bool:
        """True while the usager can still stop it."""
        return self.state in ("actif", "suspendu")


@dataclass(frozen=True, slots=True)
class Part:
    """One demarche of the mandat."""

    autorisation: Autorisation
    label: str
    examples: str


@dataclass(frozen=True, slots=True)
class Use:
    """One use: when, by whom, how, for what, and what was said of it since."""

    utilisation: Utilisation
    label: str
    channel: str
    manner: str
    day: str
    correction: Correction | None
    contestation: Contestation | None


@dataclass(frozen=True, slots=True)
class Consultation:
    """One opening of the usager's record by the structure."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """One verification by an administration, with what it was told."""

    verification: Verification
    label: str
    answer: str
    suite: str


@dataclass(frozen=True, slots=True)
class Record:
    """The whole page of one mandat."""

    summary: Summary
    parts: list[Part]
    uses: list[Use]
    more_uses: int
    consultations: list[Consultation]
    look_ups: list[LookUp]
    code: CodeUsager | None
    has_document: bool
    has_end: bool


def mandats_of_usager(usager_id: UUID, mandat_id: UUID | None) -> QuerySet[Mandat]:
    """Return the mandats that this session may see: all of the usager's, or the one whose code was given."""
    rows = Mandat.objects.filter(usager=usager_id, erased_at__isnull=True).select_related("structure", "aidant")
    rows = rows.defer("acte", "frozen_text", "summary")
    rows = rows.filter(pk=mandat_id) if mandat_id else rows
    return rows.order_by("-accepted_at", "id")


def summary_of(mandat: Mandat, now: datetime) -> Summary:
    """Return a mandat with its state and last day."""
    state = state_of(mandat, now)
    last_day = local_date(mandat.expires_at - timedelta(seconds=1), mandat.time_zone)
    return Summary(mandat, state, STATES[state], last_day)


def parts_of(mandat: Mandat) -> list[Part]:
    """Return the demarches of a mandat, in the table's order."""
    rows = sorted(mandat.autorisations.order_by("id"), key=lambda row: list(DEMARCHES).index(row.demarche))
    return [Part(row, DEMARCHES[row.demarche].label, DEMARCHES[row.demarche].examples) for row in rows]


def record_of(mandat: Mandat, now: datetime) -> Record:
    """Return all that happened to a mandat, newest first."""
    uses = [_use(row) for row in _uses(mandat).order_by("-created_at", "id")]
    parts, summary = parts_of(mandat), summary_of(mandat, now)
    look_ups = mandat.verifications.order_by("-created_at", "id")
    return Record(
        summary=summary,
        parts=parts,
        uses=uses[:_SHOWN],
        more_uses=max(0, len(uses) - _SHOWN),
        consultations=_consultations(mandat.id),
        look_ups=[_look_up(row) for row in look_ups],
        code=_standing_code(mandat, now),
        has_document=Document.objects.filter(mandat=mandat, kind="mandat").exists(),
        has_end=not summary.is_standing or any(part.autorisation.ended_at for part in parts),
    )


def _uses(mandat: Mandat) -> QuerySet[Utilisation]:
    return mandat.utilisations.select_related("aidant", "autorisation", "correction", "contestation")


def _use(row: Utilisation) -> Use:
    return Use(
        utilisation=row,
        label=DEMARCHES[row.autorisation.demarche].label,
        channel=CHANNELS[row.channel],
        manner=MANNERS_TO_USAGER[row.manner],
        day=french_date(row.used_on),
        correction=getattr(row, "correction", None),
        contestation=getattr(row, "contestation", None),
    )


def use_of(mandat: Mandat, utilisation_id: UUID) -> Use | None:
    """Return one use of the mandat."""
    row = _uses(mandat).filter(pk=utilisation_id).first()
    return _use(row) if row else None


def _look_up(row: Verification) -> LookUp:
    """Return a verification in words, with what the administration then decided."""
    suite = {"acceptee": "Démarche acceptée", "refusee": "Démarche refusée"}.get(row.suite, "")
    motif = f" : {MOTIFS_DE_REFUS[row.suite_motif]}" if row.suite_motif else ""
    return LookUp(row, DEMARCHES[row.demarche].label, LABELS[Answer(row.answer)], suite + motif)


def _consultations(mandat_id: UUID) -> list[Consultation]:
    seen = [
        Consultation(entry.at, who, _CONSULTATIONS[entry.event])
        for entry, who in timeline_of(mandat_id)
        if entry.event in _CONSULTATIONS and entry.acteur_kind == "compte"
    ]
    return seen[::-1]


def _standing_code(mandat: Mandat, now: datetime) -> CodeUsager | None:
    rows = CodeUsager.objects.filter(mandat=mandat, kind=VERIFICATION, ended_at__isnull=True, expires_at__gt=now)
    return rows.first()


def latest_document(mandat: Mandat) -> Document | None:
    """Return the mandat's PDF as it was last made."""
    return Document.objects.filter(mandat=mandat, kind="mandat").order_by("-version").first()
