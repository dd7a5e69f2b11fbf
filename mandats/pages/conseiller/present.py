"""From rows to the words and dates that the conseiller's pages show.  Decides nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from aidants.domain.demarches import DEMARCHES, Demarche
from mandats.document.textes.filling import Block, blocks
from mandats.domain.actes import RESERVED_ACTS
from mandats.domain.durees import (
    NOTICE_DAYS,
    NOTICE_FROM_DAYS,
    days_left,
    expires_at,
    french_birthdate,
    french_date,
    local_date,
    runs_days,
    zone_label,
)
from mandats.domain.identite import Identite
from mandats.domain.perimetre import narrower
from mandats.domain.pieces import LABELS, Piece
from mandats.pages.conseiller.use_rows import use_rows
from mandats.registre.coffre import identity_of
from mandats.registre.dossier import Dossier
from mandats.registre.models import Autorisation, Brouillon, Mandat
from mandats.registre.selectors import STATES, other_of, state_of
from mandats.registre.services.explications import explanation_choices
from mandats.registre.texts import duree_of

_A_SECOND = timedelta(seconds=1)
_BADGES = {
    "actif": "fr-badge--success",
    "suspendu": "fr-badge--warning",
    "expire": "",
    "termine": "fr-badge--error",
}
STEPS = ("Démarches et durée", "Identité de la personne", "Lecture et accord", "Acceptation par la structure")


@dataclass(frozen=True, slots=True)
class Etat:
    """The state of a mandat as a badge: its code, its words, its colour."""

    code: str
    label: str
    badge: str


@dataclass(frozen=True, slots=True)
class MandatRow:
    """One line of the list."""

    mandat: Mandat
    etat: Etat
    last_day: str
    labels: list[str]
    ending: str


@dataclass(frozen=True, slots=True)
class BrouillonRow:
    """One brouillon to resume: of whom, for what, and where it continues."""

    brouillon: Brouillon
    name: str
    labels: list[str]
    address: str
    step: str


@dataclass(frozen=True, slots=True)
class ReplacedRow:
    """One demarche of an older mandat that a new one would replace."""

    label: str
    reference: str
    ends: str
    shortened: bool
    narrower: bool


@dataclass(frozen=True, slots=True)
class AutorisationRow:
    """One demarche of a mandat and how it stands."""

    autorisation: Autorisation
    demarche: Demarche
    standing: bool
    ended: str
    narrowed: bool


def etat_of(mandat: Mandat, now: datetime) -> Etat:
    """Return the badge of a mandat."""
    code = state_of(mandat, now)
    return Etat(code, STATES[code], _BADGES[code])


def last_day_of(mandat: Mandat) -> str:
    """Return « 31 mars 2027 », the last day on which the mandat stands where the structure is."""
    return french_date(local_date(mandat.expires_at - _A_SECOND, mandat.time_zone))


def moment(at: datetime, time_zone: str) -> str:
    """Return « 22 novembre 2026 à 16 h 04 » as the clocks of the structure's place show it."""
    return f"{french_date(local_date(at, time_zone))} à {hour(at, time_zone)}"


def hour(at: datetime, time_zone: str) -> str:
    """Return « 16 h 04 » in the structure's place."""
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{local.hour}\u00a0h\u00a0{local.minute:02d}"


def labels_of(codes: Iterable[str]) -> list[str]:
    """Return the labels of themes, in the table's order."""
    wanted = set(codes)
    return [demarche.label for code, demarche in DEMARCHES.items() if code in wanted]


def mandat_rows(mandats: Iterable[Mandat], now: datetime) -> list[MandatRow]:
    """Return the lines of a list; the caller prefetched the autorisations."""
    return [
        MandatRow(
            mandat,
            etat_of(mandat, now),
            last_day_of(mandat),
            labels_of(row.demarche for row in mandat.autorisations.all()),
            ending_words(mandat, now),
        )
        for mandat in mandats
    ]


def ending_words(mandat: Mandat, now: datetime) -> str:
    """Return the badge of a mandat that ends within thirty days, as « Finit dans 12 jours »; else nothing."""
    left = days_left(now, mandat.expires_at, mandat.time_zone)
    long_enough = runs_days(mandat.accepted_at, mandat.expires_at, mandat.time_zone) >= NOTICE_FROM_DAYS
    if state_of(mandat, now) != "actif" or left > NOTICE_DAYS or not long_enough:
        return ""
    return "Finit aujourd’hui" if left == 0 else f"Finit dans {left} jour{'s' if left > 1 else ''}"


