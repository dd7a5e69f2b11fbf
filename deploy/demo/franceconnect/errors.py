"""The error codes that the simulated FranceConnect shows.

Owns the closed catalogue (code, HTTP status, French sentence). The codes and
their meaning are those of FranceConnect's published catalogue; the sentences
are ours. Never decides when a code applies.
"""

from __future__ import annotations

from dataclasses import dataclass

TECHNICAL = "Une erreur technique est survenue. Fermez l’onglet de votre navigateur et reconnectez-vous."
SESSION = "Votre session a expiré ou est invalide. Fermez l’onglet et reconnectez-vous."


@dataclass(frozen=True)
class Fault:
    """One code of the catalogue: HTTP status, sentence for the person, meaning."""

    code: str
    http: int
    message: str
    meaning: str


_ROWS: tuple[tuple[str, int, str, str], ...] = (
    ("Y000000", 500, TECHNICAL, "erreur générique : réponse inattendue ou site injoignable"),
    ("Y020021", 400, TECHNICAL, "retour du fournisseur d’identité sans « state »"),
    ("Y020022", 403, TECHNICAL, "« state » inconnu, déjà utilisé, ou d’un autre navigateur"),
    (
        "Y020025",
        400,
        "Le fournisseur d’identité n’a pas permis la connexion.",
        "retour du fournisseur d’identité sans code d’autorisation",
    ),
    ("Y020026", 502, TECHNICAL, "échange du code ou jeton d’identité refusé"),
    ("Y020027", 502, TECHNICAL, "données d’identité (userinfo) illisibles ou refusées"),
    ("Y020029", 500, TECHNICAL, "données d’identité sans « sub »"),
    ("Y020030", 500, TECHNICAL, "réponse de jeton incomplète : « acr », « amr » ou jeton d’accès"),
    ("Y030007", 400, TECHNICAL, "paramètre de l’appel à authorize absent, inconnu ou mal formé"),
    ("Y030016", 400, TECHNICAL, "valeur de « idp_hint » non autorisée"),
    ("Y030028", 400, TECHNICAL, "« claims » n’est pas un objet JSON"),
    ("Y030106", 400, "Ce service n’est pas connu de FranceConnect.", "invalid_client"),
    ("Y030118", 400, "L’adresse de retour n’est pas déclarée.", "invalid_redirect_uri"),
    ("Y030025", 400, SESSION, "cinématique inconnue, finie ou d’un autre navigateur"),
    ("Y100001", 500, TECHNICAL, "niveau eIDAS reçu plus faible que celui demandé"),
    ("Y100018", 400, TECHNICAL, "niveau eIDAS reçu non autorisé pour ce fournisseur d’identité"),
    ("Y190001", 401, SESSION, "aucune session : cookie absent ou expiré"),
    ("Y600006", 400, TECHNICAL, "identité non conforme aux règles"),
    (
        "Y600020",
        400,
        "Le mandat choisi ne couvre pas ce service. Recommencez avec un autre mandat.",
        "aucun périmètre commun entre le mandat et le service",
    ),
)

FAULTS: dict[str, Fault] = {row[0]: Fault(*row) for row in _ROWS}


class FranceConnectError(Exception):
    """A refusal shown to the person on FranceConnect's own page.

    ``detail`` says what exactly was wrong: a simulated site may show it, the
    real one keeps it in its log.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        self.fault = FAULTS[code]
        self.detail = detail
        super().__init__(f"{code}: {detail}")


class RedirectError(Exception):
    """A refusal that goes back to the service (RFC 6749 §4.1.2.1)."""

    def __init__(self, error: str, description: str) -> None:
        self.error = error
        self.description = description
        super().__init__(f"{error}: {description}")
