"""The type of an error code and the catalogue of those that ``aidants`` declares.

Each app declares its own codes with :func:`declare`; a test refuses a member
that is incomplete or that nothing uses.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One refusal that a person or a client may meet.

    ``code``     stable name, ``room.reason``
    ``http``     HTTP status of the answer
    ``message``  French, for the person: what happened and what to do
    ``support``  French, for whoever answers the telephone
    ``oauth``    OAuth 2.0 / OIDC error name where the answer is a protocol's (RFC 6749 §4.1.2.1, §5.2)
    """

    code: str
    http: int
    message: str
    support: str
    oauth: str = ""


CATALOGUE: dict[str, ErrorCode] = {}


def declare(code: str, http: int, message: str, support: str, oauth: str = "") -> ErrorCode:
    """Add one error to the catalogue.  Raises ``ValueError`` when the code exists already."""
    if code in CATALOGUE:
        raise ValueError(f"error code declared twice: {code}")
    CATALOGUE[code] = ErrorCode(code, http, message, support, oauth)
    return CATALOGUE[code]


SIGN_IN_REFUSED = declare(
    "compte.sign_in_refused",
    403,
    "Adresse électronique, mot de passe ou code incorrect. Vérifiez les trois, puis réessayez.",
    "Un des trois éléments est faux, ou le code a déjà servi : attendre le code suivant (30 secondes).",
)
SIGN_IN_THROTTLED = declare(
    "compte.sign_in_throttled",
    429,
    "Trop d’essais. Patientez quelques minutes avant de réessayer.",
    "Le compte ou l’adresse est ralenti ; rien n’est bloqué définitivement.",
)
SECOND_FACTOR_REFUSED = declare(
    "compte.second_factor_refused",
    403,
    "Ce code n’est pas valable. Attendez le code suivant de votre application, puis saisissez-le.",
    "Code faux, expiré ou déjà utilisé. Vérifier l’heure du téléphone.",
)
NOT_AN_AIDANT = declare(
    "structure.not_an_aidant",
    403,
    "Seule une personne habilitée comme aidant de cette structure peut faire cela.",
    "Vérifier le rôle de la personne dans la structure choisie.",
    "access_denied",
)
STRUCTURE_NOT_HABILITEE = declare(
    "habilitation.structure_not_habilitee",
    403,
    "Votre structure n’est pas habilitée, ou ne l’est plus : aucun mandat ne peut être conclu ni utilisé.",
    "Vérifier l’habilitation de la structure.",
    "access_denied",
)
AIDANT_NOT_HABILITE = declare(
    "habilitation.aidant_not_habilite",
    403,
    "Votre habilitation d’aidant n’est pas en vigueur. Votre référent peut vous dire ce qui manque.",
    "Vérifier formation, certification et conditions d’utilisation.",
    "access_denied",
)