def brouillon_rows(brouillons: Iterable[Brouillon]) -> list[BrouillonRow]:
    """Return what can be resumed, each with the step where it stopped."""
    return [_brouillon_row(brouillon) for brouillon in brouillons]


def _brouillon_row(brouillon: Brouillon) -> BrouillonRow:
    identite = identity_of(brouillon)
    name = identite.full_name if identite else "Personne pas encore identifiée"
    codes = (chosen["code"] for chosen in brouillon.demarches)
    number = step_of(brouillon)
    return BrouillonRow(brouillon, name, labels_of(codes), resume_address(brouillon), STEPS[number - 1])


def step_of(brouillon: Brouillon) -> int:
    """Return the step (2 to 4) at which a brouillon stopped."""
    if brouillon.consented_at is not None:
        return 4
    return 3 if brouillon.identified_at is not None else 2


def resume_address(brouillon: Brouillon) -> str:
    """Return the address of the step at which a brouillon stopped."""
    routes = {
        2: "mandats:brouillon_identity" if brouillon.card_read_at else "mandats:brouillon_card",
        3: "mandats:brouillon_recap",
        4: "mandats:brouillon_accept",
    }
    return reverse(routes[step_of(brouillon)], args=(brouillon.id,))


def autorisation_rows(rows: Iterable[Autorisation], mandat: Mandat, now: datetime) -> list[AutorisationRow]:
    """Return each demarche with how it stands; the motif of an end is not said."""
    over = state_of(mandat, now) in ("expire", "termine")
    return [_autorisation_row(row, mandat, over) for row in rows]


def _autorisation_row(row: Autorisation, mandat: Mandat, over: bool) -> AutorisationRow:
    ended = ""
    if row.ended_at is not None:
        verb = "Remplacée" if row.motif == "remplacement" else "Arrêtée"
        ended = f"{verb} le {moment(row.ended_at, mandat.time_zone)}"
    offered, standing = mandat.structure.demarches, not ended and not over
    narrowed = standing and bool(offered) and row.demarche not in offered
    return AutorisationRow(row, DEMARCHES[row.demarche], standing, ended, narrowed)


ANSWERS = {
    "couvre": "couvre la démarche",
    "ne_couvre_pas": "ne couvre pas la démarche",
    "expire": "terminé",
    "revoque": "arrêté",
    "suspendu": "suspendu",
}
KINDS = {
    "mandat": "Mandat (PDF)",
    "exemplaire": "Exemplaire à signer, imprimé",
    "scan": "Feuille signée",
    "signature": "Signature dessinée",
    "temoin": "Déclaration du témoin",
    "echange": "Échange de SMS",
    "attestation_fin": "Attestation de fin",
    "revocation": "Formulaire d’arrêt signé",
}
_IDENTITIES = {"franceconnect": "FranceConnect", "piece_vue": "vérifiée sur pièce"}
_CONSENTS = {
    "dessin": "par une signature dessinée à l’écran",
    "code": "par un code reçu sur son téléphone",
    "scan": "par une signature sur papier",
    "declaration": "par une signature sur papier, exemplaire conservé",
    "temoin": "à voix haute, devant un témoin",
    "reponse": "par SMS, depuis son téléphone",
}


def identity_words(kind: str, piece: str) -> str:
    """Return how the usager was identified, in words; of a document seen, which."""
    seen = f" ({LABELS[Piece(piece)].lower()})" if piece else ""
    return f"{_IDENTITIES[kind]}{seen}"


def consent_words(method: str) -> str:
    """Return how the usager consented, in words."""
    return _CONSENTS.get(method, "")


