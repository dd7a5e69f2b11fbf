"""Who is connected to the simulated administration, in memory.

Owns the visits (identity and tokens never go to the browser) and the texts that
the pages show of them. Never calls another site.
"""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

VISIT_SECONDS = 30 * 60
PARIS = ZoneInfo("Europe/Paris")
GENDERS = {"female": "féminin", "male": "masculin", "unspecified": "non précisé"}
DEMARCHES = {
    "papiers": "Papiers - Citoyenneté - Élections",
    "famille": "Famille - Scolarité",
    "social": "Social - Santé",
    "travail": "Travail - Formation",
    "logement": "Logement",
    "transports": "Transports - Mobilité",
    "argent": "Argent - Impôts - Consommation",
    "justice": "Justice",
    "etranger": "Étranger - Europe",
    "loisirs": "Loisirs - Sport - Culture",
}
IDENTITIES = {"franceconnect": "FranceConnect", "piece_vue": "pièce d’identité vue au guichet"}
CONSENTS = {"ecran": "à l’écran", "papier": "sur papier", "sms": "par SMS"}


def label_of(labels: dict[str, str], code: Any) -> str:
    """Give the label of a code, the code itself if unknown, nothing if absent."""
    return labels.get(str(code), str(code)) if code else ""


@dataclass
class Visit:
    """One connection: the usager, and who acts for them if an aidant does."""

    way: str
    identity: dict[str, Any]
    id_token: str
    opened_at: float
    access_token: str = ""
    token_expires_at: float = 0
    claims: dict[str, Any] = field(default_factory=dict)

    @property
    def act(self) -> dict[str, Any]:
        """Give the ``act`` claim (RFC 8693 §4.1), or nothing."""
        return dict(self.claims.get("act") or {})

    @property
    def sid(self) -> str:
        """Give the provider's name of this connection, or nothing."""
        return str(self.claims.get("sid") or "")

    @property
    def mandat(self) -> dict[str, Any]:
        """Give the ``mandat`` claim, or nothing."""
        return dict(self.claims.get("mandat") or {})


class Visits:
    """The open visits of one process; safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Visit] = {}
        self._ended: dict[str, float] = {}

    def open_visit(self, visit: Visit) -> str:
        """Keep ``visit``; give its key, and forget the old ones."""
        key = secrets.token_urlsafe(32)
        limit = visit.opened_at - VISIT_SECONDS
        with self._lock:
            self._open = {k: v for k, v in self._open.items() if v.opened_at > limit}
            self._open[key] = visit
        return key

    def find_visit(self, key: str) -> Visit | None:
        """Give the visit of ``key``, or None."""
        with self._lock:
            return self._open.get(key)

    def end_connection(self, way: str, sid: str, now: float) -> int:
        """Close the visits of a connection that the provider says is over; give how many there were."""
        with self._lock:
            over = [key for key, visit in self._open.items() if visit.way == way and visit.sid == sid]
            for key in over:
                del self._open[key]
            recent = {key: at for key, at in self._ended.items() if at > now - VISIT_SECONDS}
            self._ended = {**recent, **dict.fromkeys(over, now)}
        return len(over)

    def was_ended(self, key: str) -> bool:
        """Tell whether the provider ended the visit of ``key``."""
        with self._lock:
            return key in self._ended

    def close_visit(self, key: str) -> Visit | None:
        """Forget the visit of ``key``; give what it was."""
        with self._lock:
            return self._open.pop(key, None)


def date_text(value: Any) -> str:
    """Write a time (seconds since 1970) for a French reader, in the time of Paris."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    moment = dt.datetime.fromtimestamp(value, tz=PARIS)
    return moment.strftime("%d/%m/%Y à %H:%M:%S (heure de Paris)")


def identity_rows(identity: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what the page shows of the usager, label and text, absent ones left out."""
    birth = identity.get("idp_birthdate") or identity.get("birthdate") or ""
    rows = [
        ("Prénoms", identity.get("given_name")),
        ("Nom de naissance", identity.get("family_name")),
        ("Nom d’usage", identity.get("preferred_username")),
        ("Date de naissance", "/".join(reversed(str(birth).split("-")))),
        ("Genre", label_of(GENDERS, identity.get("gender"))),
        ("Commune de naissance (code INSEE)", identity.get("birthplace")),
        ("Pays de naissance (code INSEE)", identity.get("birthcountry")),
        ("Adresse électronique", identity.get("email")),
    ]
    return [(label, str(text)) for label, text in rows if text]


def mandat_rows(mandat: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what the page shows of the mandat, in the order an agent reads it."""
    rows = [
        ("Référence", mandat.get("reference")),
        ("Démarche", label_of(DEMARCHES, mandat.get("demarche"))),
        ("Formalités précises", ", ".join(mandat.get("formalites") or [])),
        ("Signé le", mandat.get("signed_at") and date_text(mandat["signed_at"])),
        ("Valable jusqu’au", mandat.get("expires_at") and date_text(mandat["expires_at"])),
        ("Identité de l’usager vérifiée par", label_of(IDENTITIES, mandat.get("identity"))),
        ("Niveau de cette vérification", mandat.get("identity_level")),
        ("Vérifiée le", mandat.get("identified_at") and date_text(mandat["identified_at"])),
        ("Consentement recueilli", label_of(CONSENTS, mandat.get("consentement"))),
    ]
    return [(label, str(text)) for label, text in rows if text]


def actor_rows(visit: Visit) -> list[tuple[str, str]]:
    """Give what the page shows of who acts: the aidant's identifier, the structure."""
    structure = visit.act.get("structure") or {}
    auth_time = visit.claims.get("auth_time")
    rows = [
        ("Structure mandataire", structure.get("name")),
        ("SIRET", structure.get("siret")),
        ("Identifiant de l’aidant pour ce site", visit.act.get("sub")),
        ("Connexion de l’aidant", visit.claims.get("acr")),
        ("Second facteur donné le", auth_time and date_text(auth_time)),
    ]
    return [(label, str(text)) for label, text in rows if text]