def record_facts(mandat: Mandat, dossier: Dossier, now: datetime, reader: UUID | None) -> dict[str, Any]:
    """Return all that the record's page shows to ``reader``."""
    zone = mandat.time_zone
    rows = autorisation_rows(dossier.autorisations, mandat, now)
    return {
        "mandat": mandat,
        "etat": etat_of(mandat, now),
        "rows": rows,
        "usable": etat_of(mandat, now).code == "actif" and any(row.standing for row in rows),
        "stoppable": etat_of(mandat, now).code in ("actif", "suspendu"),
        "has_end": any(row.ended for row in rows) or etat_of(mandat, now).code in ("expire", "termine"),
        "has_volet": dossier.has_volet,
        "reserved": reserved_words(mandat.reserved_acts),
        "birthdate": french_birthdate(mandat.usager.birthdate),
        "accepted": moment(mandat.accepted_at, zone),
        "consented": moment(mandat.consented_at, zone),
        "consent_way": consent_words(mandat.consent_method),
        "identified": moment(mandat.identified_at, zone),
        "identity_way": identity_words(mandat.identity, mandat.identity_piece),
        "is_paper": mandat.consentement == "papier",
        "scan_due": moment(mandat.scan_due_at, zone) if mandat.scan_due_at else "",
        "last_day": last_day_of(mandat),
        "ended": moment(mandat.ended_at, zone) if mandat.ended_at else "",
        "zone": zone_label(zone),
        "uses": use_rows(dossier.utilisations, zone, reader),
        "verifications": [
            (one, moment(one.created_at, zone), DEMARCHES[one.demarche].label, ANSWERS.get(one.answer, one.answer))
            for one in dossier.verifications
        ],
        "documents": [
            (one, KINDS.get(one.kind, one.kind), moment(one.created_at, zone))
            for one in dossier.documents
            if one.kind != "mandat"
        ],
        "papier": papier_of(dossier, zone),
        "forms": explanation_choices(),
    }


def papier_of(dossier: Dossier, time_zone: str) -> str:
    """Return how the mandat's PDF stands: dated by the authority, waiting for it, or not made yet."""
    made = [one for one in dossier.documents if one.kind == "mandat"]
    if not made:
        return "pas encore prêt : il se fait tout seul, dans la minute"
    newest = max(made, key=lambda one: one.version)
    if newest.stamped_at is None:
        return "scellé, en attente d’horodatage : le service redemande tout seul, rien n’est perdu"
    return f"scellé, et horodaté le {moment(newest.stamped_at, time_zone)}"


def paragraphs(text: str) -> list[tuple[str, list[Block]]]:
    """Return the blocks of a legal text with neighbouring items gathered into one list."""
    return [(kind, list(run)) for kind, run in groupby(blocks(text), key=lambda block: block.kind)]


def reserved_words(codes: Iterable[str]) -> list[str]:
    """Return the reserved acts that were named, in the words of the mandat."""
    return [RESERVED_ACTS[code] for code in codes]


def demarches_of(brouillon: Brouillon) -> list[tuple[Demarche, list[str]]]:
    """Return what the brouillon asks: each theme with its named formalities."""
    return [(DEMARCHES[chosen["code"]], chosen["formalites"]) for chosen in brouillon.demarches]


def person_in_couple(brouillon: Brouillon) -> str:
    """Return « première personne » or « deuxième personne » of a couple's appointment; empty for one alone."""
    other = other_of(brouillon)
    if other is None:
        return ""
    first = (brouillon.created_at, str(brouillon.id)) < (other.created_at, str(other.id))
    return "première personne" if first else "deuxième personne"


def replaced_rows(rows: Iterable[Autorisation], brouillon: Brouillon, now: datetime) -> list[ReplacedRow]:
    """Return what a new mandat would replace, and whether it would shorten or narrow it."""
    ends = expires_at(now, duree_of(brouillon.duree), brouillon.structure.time_zone)
    named = {chosen["code"]: chosen["formalites"] for chosen in brouillon.demarches}
    return [
        ReplacedRow(
            label=DEMARCHES[row.demarche].label,
            reference=row.mandat.reference,
            ends=last_day_of(row.mandat),
            shortened=ends < row.mandat.expires_at,
            narrower=narrower(row.formalites, named[row.demarche])
            or brouillon.single_use > row.mandat.single_use
            or not set(row.mandat.reserved_acts) <= set(brouillon.reserved_acts),
        )
        for row in rows
    ]


def zone_of(time_zone: str) -> str:
    """Return « heure de Paris »."""
    return zone_label(time_zone)


def lacks_email(identite: Identite, brouillon: Brouillon) -> bool:
    """Tell whether this mandat could not go through FranceConnect for want of an address (PROTOCOLS §1)."""
    return brouillon.identity == "franceconnect" and not identite.email
